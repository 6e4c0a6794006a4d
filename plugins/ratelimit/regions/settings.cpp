// plugins/ratelimit/regions/settings.cpp - checks how settings go together, and finds the state that outlives a reload.
#include "regions/settings.h"

#include "redis/digest.h"
#include "redis/scripts.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <random>
#include <stdexcept>

namespace tollgate::ratelimit::regions {

namespace {

constexpr std::size_t longest_name = 64;

bool is_name_character(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
}

std::string name_of_machine() {
    std::array<char, longest_name + 1> name{};
    if (gethostname(name.data(), longest_name) != 0 || name[0] == '\0') return "gateway";
    std::string text{name.data()};
    std::replace_if(text.begin(), text.end(), [](char c) { return !is_name_character(c); }, '-');
    return text;
}

// Never the same again: counts that were said under a name must not begin anew under it.
std::string node_of(const Settings& use) {
    const std::string region = use.has("region") ? use.text("region") : name_of_machine();
    if (region.empty() || region.size() > longest_name || !std::all_of(region.begin(), region.end(), is_name_character))
        throw ConfigError{
            "region", "expected up to 64 letters, digits, \"-\", \"_\" and \".\" (eu-1), got \"" + region + '"'};
    std::random_device device;
    std::array<char, 16> digits;
    const auto number = (std::uint64_t{device()} << 32) | device();
    return region + '~' + std::string{digits.data(), std::to_chars(digits.data(), digits.data() + 16, number, 16).ptr};
}

// The same at all gateways that say the same, and no other limit's.
Secret secret_of(const Settings& use, const std::string& name) {
    const std::string said = use.has("region_secret") ? use.text("region_secret") : "";
    const std::string digest = redis::sha256_hex(said + '\0' + name);
    const auto word = [&](std::size_t at) {
        std::uint64_t number = 0;
        std::from_chars(digest.data() + at, digest.data() + at + 16, number, 16);
        return number;
    };
    return {word(0), word(16)};
}

// Of a secret something that tells it from others, so that those who hash by different ones do not look for each other.
std::string sign_of(const Settings& use) {
    return use.has("region_secret") ? '/' + redis::sha256_hex("sign of " + use.text("region_secret")).substr(0, 8) : "";
}

const char* word_of(Algorithm algorithm) noexcept {
    switch (algorithm) {
        case Algorithm::token_bucket: return "token_bucket";
        case Algorithm::sliding_window: return "sliding_window";
        case Algorithm::sliding_log: return "sliding_log";
        case Algorithm::fixed_window: return "fixed_window";
        case Algorithm::quota: return "quota";
        case Algorithm::concurrency: return "concurrency";
    }
    return "";
}

void check(const Counted& limit) {
    const bool windows = limit.algorithm == Algorithm::fixed_window || limit.algorithm == Algorithm::sliding_window ||
                         limit.algorithm == Algorithm::quota;
    if (!windows)
        throw ConfigError{limit.where + "regions",
                          "expected limits by \"fixed_window\" or \"sliding_window\", or quotas, whose counts only "
                          "grow, got \"" +
                              std::string{word_of(limit.algorithm)} + '"'};
    if (limit.align == Align::first_use)
        throw ConfigError{limit.where + "align", "expected \"clock\" with regions, got \"first_use\""};
}

redis::Address address_of(const std::string& url, const Settings& use) {
    try {
        redis::Address address = redis::Address::parse(url);
        if (address.tls && use.has("redis_authorities")) address.authorities = use.text("redis_authorities");
        return address;
    } catch (const std::invalid_argument& problem) {
        throw ConfigError{"regions", problem.what()};
    }
}

std::vector<Exchange::Carrier> carriers_of(const Settings& use, Host& host) {
    const redis::Status::Words words{"what other gateways count is not heard of there until it is back",
                                     "counts are exchanged there again"};
    std::vector<Exchange::Carrier> carriers;
    for (const std::string& url : use.texts("regions")) {
        const redis::Address address = address_of(url, use);
        const std::string identity = address.identity();
        const auto same = [&](const Exchange::Carrier& other) { return other.identity == identity; };
        if (std::any_of(carriers.begin(), carriers.end(), same))
            throw ConfigError{"regions", "expected each Redis once, got \"" + address.shown() + "\" again"};
        try {
            // Beside the one that a store asks, if it is the same Redis: decisions do not stand behind long lists.
            carriers.push_back({identity, host.state<redis::Server>("region " + identity, [&] {
                                    return std::make_shared<redis::Server>(address, host, words);
                                })});
        } catch (const std::runtime_error& problem) {
            throw ConfigError{"redis_authorities", std::string{"expected certificates in PEM: "} + problem.what()};
        }
    }
    if (carriers.empty() || carriers.size() > Ledger::most_carriers)
        throw ConfigError{"regions", "expected from 1 to " + std::to_string(Ledger::most_carriers) + " URLs, got " +
                                         std::to_string(carriers.size())};
    return carriers;
}

}  // namespace

std::string in_words(const Settings& use) {
    if (!use.has("regions")) return "";
    std::vector<std::string> shown;
    for (const std::string& url : use.texts("regions")) shown.push_back(address_of(url, use).shown());
    std::sort(shown.begin(), shown.end());
    std::string words;
    for (const std::string& one : shown) words += (words.empty() ? " exchanged by " : " and ") + one;
    if (!use.has("region_share")) return words;
    std::array<char, 32> share;
    const double number = use.number("region_share");
    return words + " with a share of " +
           std::string{share.data(), std::to_chars(share.data(), share.data() + share.size(), number).ptr};
}

std::shared_ptr<RegionalCounters> counters_of(const Counted& limit, const Settings& use, Host& host) {
    if (!use.has("regions")) return nullptr;
    check(limit);
    const std::string node = node_of(use);
    const Secret secret = secret_of(use, limit.name);
    return host.state<RegionalCounters>(limit.name + ", " + word_of(limit.algorithm) + ", regions" + sign_of(use), [&] {
        return std::make_shared<RegionalCounters>(limit.algorithm, limit.keys, secret, node);
    });
}

std::unique_ptr<const Registered> exchange_of(const Settings& use, Host& host, const Limits& limits) {
    if (!use.has("regions")) {
        for (const char* field : {"region", "region_every", "region_secret", "region_share"})
            if (use.has(field)) throw ConfigError{field, "expected regions beside it, got it alone"};
        return nullptr;
    }
    if (use.text("store") != "memory")
        throw ConfigError{"regions", "expected the store \"memory\" beside it, got a Redis for the store"};
    std::vector<Exchange::Limit> exchanged;
    for (const auto& [name, counters] : limits) {
        std::string head = use.text("redis_prefix");
        add_name(head, name, counters->algorithm());
        exchanged.push_back({name, head + "/regions" + sign_of(use), counters});
    }
    const auto every = use.has("region_every") ? use.duration("region_every") : std::chrono::milliseconds{200};
    const auto all = host.state<Exchanges>("regions", [] { return std::make_shared<Exchanges>(); });
    const double share = use.has("region_share") ? std::max(1.0, use.number("region_share") * 1000) : 0;
    auto exchange = std::make_unique<Exchange>(host, carriers_of(use, host), exchanged, every,
                                               static_cast<std::uint32_t>(share));
    auto registered = std::make_unique<Registered>(all, std::move(exchange));
    host.add_page("regions", [all](const AdminRequest&) {
        return AdminAnswer{.status = 200, .content_type = "application/json", .body = all->report()};
    });
    return registered;
}

}  // namespace tollgate::ratelimit::regions
