// plugins/balancer/latency.cpp - one word with a figure and its time, and its decay.
#include "latency.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace tollgate::balancer {

namespace {

constexpr std::chrono::nanoseconds least{1000};  // what took no time is known all the same

std::uint32_t milliseconds(TimePoint now) noexcept {
    using std::chrono::milliseconds;
    return static_cast<std::uint32_t>(std::chrono::duration_cast<milliseconds>(now.time_since_epoch()).count());
}

float seconds_of(std::uint64_t word) noexcept { return std::bit_cast<float>(static_cast<std::uint32_t>(word >> 32)); }

// Milliseconds since the word was written; loops' clocks differ a little, and what is from the future is from now.
std::uint32_t age_of(std::uint64_t word, TimePoint now) noexcept {
    const std::uint32_t age = milliseconds(now) - static_cast<std::uint32_t>(word);
    return age < 1U << 31 ? age : 0;
}

float left_after(std::uint32_t age, std::chrono::nanoseconds decay) noexcept {
    return std::exp(-static_cast<float>(age) * 1e6F / static_cast<float>(decay.count()));
}

}  // namespace

void Latency::observe(Answer answer, TimePoint now, std::chrono::nanoseconds decay) noexcept {
    const float seconds = static_cast<float>(std::max(answer.took, least).count()) * 1e-9F;
    std::uint64_t seen = word_.load(std::memory_order_relaxed), next = 0;
    do {
        const std::uint32_t age = age_of(seen, now);
        const float left = left_after(age, decay), before = seconds_of(seen) * left;
        if ((age == 0 || !answer.whole) && seconds <= before) return;
        const float after = seconds > before ? seconds : before + seconds * (1 - left);
        next = std::uint64_t{std::bit_cast<std::uint32_t>(after)} << 32 | milliseconds(now);
    } while (!word_.compare_exchange_weak(seen, next, std::memory_order_relaxed));
}

double Latency::expected(TimePoint now, std::chrono::nanoseconds decay) const noexcept {
    const std::uint64_t seen = word_.load(std::memory_order_relaxed);
    const std::uint32_t age = age_of(seen, now);
    return seconds_of(seen) * (age == 0 ? 1 : left_after(age, decay));
}

}  // namespace tollgate::balancer
