// plugins/ratelimit/memory_store.cpp - all or nothing, over several counters.
#include "memory_store.h"

#include "concurrency.h"
#include "counter_store.h"
#include "sliding_log.h"
#include "token_bucket.h"
#include "window_counter.h"

#include <algorithm>
#include <bit>

namespace tollgate::ratelimit {

namespace {

Ask ask_of(const Claim& claim, Moment now) noexcept {
    return {claim.limit, claim.limit.price(claim.cost), now, claim.patience};
}

}  // namespace

std::shared_ptr<Counters> make_counters(Algorithm algorithm, std::size_t keys) {
    switch (algorithm) {
        case Algorithm::token_bucket: return std::make_shared<CounterStore<TokenBucket>>(keys);
        case Algorithm::sliding_log: return std::make_shared<CounterStore<SlidingLog>>(keys);
        case Algorithm::concurrency: return std::make_shared<CounterStore<Concurrency>>(keys);
        case Algorithm::sliding_window:
        case Algorithm::fixed_window:
        case Algorithm::quota: break;
    }
    return std::make_shared<CounterStore<WindowCounter>>(keys);
}

Task<void> MemoryStore::take(std::span<Claim> claims, Moment now) noexcept {
    for (Claim& claim : claims) claim.hash = claim.counters->hash(claim.key);
    if (claims.size() == 1)
        claims[0].decision = claims[0].counters->take(claims[0].hash, ask_of(claims[0], now));
    else
        take_together(claims, now);
    for (Claim& claim : claims)
        if (claim.decision.delay.count() > 0 && all_admitted(claims)) move_up(claim, now);
    return {};
}

// Where somebody has left the line, this request takes his place and leaves its own at the end.
void MemoryStore::move_up(Claim& claim, Moment now) noexcept {
    const Ticks due = claim.decision.due;
    const auto earlier = line_.earlier({claim.counters, claim.hash, claim.limit.price(claim.cost), due}, now.steady);
    if (!earlier) return;
    leave(claim, now, due);
    claim.decision.delay =
        std::chrono::nanoseconds{(*earlier - now.steady + ticks_per_nanosecond - 1) / ticks_per_nanosecond};
    claim.decision.due = *earlier;
}

void MemoryStore::leave(const Claim& claim, Moment now, Ticks due) noexcept {
    if (claim.counters->withdraw(claim.hash, ask_of(claim, now), due)) return;
    line_.offer({claim.counters, claim.hash, claim.limit.price(claim.cost), due}, now.steady);
}

void MemoryStore::take_together(std::span<Claim> claims, Moment now) noexcept {
    std::uint64_t gates = 0;
    for (const Claim& claim : claims) gates |= std::uint64_t{1} << (claim.hash & 63);
    // In one order for everybody, so that nobody waits in a circle.
    for (std::uint64_t left = gates; left; left &= left - 1)
        gates_[static_cast<std::size_t>(std::countr_zero(left))].mutex.lock();
    // A request with a single claim on the same counter may come in between: then once more. More often than that it is
    // two of these claims that are on one counter, which has room for one of them.
    for (int tries = 0; tries < 3 && look(claims, now) && !take_each(claims, now); ++tries) {
    }
    for (std::uint64_t left = gates; left; left &= left - 1)
        gates_[static_cast<std::size_t>(std::countr_zero(left))].mutex.unlock();
}

// True if all would be admitted. If not, those that would be say what is left without this request.
bool MemoryStore::look(std::span<Claim> claims, Moment now) noexcept {
    for (Claim& claim : claims) claim.decision = claim.counters->look(claim.hash, ask_of(claim, now));
    if (all_admitted(claims)) return true;
    for (Claim& claim : claims)
        if (claim.decision.admitted) claim.decision = claim.counters->look(claim.hash, {claim.limit, 0, now});
    return false;
}

bool MemoryStore::take_each(std::span<Claim> claims, Moment now) noexcept {
    for (std::size_t i = 0; i < claims.size(); ++i) {
        claims[i].decision = claims[i].counters->take(claims[i].hash, ask_of(claims[i], now));
        if (claims[i].decision.admitted) continue;
        give_back(claims.first(i), now);
        return false;
    }
    return true;
}

void MemoryStore::clear(const Claim& claim, Moment now) noexcept {
    if (claim.limit.algorithm() != Algorithm::concurrency)
        claim.counters->clear(claim.counters->hash(claim.key), {claim.limit, 0, now});
}

void MemoryStore::give_back(std::span<const Claim> claims, Moment now) noexcept {
    for (const Claim& claim : claims) {
        if (claim.decision.due > now.steady)
            leave(claim, now, claim.decision.due);
        else
            // Before its turn came the bucket was never full, so all that came back since is since then.
            claim.counters->give_back(claim.hash, ask_of(claim, now),
                                      std::max<std::uint64_t>(claim.decision.receipt, claim.decision.due));
    }
}

}  // namespace tollgate::ratelimit
