// plugins/ratelimit/bucket_store.h - BucketStore: the buckets of many keys, in bounded memory, shared by all loops.
//
// A table of groups of eight slots; a key may live in either of two groups, the emptier when it came, which lets the
// table be three fifths full before any group overflows. Finding a key takes no lock and writes nothing but the
// bucket's own word. Nothing is ever swept: a slot whose bucket is full again is free by definition, since a full bucket is the same as none. So there
// is no rehash, no expiry run and no allocation after the constructor, and thus no pause.
//
// When both groups of a new key are taken by buckets that are not full, the one nearest to full is forgotten and
// counted. Among keys used alike that is the least recently used; and a flood of new keys forgets its own, never a
// caller who has spent his burst and would like to be forgotten.
//
// Keys are not stored: a slot knows its key by a 64-bit SipHash with a secret of this store. Two of ten million keys
// share a bucket with a probability of three in a million, and nobody outside can choose such a pair.
#pragma once

#include "token_bucket.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>

namespace tollgate::ratelimit {

class BucketStore {
public:
    using Secret = std::array<std::uint64_t, 2>;
    struct Taken {
        Decision decision;
        bool forgot = false;  // another key's bucket had to go
    };

    // Remembers at least `keys` keys that are not full, in 40 bytes each, resident once touched. Throws std::bad_alloc.
    explicit BucketStore(std::size_t keys, Secret secret = random_secret());
    BucketStore(const BucketStore&) = delete;
    BucketStore& operator=(const BucketStore&) = delete;

    // Any thread. A key never seen, or forgotten, has a full bucket.
    Taken take(std::string_view key, double cost, Time now, const Limit& limit) noexcept;

    std::size_t keys() const noexcept { return keys_; }  // as constructed
    std::size_t slots() const noexcept { return group_count_ * slots_per_group; }
    std::uint64_t forgotten() const noexcept { return forgotten_.load(std::memory_order_relaxed); }
    // How many buckets are not full. Walks the whole table.
    std::size_t spent(Time now) const noexcept;

    static Secret random_secret();

private:
    static constexpr std::size_t slots_per_group = 8;

    struct alignas(64) Group {  // the keys in one cache line, the buckets in the next two
        std::array<std::atomic<std::uint64_t>, slots_per_group> keys;  // hashes; 0: never used
        std::array<TokenBucket, slots_per_group> buckets;
    };
    struct Slot {  // whose key changes only while its bucket is seized
        std::atomic<std::uint64_t>* key = nullptr;
        TokenBucket* bucket = nullptr;
    };
    struct Unmap {
        std::size_t bytes;
        void operator()(Group* groups) const noexcept;
    };
    struct alignas(64) Entrance {
        std::mutex mutex;
    };
    using Pair = std::array<Group*, 2>;

    static std::unique_ptr<Group, Unmap> map(std::size_t groups);
    Pair groups_of(std::uint64_t hash) const noexcept;
    static Slot find(const Pair& groups, std::uint64_t hash) noexcept;  // without bucket: not there
    static Slot seize_slot(const Pair& groups, Ticks now, bool& forgot) noexcept;

    std::size_t keys_;
    Secret secret_;
    std::size_t group_count_;
    std::unique_ptr<Group, Unmap> groups_;
    std::atomic<std::uint64_t> forgotten_{0};
    // New keys enter one at a time per entrance, so that a key seen by two loops at once gets one bucket.
    std::array<Entrance, 64> entrances_;
};

}  // namespace tollgate::ratelimit
