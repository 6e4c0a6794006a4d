// plugins/ratelimit/window_counter.cpp - how windows follow each other, and what two of them together allow.
#include "window_counter.h"

#include "calendar.h"

#include <algorithm>
#include <thread>

namespace tollgate::ratelimit {

namespace {

constexpr std::int64_t nanoseconds_in_millisecond = 1'000'000;
constexpr std::int64_t longest_delay = 10'000;  // milliseconds between reading the clock and asking
constexpr unsigned count_bits = 43, high_bits = 22, low_bits = count_bits - high_bits;
constexpr std::uint64_t most = (std::uint64_t{1} << count_bits) - 1;

// Of the wall clock; before 1970 there are no windows.
std::int64_t millisecond_of(const Ask& ask) noexcept {
    return std::max<std::int64_t>(0, ask.now.wall / nanoseconds_in_millisecond);
}

std::int64_t length_of(const Limit& limit) noexcept {
    return std::max<std::int64_t>(1, limit.per().count() / nanoseconds_in_millisecond);
}

bool by_clock(const Limit& limit) noexcept { return limit.align() == Align::clock; }

// Of the window that this moment lies in, or that begins with it.
std::int64_t end_of_window(const Ask& ask) noexcept {
    const std::int64_t now = millisecond_of(ask), length = length_of(ask.limit);
    if (ask.limit.calendar() != Calendar::none) return end_of(ask.limit.calendar(), now);
    // From a first use the window is longer by what is left of this millisecond, never shorter.
    return by_clock(ask.limit) ? (now / length + 1) * length : now + 1 + length;
}

// Of the window with that end, seen from one that ends `before` it; of the calendar's months only the next is known.
std::int64_t begin_of(std::int64_t end, std::int64_t before, const Limit& limit) noexcept {
    if (limit.calendar() == Calendar::none) return end - length_of(limit);
    return end_of(limit.calendar(), before) == end ? before : end;
}

std::chrono::nanoseconds from_now(std::int64_t end, const Ask& ask) noexcept {
    return std::chrono::nanoseconds{end * nanoseconds_in_millisecond - std::max<std::int64_t>(0, ask.now.wall)};
}

// value * share / whole, up or down; 43 bits by 60 do not fit into 64.
std::uint64_t part(std::uint64_t value, std::int64_t share, std::int64_t whole, bool up) noexcept {
    const Wide product = static_cast<Wide>(value) * static_cast<std::uint64_t>(share);
    const auto divisor = static_cast<std::uint64_t>(whole);
    return static_cast<std::uint64_t>((product + (up ? divisor - 1 : 0)) / divisor);
}

}  // namespace

WindowCounter::State WindowCounter::unpack(Words words) noexcept {
    return {
        .end = static_cast<std::int64_t>(words.first >> high_bits),
        .current = words.second & most,
        .previous = ((words.first & ((std::uint64_t{1} << high_bits) - 1)) << low_bits) | (words.second >> count_bits)};
}

Words WindowCounter::pack(const State& state) noexcept {
    const std::uint64_t current = std::min(state.current, most), previous = std::min(state.previous, most);
    return {(static_cast<std::uint64_t>(state.end) << high_bits) | (previous >> low_bits),
            (previous << count_bits) | current};
}

// The same counts as seen from now: in the window that now lies in.
WindowCounter::State WindowCounter::rolled(State state, const Ask& ask) noexcept {
    const std::int64_t end = end_of_window(ask), length = length_of(ask.limit), now = millisecond_of(ask);
    if (state.end == 0) return {.end = end};
    if (now < state.end) {
        // Whoever read the clock a little earlier than others may still be in a window before: it counts in theirs.
        // Else the limit had another length, or the clock was set back.
        const std::int64_t begin = begin_of(state.end, end, ask.limit);
        if (state.end != end && begin - now > longest_delay) state.end = end;
        return state;
    }
    const bool sliding = ask.limit.algorithm() == Algorithm::sliding_window;
    if (!by_clock(ask.limit)) {
        if (!sliding || now >= state.end + length) return {.end = end};
        return {.end = state.end + length, .previous = state.current};
    }
    const std::int64_t begin = ask.limit.calendar() == Calendar::none ? end - length : state.end;
    if (begin < state.end) return {.end = end, .current = state.current};  // longer windows than before: still in it
    return {.end = end, .previous = sliding && begin == state.end ? state.current : 0};
}

WindowCounter::Step WindowCounter::step(const State& state, const Ask& ask) noexcept {
    const State now = rolled(state, ask);
    return ask.limit.algorithm() == Algorithm::sliding_window ? weigh(now, ask) : count(now, ask);
}

WindowCounter::Step WindowCounter::count(State state, const Ask& ask) noexcept {
    const std::uint64_t capacity = ask.limit.capacity();
    Decision decision;
    decision.reset = from_now(state.end, ask);
    decision.receipt = static_cast<std::uint64_t>(state.end);
    if (state.current <= capacity && ask.price <= capacity - state.current) {
        decision.admitted = true;
        state.current += ask.price;
    } else {
        decision.retry_after = ask.price > capacity ? Decision::never : decision.reset;
    }
    decision.remaining = state.current < capacity ? static_cast<std::int64_t>((capacity - state.current) / 1000) : 0;
    if (state.current == 0) decision.reset = {};
    return {decision, state};
}

WindowCounter::Step WindowCounter::weigh(State state, const Ask& ask) noexcept {
    const std::uint64_t capacity = ask.limit.capacity();
    const std::int64_t length = length_of(ask.limit) * nanoseconds_in_millisecond;
    const std::int64_t until_end = from_now(state.end, ask).count(), left = std::min(until_end, length);
    const auto used = [&] { return state.current + part(state.previous, left, length, true); };
    Decision decision;
    decision.receipt = static_cast<std::uint64_t>(state.end);
    if (const std::uint64_t before = used(); before <= capacity && ask.price <= capacity - before) {
        decision.admitted = true;
        state.current += ask.price;
    } else if (ask.price > capacity) {
        decision.retry_after = Decision::never;
    } else if (state.current + ask.price <= capacity) {
        // When little enough of the window before is left to count.
        const std::uint64_t room = capacity - ask.price - state.current;
        const std::uint64_t enough = state.previous
                                         ? part(static_cast<std::uint64_t>(length), static_cast<std::int64_t>(room),
                                                static_cast<std::int64_t>(state.previous), false)
                                         : 0;
        decision.retry_after =
            std::chrono::nanoseconds{left - std::min<std::int64_t>(left, static_cast<std::int64_t>(enough))};
    } else {
        // Not in this window; in the next one, this one's requests fade.
        const std::uint64_t room = capacity - ask.price;
        const auto enough = static_cast<std::int64_t>(
            std::min<std::uint64_t>(static_cast<std::uint64_t>(length),
                                    part(static_cast<std::uint64_t>(length), static_cast<std::int64_t>(room),
                                         static_cast<std::int64_t>(state.current), false)));
        decision.retry_after = std::chrono::nanoseconds{until_end + length - enough};
    }
    const std::uint64_t after = used();
    decision.remaining = after < capacity ? static_cast<std::int64_t>((capacity - after) / 1000) : 0;
    decision.reset = std::chrono::nanoseconds{state.current ? until_end + length : state.previous ? until_end : 0};
    return {decision, state};
}

WindowCounter::State WindowCounter::less(State state, const Ask& ask, std::uint64_t receipt) noexcept {
    const auto window = static_cast<std::int64_t>(receipt);
    std::uint64_t none = 0;
    std::uint64_t& counted = window == state.end                          ? state.current
                             : window == state.end - length_of(ask.limit) ? state.previous
                                                                          : none;
    counted -= std::min(counted, ask.price);
    return state;
}

WindowCounter::State WindowCounter::more(State state, const Limit& limit, std::uint64_t amount, std::int64_t end,
                                         Moment now) noexcept {
    const bool slides = limit.algorithm() == Algorithm::sliding_window;
    if (end > state.end) {
        // Others already count, or still do, in longer windows: what is counted here is not over by that.
        if (now.wall < state.end * nanoseconds_in_millisecond) return state;
        const bool next = slides && state.end == end - length_of(limit);
        return {.end = end, .current = amount, .previous = next ? state.current : 0};
    }
    const bool before = slides && end == state.end - length_of(limit);
    if (end == state.end) state.current += std::min(amount, most - state.current);
    if (before) state.previous += std::min(amount, most - state.previous);
    return state;
}

std::optional<WindowCounter::Standing> WindowCounter::standing(const Ask& ask,
                                                               std::chrono::nanoseconds longest) const noexcept {
    const Words words = words_.glance();
    if (words.first == changing) return std::nullopt;
    const State state = unpack(words);
    const std::int64_t since_end = -from_now(state.end, ask).count(), left = longest.count() - since_end;
    std::uint64_t worth = 0;
    if (since_end < 0) worth = state.current + state.previous;
    else if (left > 0) worth = part(state.current, left, longest.count(), true);
    return Standing{worth == 0, worth, words};
}

Words WindowCounter::settled() const noexcept {
    for (unsigned looks = 0;; ++looks) {
        const Words words = words_.glance();
        if (words.first != changing) return words;
        if (looks >= 64) std::this_thread::yield();
    }
}

Decision WindowCounter::restart(const Ask& ask) noexcept {
    const Step then = step({}, ask);
    const Words seized = words_.glance();  // nobody else changes it now
    words_.swap(seized, pack(then.decision.admitted ? then.state : State{}));
    return then.decision;
}

}  // namespace tollgate::ratelimit
