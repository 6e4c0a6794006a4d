// loadtest/requests.cpp - renders every request before the run; random numbers, and draws by weight.
#include "loadtest/requests.h"

#include "http/layout.h"
#include "loadtest/header_lines.h"
#include "loadtest/mistakes.h"
#include "support/text.h"
#include "support/version.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <set>

namespace tollgate::loadtest {

namespace {

constexpr std::size_t most_bytes = 256 << 20;
constexpr std::size_t inline_body = 1 << 10;  // up to here one write from one buffer is cheaper than two pieces

Endpoint endpoint_of(const Url& url, const std::string& unix_socket) {
    if (unix_socket.empty()) return {url.secure, url.host, url.port, ""};
    // Over a Unix socket the host matters to TLS alone, and the port to nobody.
    return {url.secure, url.secure ? url.host : "", 0, unix_socket};
}

bool has(const HeaderLines& headers, std::string_view name) {
    return std::any_of(headers.begin(), headers.end(),
                       [&](const auto& line) { return http::same_text(line.first, name); });
}

// What all requests of one target have in common: their head up to the lines that differ, and the rest behind these.
class TargetRequest {
public:
    TargetRequest(const Options& options, const Target& target) : target_{target} {
        if (!http::is_token(target.method) || target.method == "CONNECT")
            throw UsageError("expected a method such as GET, got " + text::quote(target.method));
        const bool control = std::any_of(target.url.path.begin(), target.url.path.end(),
                                         [](char letter) { return letter <= ' ' || letter == '\x7f'; });
        if (control || !target.url.path.starts_with('/')) throw UsageError("expected a path that begins with \"/\"");
        for (const auto& line : options.headers)
            if (!has(target.headers, line.first)) headers_.push_back(line);
        headers_.insert(headers_.end(), target.headers.begin(), target.headers.end());
        for (const auto& [name, value] : headers_) check_header(name, value);
        check_own(options);
        render(options);
    }

    RenderedRequest with_key(const KeyHeader& header, const Key* key, const std::string& id_header) const {
        RenderedRequest request;
        std::string& head = request.head;
        const bool small = target_.body.size() <= inline_body;
        head.reserve(begin_.size() + end_.size() + id_header.size() + request_id_size + 8 +
                     (key ? header.name.size() + header.before.size() + key->value.size() + 4 : 0) +
                     (small ? target_.body.size() : 0));
        head = begin_;
        if (key) append(head, header.name, header.before + key->value);
        if (!id_header.empty()) {
            append(head, id_header, std::string(request_id_size, '0'));
            request.id_at = head.size() - 2 - request_id_size;
        }
        head += end_;
        if (small) head += target_.body;
        request.head_only = target_.method == "HEAD";
        return request;
    }

private:
    // Lines that a request must not have twice.
    void check_own(const Options& options) const {
        const auto is_host = [](const auto& line) { return http::same_text(line.first, "Host"); };
        if (std::count_if(headers_.begin(), headers_.end(), is_host) > 1)
            throw UsageError("header \"Host\" is said twice");
        if (!options.keys.empty()) {
            const std::string name = parse_key_header(options.key_header).name;
            if (has(headers_, name))
                throw UsageError("header " + text::quote(name) + " is said, and --keys would say it too");
            if (!options.request_id.empty() && http::same_text(options.request_id, name))
                throw UsageError("header " + text::quote(name) + " cannot carry both a key and the request's id");
        }
        if (!options.request_id.empty() && has(headers_, options.request_id))
            throw UsageError("header " + text::quote(options.request_id) +
                             " carries the request's id; say --request-id off, or another name there");
    }

    static void append(std::string& head, std::string_view name, std::string_view value) {
        head.append(name).append(": ").append(value).append("\r\n");
    }

    void render(const Options& options) {
        begin_ = target_.method + ' ' + target_.url.path + " HTTP/1.1\r\n";
        if (!has(headers_, "Host")) append(begin_, "Host", target_.url.authority);
        if (!has(headers_, "User-Agent")) append(begin_, "User-Agent", std::string{"loadtester/"} + version());
        for (const auto& [name, value] : headers_) append(begin_, name, value);
        if (!options.keep_alive) append(end_, "Connection", "close");
        // RFC 9110 section 8.6: methods that mean something by a body say that there is none.
        const std::string& method = target_.method;
        if (!target_.body.empty() || method == "POST" || method == "PUT" || method == "PATCH")
            append(end_, "Content-Length", std::to_string(target_.body.size()));
        end_ += "\r\n";
    }

    const Target& target_;
    HeaderLines headers_;
    std::string begin_, end_;
};

std::uint64_t splitmix(std::uint64_t& state) noexcept {  // Steele, Lea and Flood, 2014
    std::uint64_t mixed = state += 0x9e3779b97f4a7c15;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return mixed ^ (mixed >> 31);
}

}  // namespace

std::string Endpoint::shown() const {
    if (!unix_path.empty()) return "unix:" + unix_path;
    return (host.find(':') == host.npos ? host : "[" + host + "]") + ":" + std::to_string(port);
}

void check_requests(const Options& options) {
    Mistakes mistakes;
    std::set<std::string> told;  // what is wrong with all targets is told once
    const auto check = [&](auto reading) {
        try {
            reading();
        } catch (const UsageError& error) {
            if (told.insert(error.what()).second) mistakes.add(error.what());
        }
    };
    KeyHeader key_header;
    if (!options.keys.empty()) check([&] { key_header = parse_key_header(options.key_header); });
    std::uint64_t key_bytes = 0, bytes = 0;
    for (const Key& key : options.keys) {
        key_bytes += key.value.size();
        if (key.value.empty() || !http::is_field_value(key.value))
            mistakes.add("key " + text::quote(key.name) + ": expected a value without line breaks");
    }
    if (!options.request_id.empty()) check([&] { check_header(options.request_id, ""); });
    const Key without_value;
    for (const Target& target : options.targets)
        check([&] {
            const TargetRequest request{options, target};
            const Key* const key = options.keys.empty() ? nullptr : &without_value;
            const std::uint64_t each = request.with_key(key_header, key, options.request_id).head.size();
            bytes += each * std::max<std::size_t>(options.keys.size(), 1) + key_bytes;
            if (target.body.size() > inline_body) bytes += target.body.size();
        });
    if (bytes > most_bytes)
        mistakes.add("expected at most 256 MiB of requests (each target with each key, rendered); say fewer keys or "
                     "targets");
    mistakes.raise();
}

Requests::Requests(const Options& options) : keys_{std::max<std::size_t>(options.keys.size(), 1)} {
    check_requests(options);
    KeyHeader key_header;
    if (!options.keys.empty()) key_header = parse_key_header(options.key_header);
    bodies_.resize(options.targets.size());  // once: requests point into it
    rendered_.reserve(options.targets.size() * keys_);
    for (std::uint32_t target = 0; target < options.targets.size(); ++target) {
        const Target& asked = options.targets[target];
        const TargetRequest request{options, asked};
        const Endpoint endpoint = endpoint_of(asked.url, options.unix_socket);
        const auto at = std::find(endpoints_.begin(), endpoints_.end(), endpoint) - endpoints_.begin();
        if (static_cast<std::size_t>(at) == endpoints_.size()) endpoints_.push_back(endpoint);
        if (asked.body.size() > inline_body) bodies_[target] = asked.body;
        for (std::uint32_t key = 0; key < keys_; ++key) {
            const Key* const identity = options.keys.empty() ? nullptr : &options.keys[key];
            rendered_.push_back(request.with_key(key_header, identity, options.request_id));
            RenderedRequest& last = rendered_.back();
            last.body = bodies_[target];
            last.target = target;
            last.key = key;
            last.endpoint = static_cast<std::uint32_t>(at);
        }
    }
}

const RenderedRequest& Requests::of(std::uint32_t target, std::uint32_t key) const noexcept {
    return rendered_[target * keys_ + key];
}

Random::Random(std::uint64_t seed, unsigned thread) noexcept {
    // Threads differ in what splitmix starts from by more than it steps, so that their states have nothing in common.
    std::uint64_t thread_state = thread;
    std::uint64_t state = seed ^ splitmix(thread_state);
    for (std::uint64_t& word : state_) word = splitmix(state);
}

std::uint64_t Random::next() noexcept {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

double Random::uniform() noexcept { return static_cast<double>(next() >> 11) * 0x1p-53; }

double Random::exponential() noexcept { return -std::log1p(-uniform()); }

Mix::Mix(std::span<const double> weights) : slots_(weights.size()) {
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    std::vector<double> share(weights.size());  // of a slot: 1 on average
    std::vector<std::uint32_t> small, large;
    for (std::uint32_t i = 0; i < share.size(); ++i) {
        share[i] = weights[i] / sum * static_cast<double>(share.size());
        slots_[i] = {1, i};
        (share[i] < 1 ? small : large).push_back(i);
    }
    while (!small.empty() && !large.empty()) {
        const std::uint32_t low = small.back(), high = large.back();
        small.pop_back();
        slots_[low] = {share[low], high};
        share[high] -= 1 - share[low];
        if (share[high] < 1) {
            large.pop_back();
            small.push_back(high);
        }
    }
    // What is left over in either is 1 but for rounding, and keeps itself.
}

std::uint32_t Mix::draw(Random& random) const noexcept {
    if (slots_.size() < 2) return 0;
    // The whole part chooses the slot, the fraction whether it keeps it: 53 bits are enough for both.
    const double at = random.uniform() * static_cast<double>(slots_.size());
    const auto slot = static_cast<std::uint32_t>(at);
    return at - slot < slots_[slot].keep ? slot : slots_[slot].other;
}

}  // namespace tollgate::loadtest
