// plugins/ratelimit/redis/leased_store.cpp - spending, fetching, and giving back what was not spent.
#include "redis/leased_store.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tollgate::ratelimit {

namespace {

constexpr std::size_t most_keys = 100'000;  // of a loop; others are asked for one by one

Ticks ticks_of_time(std::chrono::nanoseconds time) noexcept {
    return static_cast<Ticks>(std::max<std::int64_t>(0, time.count())) * ticks_per_nanosecond;
}

// How long tokens of this decision may be spent: not beyond the window that they are counted in.
Ticks lasts(const Limit& limit, const Decision& decision) noexcept {
    auto time = std::min(LeasedStore::longest, decision.reset);
    if (limit.algorithm() == Algorithm::token_bucket) time = LeasedStore::longest;
    if (limit.algorithm() == Algorithm::sliding_window) time = std::min(time, decision.reset - limit.per());
    return ticks_of_time(time);
}

std::chrono::nanoseconds time_of(Ticks ticks) noexcept {
    return std::chrono::nanoseconds{static_cast<std::int64_t>(ticks / ticks_per_nanosecond)};
}

// What the Redis decided, and not on_error.
void hear(LastHeard::Word& heard, const Claim& claim, Moment asked) noexcept {
    if (claim.hash != 0 || claim.decision.unavailable) return;
    heard.hear(std::chrono::floor<std::chrono::milliseconds>(time_of(asked.steady)), claim.decision.remaining);
}

}  // namespace

LeasedStore::LeasedStore(Host& host, std::unique_ptr<RedisStore> exact, std::int64_t most)
    : host_{host},
      exact_{std::move(exact)},
      share_{std::floor(static_cast<double>(most) / static_cast<double>(host.loop_count()))},
      loops_(host.loop_count()) {}

Task<void> LeasedStore::take(std::span<Claim> claims, Moment now) {
    const std::size_t number = host_.this_loop();
    if (share_ < 2 || number >= loops_.size() || claims.size() != 1 || claims[0].patience > 0 || claims[0].cost <= 0 ||
        claims[0].limit.algorithm() == Algorithm::concurrency)
        return exact_->take(claims, now);
    Loop& loop = loops_[number];
    thread_local std::string key;  // the loop's: keeps its room
    key = claims[0].key;
    const auto found = loop.leases.find(key);
    if (found == loop.leases.end()) {
        if (loop.leases.size() >= most_keys) return exact_->take(claims, now);
        loop.leases.try_emplace(key, Lease{*claims[0].name, claims[0].limit, claims[0].secret, last_heard_.of(key)});
        return fetch(loop, claims, now);
    }
    if (spend(found->second, claims[0], now)) return {};
    if (found->second.asking) return take_alone(found->second.heard, claims, now);
    return fetch(loop, claims, now);
}

bool LeasedStore::spend(Lease& lease, Claim& claim, Moment now) noexcept {
    if (lease.tokens < claim.cost || now.steady >= lease.ends || lease.limit != claim.limit) return false;
    lease.tokens -= std::max(0.0, claim.cost);
    claim.hash = 0;
    claim.decision = lease.last;
    const auto passed = time_of(now.steady - std::min(now.steady, lease.taken));
    claim.decision.reset = std::max(std::chrono::nanoseconds{0}, lease.last.reset - passed);
    tell(lease, claim);
    return true;
}

// Of a bucket also when it is full again, as it would be with so much in it: not in no time, where some is said to be
// missing.
void LeasedStore::tell(const Lease& lease, Claim& claim) noexcept {
    const Limit& limit = claim.limit;
    std::int64_t& remaining = claim.decision.remaining;
    remaining = lease.heard->remaining() + static_cast<std::int64_t>(lease.tokens);
    if (limit.algorithm() != Algorithm::token_bucket) return;
    remaining = std::min(remaining, limit.burst());
    claim.decision.reset = time_of(limit.ticks(static_cast<double>(limit.burst() - remaining)));
}

Task<void> LeasedStore::take_alone(std::shared_ptr<LastHeard::Word> heard, std::span<Claim> claims, Moment now) {
    if (const Task<void> later = exact_->take(claims, now)) co_await later;
    hear(*heard, claims[0], now);
}

Task<void> LeasedStore::fetch(Loop& loop, std::span<Claim> claims, Moment now) {
    const std::string key{claims[0].key};
    struct Asking {
        Loop& loop;
        const std::string& key;
        explicit Asking(Loop& l, const std::string& k) : loop{l}, key{k} { loop.leases.at(key).asking = true; }
        ~Asking() { loop.leases.at(key).asking = false; }  // sweep() leaves it alone meanwhile
    } asking{loop, key};
    Lease& lease = loop.leases.at(key);  // stays where it is, whatever comes and goes
    if (lease.tokens > 0 && (lease.limit != claims[0].limit || now.steady >= lease.ends)) return_rest(key, lease, now);
    if (!std::exchange(loop.swept, true)) host_.spawn(sweep(loop));
    const double batch = std::max(claims[0].cost, share_ - lease.tokens);
    const bool more = co_await exact_->take_more(claims[0], batch, now);
    Claim& claim = claims[0];
    hear(*lease.heard, claim, now);
    if (!more) co_return;
    lease.limit = claim.limit;
    lease.tokens += batch - claim.cost;
    lease.last = claim.decision;
    lease.taken = now.steady;
    lease.ends = now.steady + lasts(claim.limit, claim.decision);
    tell(lease, claim);
}

void LeasedStore::clear(const Claim& claim, Moment now) noexcept {
    auto& leases = loops_[host_.this_loop()].leases;
    if (const auto held = leases.find(std::string{claim.key}); held != leases.end()) held->second.tokens = 0;
    exact_->clear(claim, now);
}

void LeasedStore::return_rest(const std::string& key, Lease& lease, Moment now) noexcept {
    Claim claim{.name = &lease.name, .limit = lease.limit, .key = key, .cost = std::exchange(lease.tokens, 0)};
    claim.decision = lease.last;
    claim.secret = lease.secret;
    exact_->give_back({&claim, 1}, now);
}

// Until nothing is held: the next lease starts it anew.
Task<void> LeasedStore::sweep(Loop& loop) {
    while (!loop.leases.empty()) {
        co_await host_.sleep(longest / 4);
        const Moment now{host_.now(), host_.wall_clock()};
        for (auto at = loop.leases.begin(); at != loop.leases.end();) {
            Lease& lease = at->second;
            if (lease.asking || now.steady < lease.ends) {
                ++at;
                continue;
            }
            if (lease.tokens > 0) return_rest(at->first, lease, now);
            at = loop.leases.erase(at);
        }
    }
    loop.swept = false;
}

}  // namespace tollgate::ratelimit
