// core/upstream/retry.cpp - methods, pauses and Retry-After.
#include "upstream/retry.h"

#include "upstream/client.h"

#include <time.h>

#include <algorithm>
#include <charconv>
#include <ctime>

namespace tollgate::upstream {

bool may_be_repeated(const RetrySettings& settings, std::string_view method) noexcept {
    return may_be_repeated(method) ||
           std::find(settings.methods.begin(), settings.methods.end(), method) != settings.methods.end();
}

std::string name_of_end(Outcome outcome, int status) {
    switch (outcome) {
        case Outcome::answered: return std::to_string(status);
        case Outcome::not_connected:
        case Outcome::connect_timeout:
        case Outcome::tls_failed: return "connect";
        case Outcome::reset: return "reset";
        case Outcome::timeout: return "timeout";
        case Outcome::garbage: return "garbage";
        case Outcome::cut: return "cut";
        case Outcome::abandoned: break;
    }
    return "abandoned";
}

net::Duration backoff(const RetrySettings& settings, std::uint32_t retry, double random) noexcept {
    auto bound = settings.backoff;
    for (std::uint32_t doubled = 1; doubled < retry && bound < settings.longest_backoff; ++doubled) bound *= 2;
    bound = std::min(bound, settings.longest_backoff);
    return net::Duration{net::Duration::rep(double(bound.count()) * random)};
}

std::optional<net::Duration> retry_after(std::string_view value, std::chrono::system_clock::time_point now) {
    using namespace std::chrono;
    constexpr std::int64_t longest = 365 * 24 * 3600;
    std::int64_t wait = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), wait);
    if (!value.empty() && value.front() != '-' && end == value.data() + value.size()) {
        if (error == std::errc::result_out_of_range) return seconds{longest};
        if (error == std::errc{}) return seconds{std::min(wait, longest)};
    }
    const std::string text{value};
    for (const char* form : {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
        std::tm date{};
        const char* rest = ::strptime(text.c_str(), form, &date);
        if (!rest || *rest) continue;
        const std::int64_t left = ::timegm(&date) - duration_cast<seconds>(now.time_since_epoch()).count();
        return seconds{std::clamp<std::int64_t>(left, 0, longest)};
    }
    return std::nullopt;
}

}  // namespace tollgate::upstream
