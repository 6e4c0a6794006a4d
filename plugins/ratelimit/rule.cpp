// plugins/ratelimit/rule.cpp - what a request's limit is, and on whose account it counts.
#include "rule.h"

#include "answer_lines.h"
#include "kept_counters.h"
#include "key_limit.h"
#include "regions/settings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

namespace tollgate::ratelimit {

namespace {

using std::chrono::hours;

constexpr double most_in_log = 1e6;  // requests that are remembered of a key

std::int64_t default_burst(const Rate& rate) {
    const double count = std::ceil(rate.count);
    return count < 1 ? 1 : static_cast<std::int64_t>(std::min(count, 1e15));
}

Rate rate_of(const Settings& own, Rule::Kind kind) { return own.rate(kind == Rule::Kind::quota ? "quota" : "rate"); }

bool is_public(const Value& value) {
    const std::string_view kind = value.kind();
    return kind != "header" && kind != "query" && kind != "cookie" && kind != "function";
}

}  // namespace

Calendar calendar_of(std::chrono::nanoseconds per) noexcept {
    if (per == hours{24}) return Calendar::day;
    if (per == hours{24 * 7}) return Calendar::week;
    return per == hours{24 * 30} ? Calendar::month : Calendar::none;
}

std::string describe(const std::vector<Value>& by) {
    std::string text;
    for (const Value& value : by) {
        const std::string one = value.describe();
        (text += text.empty() ? "" : ", ") += one.starts_with("function") ? "function" : one;
    }
    return text;
}

Rule::Figures Rule::figures_of(const std::string& name, Host& host) {
    const auto count = [&](std::string_view what, std::string_view help) -> Counter& {
        return host.counter(what, help, {{"limit", name}});
    };
    return {count("admitted_total", "Requests that a limit let pass."),
            count("refused_total", "Requests that a limit refused."),
            count("shadow_refused_total", "Requests that a limit in shadow mode would have refused."),
            count("delayed_total", "Requests that a limit made wait."),
            count("forgotten_total", "Counters in use that had to make room for another key."),
            host.gauge("keys", "Keys that have, or had, a place in the limit's memory.", {{"limit", name}}),
            host.gauge("memory_bytes", "What those places take.", {{"limit", name}})};
}

void Rule::measure() const noexcept {
    const Counters::Footprint footprint = counters_->footprint();
    figures_.keys.set(double(footprint.keys));
    figures_.bytes.set(double(footprint.bytes));
}

Rule::Rule(Kind kind, const Settings& own, const Settings& use, const std::string& told, std::string name, Host& host)
    : kind_{kind}, name_{std::move(name)}, quoted_{quoted_name(name_)}, figures_{figures_of(name_, host)} {
    const auto from = [&](const char* field) -> const Settings& { return own.has(field) ? own : use; };
    by_ = from("by").values("by");
    if (from("cost").has("cost")) cost_ = from("cost").value("cost");
    if (kind == Kind::rate) {
        const std::string algorithm = own.has("algorithm") ? own.text("algorithm") : "token_bucket";
        if (algorithm == "sliding_window") algorithm_ = Algorithm::sliding_window;
        if (algorithm == "sliding_log") algorithm_ = Algorithm::sliding_log;
        if (algorithm == "fixed_window") algorithm_ = Algorithm::fixed_window;
        if (own.has("align") && own.text("align") == "first_use") align_ = Align::first_use;
    } else {
        algorithm_ = kind == Kind::quota ? Algorithm::quota : Algorithm::concurrency;
    }
    prefixes_ = {static_cast<int>(from("ipv4_prefix").integer("ipv4_prefix")),
                 static_cast<int>(from("ipv6_prefix").integer("ipv6_prefix"))};
    if (own.has("burst") && kind == Kind::rate) burst_ = own.integer("burst");
    check_words(own, told);
    own_ = own_limit(own, told);
    if (!own_ && kind == Kind::rate && use.has("default_rate")) {
        const auto said = use.has("default_burst") ? std::optional{use.integer("default_burst")} : burst_;
        other_ = checked(use.rate("default_rate"), burst_ ? burst_ : said, "default_rate");
    }
    by_caller_ = std::any_of(by_.begin(), by_.end(), [](const Value& by) { return by.kind() == "caller"; });
    key_is_public_ = std::all_of(by_.begin(), by_.end(), is_public);
    const std::string named = own.has("name") ? told + "name" : "name";
    in_words_ = in_words(own_, other_);
    shared_name_ = agree(name_, name_of_counters(), named, in_words_ + regions::in_words(use), own, host);
    counters_ = counters_of(use, told, host);
    measure();
}

// Another algorithm counts anew.
std::string Rule::name_of_counters() const {
    constexpr std::array<const char*, 6> words{"",        ", sliding window", ", sliding log", ", fixed window",
                                               ", quota", ", concurrency"};
    return name_ + words[static_cast<std::size_t>(algorithm_)];
}

// The state's name alone says which counters: `keys` of the first use that asks for it holds until the next start.
std::shared_ptr<Counters> Rule::counters_of(const Settings& use, const std::string& told, Host& host) {
    const auto keys = static_cast<std::size_t>(use.integer("keys"));
    regional_ = regions::counters_of({name_, told, algorithm_, align_, keys}, use, host);
    const bool kept = kind_ == Kind::quota && (own_ || host.tiers_have_quotas()) && use.boolean("keep") &&
                      use.text("store") == "memory";
    const std::string state = name_of_counters() + (kept ? ", kept" : "");
    auto counters = regional_ ? regional_ : host.state<Counters>(state, [&]() -> std::shared_ptr<Counters> {
        if (auto keeper = kept ? host.keeper(name_) : nullptr)
            return std::make_shared<KeptCounters>(keys, std::move(keeper));
        return make_counters(algorithm_, keys);
    });
    if (counters->keys() != keys)
        host.log(Level::warning, use.where() + ": keys: " + name_ + " already holds " +
                                     std::to_string(counters->keys()) + " keys; " + std::to_string(keys) +
                                     " counts from the next start");
    return counters;
}

void Rule::check_words(const Settings& own, const std::string& told) const {
    if (kind_ != Kind::rate) return;
    const bool windows = algorithm_ == Algorithm::fixed_window || algorithm_ == Algorithm::sliding_window;
    if (algorithm_ != Algorithm::token_bucket && own.has("burst"))
        throw ConfigError{told + "burst", "expected it with the algorithm \"token_bucket\" only, got " +
                                              std::to_string(own.integer("burst")) +
                                              "; others admit the rate's count at once"};
    if (!windows && own.has("align"))
        throw ConfigError{told + "align", "expected it with \"fixed_window\" or \"sliding_window\" only, got \"" +
                                              own.text("align") + '"'};
}

std::optional<Limit> Rule::own_limit(const Settings& own, const std::string& told) const {
    if (kind_ == Kind::concurrency)
        return own.has("concurrency") ? std::optional{Limit::at_once(own.integer("concurrency"))} : std::nullopt;
    const char* field = kind_ == Kind::quota ? "quota" : "rate";
    if (!own.has(field)) return std::nullopt;
    const Rate rate = rate_of(own, kind_);
    if (kind_ == Kind::quota && calendar_of(rate.per) == Calendar::none)
        throw ConfigError{told + field, "expected so many in a day, a week or a month (10000 / month), got a time of " +
                                            std::to_string(whole_seconds(rate.per)) + " s; that is a rate"};
    return checked(rate, burst_, told + (burst_ ? "burst" : field));
}

// Throws where what is written cannot be kept.
Limit Rule::checked(const Rate& rate, std::optional<std::int64_t> said, const std::string& field) const {
    const Limit limit = limit_for(rate, said);
    if (algorithm_ == Algorithm::token_bucket) {
        const std::int64_t burst = said.value_or(default_burst(rate));
        if (limit.window() / limit.interval() < static_cast<Ticks>(burst))
            throw ConfigError{field, "expected a bucket that fills within nine years, got " + std::to_string(burst) +
                                         " tokens at that rate"};
        return limit;
    }
    const double most = algorithm_ == Algorithm::sliding_log ? most_in_log : Limit::most_in_window;
    if (rate.count < 1 || rate.count > most)
        throw ConfigError{field, "expected from 1 to " + std::to_string(static_cast<std::int64_t>(most)) +
                                     " requests in a window, got " + in_words(rate.count)};
    if (rate.per.count() % 1'000'000 != 0 || rate.per.count() == 0)
        throw ConfigError{
            field, "expected a window of whole milliseconds, got " + std::to_string(rate.per.count()) + " nanoseconds"};
    return limit;
}

Limit Rule::limit_for(const Rate& rate, std::optional<std::int64_t> burst) const {
    if (algorithm_ == Algorithm::token_bucket) return {rate.count, rate.per, burst.value_or(default_burst(rate))};
    if (kind_ == Kind::quota && calendar_of(rate.per) != Calendar::none)
        return Limit::quota(rate.count, calendar_of(rate.per));
    return windowed(rate);
}

// What routes.lua says of the rule itself was checked; what a tier or a key says is kept tighter where it cannot be
// kept as it is: less than one in a window is one in a longer window, and windows are whole milliseconds.
Limit Rule::windowed(const Rate& rate) const {
    using Milliseconds = std::chrono::duration<double, std::milli>;
    constexpr double longest = 9.2e12;  // milliseconds: what nanoseconds can say
    const double per = Milliseconds{rate.per}.count() / std::min(1.0, rate.count);
    const std::chrono::milliseconds window{static_cast<std::int64_t>(std::ceil(std::min(per, longest)))};
    const double most = algorithm_ == Algorithm::sliding_log ? most_in_log : Limit::most_in_window;
    return Limit::windowed(algorithm_, std::clamp(rate.count, 1.0, most), window, align_);
}

bool Rule::has_limit_of_key(const Context& ctx) const {
    return !own_ && kind_ == Kind::rate && ctx.caller() && limit_of_key(*ctx.caller());
}

// The tier whose figure counts, or null: the rule has its own, nobody said who asks, or the tier has none.
const Tier* Rule::tier_of(const Context& ctx) const {
    const Tier* tier = own_ ? nullptr : ctx.tier();
    if (!tier) return nullptr;
    const auto rate = kind_ == Kind::quota ? tier->quota() : tier->rate();
    return rate && rate->count > 0 && rate->per.count() > 0 ? tier : nullptr;
}

// The rule's own words first, then the caller's key's, then its tier's, then the default. A burst belongs to the rate
// it was written with.
std::optional<Limit> Rule::limit_of(const Context& ctx) const {
    if (own_) return own_;
    if (kind_ == Kind::rate && ctx.caller())
        if (const auto key = limit_of_key(*ctx.caller())) return limit_for(key->rate, key->burst);
    const Tier* tier = tier_of(ctx);
    if (!tier) return other_;
    note(*tier);
    return limit_of(*tier);
}

Limit Rule::limit_of(const Tier& tier) const {
    if (kind_ == Kind::quota) return limit_for(*tier.quota(), std::nullopt);
    return limit_for(*tier.rate(), burst_ ? burst_ : tier.burst());
}

// Of several values each with its length before it: no other parts make the same text. One that is absent makes all
// absent.
std::string_view Rule::key_of(const Context& ctx, std::string& scratch) const {
    const auto part = [&](const Value& by, std::string& own) {
        const std::string_view text = by.of(ctx, own);
        return by.kind() == "client_ip" ? network_of(text, prefixes_, own) : text;
    };
    if (by_.size() == 1) return part(by_[0], scratch);
    scratch.clear();
    std::string own;
    for (const Value& by : by_) {
        const std::string_view text = part(by, own);
        if (text.empty()) return {};
        scratch += Digits{static_cast<std::int64_t>(text.size())};
        (scratch += ':') += text;
    }
    return scratch;
}

// A limit that depends on who asks has counters for each: one counter under two limits would keep neither, since each
// rescales what the other has counted. A NUL is in no value of a request.
std::string_view Rule::key_under_limit(const Context& ctx, std::string_view key, std::string& scratch) const {
    if (own_ || by_caller_ || !ctx.caller()) return key;
    std::string_view whose = ctx.caller()->id();
    if (!has_limit_of_key(ctx)) {
        const Tier* tier = tier_of(ctx);
        if (!tier) return key;
        whose = tier->name();
    }
    if (key.data() != scratch.data() || key.size() != scratch.size()) scratch.assign(key);
    scratch += has_limit_of_key(ctx) ? std::string_view{"\0key ", 5} : std::string_view{"\0tier ", 6};
    scratch += whose;
    return scratch;
}

std::optional<double> Rule::cost_of(const Context& ctx) const {
    if (!cost_ || kind_ == Kind::concurrency) return 1;  // a request under way is one, whatever it costs
    const bool from_client = cost_.kind() != "function";
    double cost = -1;
    try {
        cost = cost_.number_of(ctx);
    } catch (const std::exception&) {
        if (!from_client) throw;
    }
    if (std::isfinite(cost) && cost >= 0) return cost;
    if (from_client) return std::nullopt;
    throw std::runtime_error{"cost: expected a number of at least 0, got " + std::to_string(cost)};
}

}  // namespace tollgate::ratelimit
