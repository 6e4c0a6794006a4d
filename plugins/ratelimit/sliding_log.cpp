// plugins/ratelimit/sliding_log.cpp - a ring of requests that grows to what the limit admits and no further.
#include "sliding_log.h"

#include <algorithm>
#include <cstdlib>
#include <thread>

namespace tollgate::ratelimit {

namespace {

constexpr Ticks last_moment = ~Ticks{0} - 1;

struct Entry {
    Ticks when;
    std::uint64_t price;
};

Ticks length_of(const Limit& limit) noexcept {
    return std::min(static_cast<Ticks>(limit.per().count()), longest_window / ticks_per_nanosecond) *
           ticks_per_nanosecond;
}

std::chrono::nanoseconds nanoseconds_of(Ticks ticks) noexcept {
    return std::chrono::nanoseconds{(ticks + ticks_per_nanosecond - 1) / ticks_per_nanosecond};
}

Ticks end_of(const Entry& entry, Ticks length) noexcept {
    return length > last_moment - entry.when ? last_moment : entry.when + length;
}

std::int64_t whole(std::uint64_t capacity, std::uint64_t used) noexcept {
    return used < capacity ? static_cast<std::int64_t>((capacity - used) / 1000) : 0;
}

}  // namespace

struct SlidingLog::Requests {
    std::uint32_t room, first, size;
    std::uint64_t used;  // thousandths, over all
    Entry entries[1];    // `room` of them

    Entry& at(std::uint32_t i) noexcept { return entries[(first + i) & (room - 1)]; }
    static std::size_t bytes(std::uint32_t room) noexcept { return sizeof(Requests) + (room - 1) * sizeof(Entry); }

    void drop_oldest() noexcept {
        used -= at(0).price;
        first = (first + 1) & (room - 1);
        --size;
    }
    void join_oldest() noexcept {
        at(1).price += at(0).price;
        used += at(0).price;
        drop_oldest();
    }
};

Decision SlidingLog::first(const Ask& ask) noexcept {
    SlidingLog log;
    return log.decide(ask, false);
}

Decision SlidingLog::decide(const Ask& ask, bool commit) noexcept {
    const Ticks length = length_of(ask.limit);
    Requests* const past = requests_;
    Ticks now = ask.now.steady;
    if (past && past->size) now = std::max(now, past->at(past->size - 1).when);  // a clock read a little earlier
    std::uint32_t old = 0;
    std::uint64_t used = past ? past->used : 0;
    while (past && old < past->size && end_of(past->at(old), length) <= now) used -= past->at(old++).price;
    const std::uint64_t capacity = ask.limit.capacity();
    Decision decision;
    decision.receipt = now;
    decision.admitted = used <= capacity && ask.price <= capacity - used;
    if (!decision.admitted) {
        decision.retry_after = Decision::never;
        for (std::uint64_t i = old, then = used; ask.price <= capacity && i < past->size; ++i) {
            then -= past->at(static_cast<std::uint32_t>(i)).price;
            if (then + ask.price > capacity) continue;
            decision.retry_after =
                nanoseconds_of(end_of(past->at(static_cast<std::uint32_t>(i)), length) - ask.now.steady);
            break;
        }
    }
    if (past && past->size > old)
        decision.reset = nanoseconds_of(end_of(past->at(past->size - 1), length) - ask.now.steady);
    if (decision.admitted && ask.price > 0) {
        used += ask.price;
        decision.reset = nanoseconds_of(length + (now - ask.now.steady));
    }
    decision.remaining = whole(capacity, used);
    if (commit) {
        for (; old > 0; --old) past->drop_oldest();
        if (decision.admitted && ask.price > 0) remember(now, ask.price, ask.limit);
    }
    return decision;
}

// Without memory for another request the oldest two become one: nobody is admitted for it.
void SlidingLog::remember(Ticks now, std::uint64_t price, const Limit& limit) noexcept {
    const auto most = static_cast<std::uint32_t>(std::min<std::uint64_t>(limit.capacity() / 1000 + 1, 1U << 30));
    if (requests_ && requests_->size && requests_->at(requests_->size - 1).when == now) {
        requests_->at(requests_->size - 1).price += price;
        requests_->used += price;
        return;
    }
    if (!requests_ || requests_->size == requests_->room || requests_->size >= most) {
        const bool grown = (!requests_ || requests_->size < most) && grow(most);
        if (!requests_) return;
        if (!grown && requests_->size >= 2) requests_->join_oldest();
    }
    requests_->at(requests_->size++) = {now, price};
    requests_->used += price;
}

bool SlidingLog::grow(std::uint32_t most) noexcept {
    const std::uint32_t room = requests_ ? requests_->room * 2 : most > 2 ? 4 : 2;
    auto* const larger = static_cast<Requests*>(std::malloc(Requests::bytes(room)));  // NOLINT: its length is its own
    if (!larger) return false;
    larger->room = room;
    larger->first = larger->size = 0;
    larger->used = 0;
    for (std::uint32_t i = 0; requests_ && i < requests_->size; ++i) larger->at(larger->size++) = requests_->at(i);
    if (requests_) larger->used = requests_->used;
    discard();
    requests_ = larger;
    return true;
}

void SlidingLog::discard() noexcept {
    std::free(requests_);  // NOLINT
    requests_ = nullptr;
}

void SlidingLog::forget(Ticks when, std::uint64_t price) noexcept {
    for (std::uint32_t i = requests_ ? requests_->size : 0; i-- > 0;) {
        Entry& entry = requests_->at(i);
        if (entry.when < when) return;
        if (entry.when != when) continue;
        const std::uint64_t back = std::min(entry.price, price);
        entry.price -= back;
        requests_->used -= back;
        if (entry.price == 0 && i + 1 == requests_->size) --requests_->size;
        return;
    }
}

Ticks SlidingLog::free_at(const Limit& limit) const noexcept {
    return requests_ && requests_->size ? end_of(requests_->at(requests_->size - 1), length_of(limit)) : 0;
}

std::optional<SlidingLog::Standing> SlidingLog::standing(const Ask& ask) noexcept {
    const Ticks seen = free_at_.load(std::memory_order_acquire);
    if (seen == changing) return std::nullopt;
    if (seen <= ask.now.steady) return Standing{true, 0, seen};
    if (!seize(seen)) return std::nullopt;
    const std::uint64_t worth = requests_ ? requests_->used : 0;
    unlock(seen);
    return Standing{false, worth, seen};
}

// Held for as long as a decision takes; only a thread descheduled inside one makes others yield.
Ticks SlidingLog::lock() noexcept {
    for (unsigned looks = 0;; ++looks) {
        const Ticks seen = free_at_.load(std::memory_order_acquire);
        if (seen != changing && seize(seen)) return seen;
        if (looks >= 64) std::this_thread::yield();
    }
}

Decision SlidingLog::restart(const Ask& ask) noexcept {
    if (requests_ && requests_->room > 64) discard();  // the next key is rarely as busy as that
    if (requests_) requests_->size = 0, requests_->used = 0;
    const Decision decision = decide(ask, true);
    unlock(free_at(ask.limit));
    return decision;
}

}  // namespace tollgate::ratelimit
