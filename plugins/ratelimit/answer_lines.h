// plugins/ratelimit/answer_lines.h - what a client is told of its limits, as header lines.
#pragma once

#include "store.h"

#include <charconv>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tollgate::ratelimit {

// A whole number as text, without touching the heap.
class Digits {
public:
    explicit Digits(std::int64_t number) noexcept
        : length_{static_cast<std::size_t>(std::to_chars(text_, text_ + sizeof text_, number).ptr - text_)} {}
    operator std::string_view() const noexcept { return {text_, length_}; }  // NOLINT(google-explicit-constructor)

private:
    char text_[24];
    std::size_t length_;
};

// Rounded up.
constexpr std::int64_t whole_seconds(std::chrono::nanoseconds time) noexcept {
    return time.count() / 1'000'000'000 + (time.count() % 1'000'000'000 > 0);
}

// The claim that says when to come back: of those refused the one that takes longest, else the one with least left.
const Claim& tightest(std::span<const Claim> claims) noexcept;

// A name as structured fields write a text (RFC 9651, 3.3.3), with what they cannot write as '?'.
std::string quoted_name(std::string_view name);

// One member of RateLimit-Policy and of RateLimit (draft-ietf-httpapi-ratelimit-headers-11), added to a list. `name` is
// quoted already. A token bucket is told by its burst and the time in which that comes back.
void add_policy(std::string& list, std::string_view name, const Limit& limit);
void add_state(std::string& list, std::string_view name, const Claim& claim);

}  // namespace tollgate::ratelimit
