// core/gateway/target_tally.cpp - counting attempts by the minute.
#include "gateway/target_tally.h"

namespace tollgate {

namespace {

// One thread writes, so that an addition is a load and a store.
void add(std::atomic<std::uint64_t>& number, std::uint64_t n) noexcept {
    number.store(number.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}
std::uint64_t get(const std::atomic<std::uint64_t>& number) noexcept { return number.load(std::memory_order_relaxed); }

std::int64_t minute_of(net::TimePoint when) noexcept { return when.time_since_epoch() / std::chrono::minutes{1}; }

bool failed(const TargetTally::Attempt& attempt) noexcept {
    if (attempt.outcome == Outcome::abandoned) return false;
    return attempt.outcome != Outcome::answered || attempt.status >= 500;
}

}  // namespace

void TargetTally::Reading::add(const Reading& other) noexcept {
    attempts += other.attempts;
    failures += other.failures;
    lately += other.lately;
    failed_lately += other.failed_lately;
    answered += other.answered;
    waited += other.waited;
    times.add(other.times);
}

TargetTally::Window& TargetTally::window_of(std::int64_t minute) noexcept {
    Window& window = windows_[static_cast<std::size_t>(minute & 1)];
    if (window.minute.load(std::memory_order_relaxed) == minute) return window;
    for (Number* number : {&window.attempts, &window.failures, &window.answered, &window.waited})
        number->store(0, std::memory_order_relaxed);
    window.times.clear();
    window.minute.store(minute, std::memory_order_relaxed);
    return window;
}

void TargetTally::count(const Attempt& attempt, net::TimePoint now) noexcept {
    Window& window = window_of(minute_of(now));
    add(attempts_, 1);
    add(window.attempts, 1);
    if (failed(attempt)) {
        add(failures_, 1);
        add(window.failures, 1);
    }
    if (attempt.first_byte.count() <= 0) return;
    add(window.answered, 1);
    add(window.waited, static_cast<std::uint64_t>(attempt.first_byte.count()));
    window.times.count(attempt.first_byte);
}

TargetTally::Reading TargetTally::read(net::TimePoint now) const noexcept {
    Reading reading;
    reading.attempts = get(attempts_);
    reading.failures = get(failures_);
    for (const Window& window : windows_) {
        const auto minute = window.minute.load(std::memory_order_relaxed);
        if (minute < minute_of(now) - 1) continue;
        reading.lately += get(window.attempts);
        reading.failed_lately += get(window.failures);
        reading.answered += get(window.answered);
        reading.waited += std::chrono::nanoseconds{static_cast<std::int64_t>(get(window.waited))};
        reading.times.add(window.times.read());
    }
    return reading;
}

}  // namespace tollgate
