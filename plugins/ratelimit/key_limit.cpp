// plugins/ratelimit/key_limit.cpp - reading "100/60s".
#include "key_limit.h"

#include <charconv>

namespace tollgate::ratelimit {

namespace {

// 0 for what is no number above it.
std::int64_t number(std::string_view text) {
    std::int64_t count = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
    return problem == std::errc{} && end == text.data() + text.size() && count > 0 ? count : 0;
}

}  // namespace

std::optional<KeyLimit> key_limit(std::string_view rate, std::string_view burst) {
    const auto slash = rate.find('/');
    if (slash == rate.npos || !rate.ends_with('s')) return std::nullopt;
    const std::int64_t count = number(rate.substr(0, slash)),
                       seconds = number(rate.substr(slash + 1, rate.size() - slash - 2));
    constexpr std::int64_t longest = 366 * 86'400;
    if (count == 0 || seconds == 0 || seconds > longest) return std::nullopt;
    const std::int64_t tokens = number(burst);
    return KeyLimit{{double(count), std::chrono::seconds{seconds}}, tokens > 0 ? std::optional{tokens} : std::nullopt};
}

}  // namespace tollgate::ratelimit
