// plugins/ratelimit/counter_store.h - CounterStore: the counters of many keys, in bounded memory, shared by all loops.
//
// A table of groups of eight slots; a key may live in either of two groups, the emptier when it came, which lets the
// table be three fifths full before any group overflows. Finding a key takes no lock and writes nothing but the
// counter's own words. Nothing is ever swept: a slot whose counter has nothing counted any more is free by definition,
// since that is the same as none. So there is no rehash, no expiry run and no allocation after the constructor (but for
// what a SlidingLog holds), and thus no pause.
//
// When both groups of a new key are taken, the one that has counted least is forgotten, and that is counted: of buckets
// the one nearest to full, which among keys used alike is the least recently used. A flood of new keys forgets its own,
// never a caller who has spent his limit and would like to be forgotten.
//
// Keys are not stored: a slot knows its key by a 64-bit hash with a secret of this store. Two of ten million keys share
// a counter with a probability of three in a million, and nobody outside can choose such a pair.
#pragma once

#include "key_hash.h"
#include "pages.h"
#include "store.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <optional>
#include <type_traits>

namespace tollgate::ratelimit {

template <class Counter>
class CounterStore final : public Counters {
public:
    struct Taken {
        Decision decision;
        bool forgot = false;  // another key's counter had to go
    };

    // Remembers at least `keys` keys, in 40 bytes each, resident once touched. Throws std::bad_alloc.
    explicit CounterStore(std::size_t keys, Secret secret = random_secret())
        : keys_{keys}, secret_{secret}, group_count_{keys * 5 / 24 + 8}, groups_{group_count_} {}
    CounterStore(const CounterStore&) = delete;
    CounterStore& operator=(const CounterStore&) = delete;
    ~CounterStore() override;

    std::uint64_t hash(std::string_view key) const noexcept override { return hash_of(key, secret_); }
    Decision take(std::uint64_t hash, const Ask& ask) noexcept override;
    Decision look(std::uint64_t hash, const Ask& ask) noexcept override;
    void give_back(std::uint64_t hash, const Ask& ask, std::uint64_t receipt) noexcept override;
    bool withdraw(std::uint64_t hash, const Ask& ask, Ticks due) noexcept override;
    bool clear(std::uint64_t hash, const Ask& ask) noexcept override { return cleared(hash, ask).has_value(); }
    // The same, and what its worth was (see Counter::Standing).
    std::optional<std::uint64_t> cleared(std::uint64_t hash, const Ask& ask) noexcept;
    std::size_t keys() const noexcept override { return keys_; }  // as constructed
    std::uint64_t forgotten() const noexcept override { return forgotten_.load(std::memory_order_relaxed); }
    Footprint footprint() const noexcept override {
        const std::size_t keys = held_.load(std::memory_order_relaxed);
        return {keys, keys * sizeof(Group) / slots_per_group};
    }
    std::size_t in_use(const Ask& ask) noexcept override;

    // Windows: counts at this key what was admitted elsewhere, in the window with that end (milliseconds since 1970).
    void add(std::uint64_t hash, const Limit& limit, std::uint64_t amount, std::int64_t end, Moment now) noexcept;

    Taken take(std::string_view key, double cost, Moment now, const Limit& limit) noexcept {
        const Decision decision = take(hash(key), {limit, limit.price(cost), now});
        return {decision, decision.forgot};
    }
    std::size_t slots() const noexcept { return group_count_ * slots_per_group; }

private:
    static constexpr std::size_t slots_per_group = 8;

    struct alignas(64) Group {  // the keys in one cache line, the counters in the next two
        std::array<std::atomic<std::uint64_t>, slots_per_group> keys;  // hashes; 0: never used
        std::array<Counter, slots_per_group> counters;
    };
    static_assert(std::is_trivially_destructible_v<Group>);
    struct Slot {  // whose key changes only while its counter is seized
        std::atomic<std::uint64_t>* key = nullptr;
        Counter* counter = nullptr;
    };
    struct alignas(64) Entrance {
        std::mutex mutex;
    };
    using Pair = std::array<Group*, 2>;

    Pair groups_of(std::uint64_t hash) noexcept;
    static Slot find(const Pair& groups, std::uint64_t hash) noexcept;  // without counter: not there
    Decision enter(const Pair& groups, std::uint64_t hash, const Ask& ask) noexcept;
    Slot seize_slot(const Pair& groups, const Ask& ask, bool& forgot) const noexcept;
    auto standing_of(Counter& counter, const Ask& ask) const noexcept;
    void note_length(const Limit& limit) noexcept;
    // While `slot` is still that key's.
    static auto owner_of(const Slot& slot, std::uint64_t hash) noexcept {
        return [key = slot.key, hash]() noexcept { return key->load(std::memory_order_relaxed) == hash; };
    }

    std::size_t keys_;
    Secret secret_;
    std::size_t group_count_;
    Pages<Group> groups_;
    std::atomic<std::uint64_t> forgotten_{0};
    std::atomic<std::size_t> held_{0};
    std::atomic<std::int64_t> longest_{0};  // nanoseconds for which a counter may linger (see WindowCounter)
    // New keys enter one at a time per entrance, so that a key seen by two loops at once gets one counter.
    std::array<Entrance, 64> entrances_;
};

template <class Counter>
CounterStore<Counter>::~CounterStore() {
    if constexpr (requires(Counter counter) { counter.discard(); })
        for (std::size_t i = 0; i < group_count_; ++i)
            for (Counter& counter : groups_[i].counters) counter.discard();
}

template <class Counter>
typename CounterStore<Counter>::Pair CounterStore<Counter>::groups_of(std::uint64_t hash) noexcept {
    const auto share = [this](std::uint64_t half) { return static_cast<std::size_t>((half * group_count_) >> 32); };
    const std::size_t first = share(hash & 0xFFFF'FFFF);
    std::size_t second = share(hash >> 32);
    if (second == first) second = first + 1 == group_count_ ? 0 : first + 1;
    const Pair groups{&groups_[first], &groups_[second]};
    // Where the caches do not hold them: all of both at once, since to wait for the keys first, and then for the
    // counter that they lead to, takes twice as long.
    for (const Group* group : groups)
        for (std::size_t line = 0; line < sizeof(Group); line += 64)
            __builtin_prefetch(reinterpret_cast<const std::byte*>(group) + line);
    return groups;
}

template <class Counter>
typename CounterStore<Counter>::Slot CounterStore<Counter>::find(const Pair& groups, std::uint64_t hash) noexcept {
    for (Group* group : groups)
        for (std::size_t i = 0; i < slots_per_group; ++i)
            if (group->keys[i].load(std::memory_order_acquire) == hash) return {&group->keys[i], &group->counters[i]};
    return {};
}

// Before the limit is counted by, so that nobody who finds a counter knows less of it.
template <class Counter>
void CounterStore<Counter>::note_length(const Limit& limit) noexcept {
    if constexpr (requires { Counter::lingers(limit); }) {
        const std::int64_t length = Counter::lingers(limit).count();
        std::int64_t longest = longest_.load(std::memory_order_relaxed);
        while (length > longest && !longest_.compare_exchange_weak(longest, length, std::memory_order_relaxed)) {
        }
    }
}

template <class Counter>
auto CounterStore<Counter>::standing_of(Counter& counter, const Ask& ask) const noexcept {
    if constexpr (requires { Counter::lingers(ask.limit); })
        return counter.standing(ask, std::chrono::nanoseconds{longest_.load(std::memory_order_relaxed)});
    else
        return counter.standing(ask);
}

// A free slot of the emptier group, else the slot that has counted least.
template <class Counter>
typename CounterStore<Counter>::Slot CounterStore<Counter>::seize_slot(const Pair& groups, const Ask& ask,
                                                                       bool& forgot) const noexcept {
    using Standing = typename Counter::Standing;
    for (;;) {
        Slot free, least;
        Standing free_standing{}, least_standing{};
        std::size_t most_free = 0;
        for (Group* group : groups) {
            std::size_t free_here = 0;
            Slot candidate;
            Standing candidate_standing{};
            for (std::size_t i = 0; i < slots_per_group; ++i) {
                const Slot slot{&group->keys[i], &group->counters[i]};
                const auto standing = standing_of(*slot.counter, ask);
                if (!standing) continue;
                if (standing->free) {
                    ++free_here;
                    candidate = slot, candidate_standing = *standing;
                } else if (!least.counter || standing->worth < least_standing.worth) {
                    least = slot, least_standing = *standing;
                }
            }
            if (free_here > most_free) most_free = free_here, free = candidate, free_standing = candidate_standing;
        }
        forgot = !free.counter;
        if (free.counter && free.counter->seize(free_standing)) return free;
        if (forgot && least.counter && least.counter->seize(least_standing)) return least;
    }
}

template <class Counter>
Decision CounterStore<Counter>::take(std::uint64_t hash, const Ask& ask) noexcept {
    const Pair groups = groups_of(hash);
    note_length(ask.limit);
    if (const Slot slot = find(groups, hash); slot.counter)
        if (const auto decision = slot.counter->decide_while(owner_of(slot, hash), ask, true)) return *decision;

    const std::lock_guard entering{entrances_[hash >> 58].mutex};
    for (Slot slot; (slot = find(groups, hash)).counter;)
        if (const auto decision = slot.counter->decide_while(owner_of(slot, hash), ask, true)) return *decision;
    return enter(groups, hash, ask);
}

template <class Counter>
void CounterStore<Counter>::add(std::uint64_t hash, const Limit& limit, std::uint64_t amount, std::int64_t end,
                                Moment now) noexcept {
    const Pair groups = groups_of(hash);
    note_length(limit);
    const auto added = [&] {
        const Slot slot = find(groups, hash);
        return slot.counter && slot.counter->add_while(owner_of(slot, hash), limit, amount, end, now);
    };
    constexpr auto too_much = ~std::uint64_t{0};  // refused: nothing is counted, whatever the windows
    while (!added()) {
        const std::lock_guard entering{entrances_[hash >> 58].mutex};
        if (!find(groups, hash).counter) enter(groups, hash, {limit, too_much, now});
    }
}

// For a key that has no counter, behind its entrance.
template <class Counter>
Decision CounterStore<Counter>::enter(const Pair& groups, std::uint64_t hash, const Ask& ask) noexcept {
    bool forgot = false;
    const Slot slot = seize_slot(groups, ask, forgot);
    const bool fresh = slot.key->exchange(hash, std::memory_order_acq_rel) == 0;
    Decision decision = slot.counter->restart(ask);
    decision.forgot = forgot;
    decision.fresh = fresh;
    if (fresh) held_.fetch_add(1, std::memory_order_relaxed);
    if (forgot) forgotten_.fetch_add(1, std::memory_order_relaxed);
    return decision;
}

template <class Counter>
Decision CounterStore<Counter>::look(std::uint64_t hash, const Ask& ask) noexcept {
    const Pair groups = groups_of(hash);
    if (const Slot slot = find(groups, hash); slot.counter)
        if (const auto decision = slot.counter->decide_while(owner_of(slot, hash), ask, false)) return *decision;
    return Counter::first(ask);
}

template <class Counter>
void CounterStore<Counter>::give_back(std::uint64_t hash, const Ask& ask, std::uint64_t receipt) noexcept {
    if (const Slot slot = find(groups_of(hash), hash); slot.counter)
        slot.counter->give_back_while(owner_of(slot, hash), ask, receipt);
}

template <class Counter>
bool CounterStore<Counter>::withdraw(std::uint64_t hash, const Ask& ask, Ticks due) noexcept {
    if constexpr (requires(Counter counter) { counter.withdraw_while([] { return true; }, ask, due); })
        if (const Slot slot = find(groups_of(hash), hash); slot.counter)
            return slot.counter->withdraw_while(owner_of(slot, hash), ask, due);
    return false;
}

// As a slot whose key comes anew: it is seized, and begins with nothing.
template <class Counter>
std::optional<std::uint64_t> CounterStore<Counter>::cleared(std::uint64_t hash, const Ask& ask) noexcept {
    const std::lock_guard entering{entrances_[hash >> 58].mutex};
    for (const Pair groups = groups_of(hash);;) {
        const Slot slot = find(groups, hash);
        if (!slot.counter) return 0;
        const auto standing = standing_of(*slot.counter, ask);
        if (!standing || !owner_of(slot, hash)() || !slot.counter->seize(*standing)) continue;
        slot.counter->restart({ask.limit, 0, ask.now});
        return standing->worth;
    }
}

template <class Counter>
std::size_t CounterStore<Counter>::in_use(const Ask& ask) noexcept {
    std::size_t count = 0;
    for (std::size_t i = 0; i < group_count_; ++i)
        for (Counter& counter : groups_[i].counters) {
            const auto standing = standing_of(counter, ask);
            if (standing && !standing->free) ++count;
        }
    return count;
}

}  // namespace tollgate::ratelimit
