// plugins/ratelimit/bucket_store.cpp - how a key finds its bucket, and what makes room for a new one.
#include "bucket_store.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>
#include <random>
#include <type_traits>

namespace tollgate::ratelimit {

namespace {

// SipHash-1-3 (Aumasson, Bernstein): keyed, so that no client can make keys collide.
std::uint64_t sip_hash(std::string_view text, const BucketStore::Secret& secret) noexcept {
    std::uint64_t a = secret[0] ^ 0x736f6d6570736575, b = secret[1] ^ 0x646f72616e646f6d;
    std::uint64_t c = secret[0] ^ 0x6c7967656e657261, d = secret[1] ^ 0x7465646279746573;
    const auto round = [&]() noexcept {
        a += b, c += d;
        b = std::rotl(b, 13) ^ a, d = std::rotl(d, 16) ^ c;
        a = std::rotl(a, 32);
        a += d, c += b;
        d = std::rotl(d, 21) ^ a, b = std::rotl(b, 17) ^ c;
        c = std::rotl(c, 32);
    };
    const auto absorb = [&](std::uint64_t word) noexcept {
        d ^= word;
        round();
        a ^= word;
    };
    std::uint64_t last = static_cast<std::uint64_t>(text.size()) << 56;
    for (; text.size() >= 8; text.remove_prefix(8)) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data(), 8);
        absorb(word);
    }
    for (std::size_t i = 0; i < text.size(); ++i)
        last |= std::uint64_t{static_cast<unsigned char>(text[i])} << (8 * i);
    absorb(last);
    c ^= 0xff;
    round(), round(), round();
    return a ^ b ^ c ^ d;
}

constexpr std::size_t share(std::uint32_t hash, std::size_t of) noexcept {
    return static_cast<std::size_t>((std::uint64_t{hash} * of) >> 32);
}

}  // namespace

BucketStore::BucketStore(std::size_t keys, Secret secret)
    : keys_{keys}, secret_{secret}, group_count_{keys * 5 / 24 + 8}, groups_{map(group_count_)} {}

// Pages of zeroes that cost nothing until touched: zeroes are empty slots.
std::unique_ptr<BucketStore::Group, BucketStore::Unmap> BucketStore::map(std::size_t groups) {
    static_assert(sizeof(Group) == 192 && std::is_trivially_destructible_v<Group>);
    if (groups > (std::size_t{1} << 32)) throw std::bad_alloc{};
    const std::size_t bytes = groups * sizeof(Group);
    void* pages = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (pages == MAP_FAILED) throw std::bad_alloc{};
    return {static_cast<Group*>(pages), Unmap{bytes}};
}

void BucketStore::Unmap::operator()(Group* groups) const noexcept { ::munmap(groups, bytes); }

BucketStore::Secret BucketStore::random_secret() {
    std::random_device device;
    const auto word = [&device] { return (std::uint64_t{device()} << 32) | device(); };
    return {word(), word()};
}

BucketStore::Pair BucketStore::groups_of(std::uint64_t hash) const noexcept {
    const std::size_t first = share(static_cast<std::uint32_t>(hash), group_count_);
    std::size_t second = share(static_cast<std::uint32_t>(hash >> 32), group_count_);
    if (second == first) second = first + 1 == group_count_ ? 0 : first + 1;
    return {groups_.get() + first, groups_.get() + second};
}

BucketStore::Slot BucketStore::find(const Pair& groups, std::uint64_t hash) noexcept {
    for (Group* group : groups)
        for (std::size_t i = 0; i < slots_per_group; ++i)
            if (group->keys[i].load(std::memory_order_acquire) == hash) return {&group->keys[i], &group->buckets[i]};
    return {};
}

// A free slot of the emptier group, else the slot nearest to being free.
BucketStore::Slot BucketStore::seize_slot(const Pair& groups, Ticks now, bool& forgot) noexcept {
    for (;;) {
        Slot free, nearest;
        Ticks free_since = 0, nearest_at = 0;
        std::size_t most_free = 0;
        for (Group* group : groups) {
            std::size_t free_here = 0;
            Slot candidate;
            Ticks candidate_since = 0;
            for (std::size_t i = 0; i < slots_per_group; ++i) {
                const Slot slot{&group->keys[i], &group->buckets[i]};
                const auto full_at = slot.bucket->full_at();
                if (!full_at) continue;
                if (*full_at <= now) {
                    ++free_here;
                    candidate = slot, candidate_since = *full_at;
                } else if (!nearest.bucket || *full_at < nearest_at) {
                    nearest = slot, nearest_at = *full_at;
                }
            }
            if (free_here > most_free) most_free = free_here, free = candidate, free_since = candidate_since;
        }
        forgot = !free.bucket;
        if (free.bucket && free.bucket->seize(free_since)) return free;
        if (forgot && nearest.bucket && nearest.bucket->seize(nearest_at)) return nearest;
    }
}

BucketStore::Taken BucketStore::take(std::string_view key, double cost, Time now, const Limit& limit) noexcept {
    const std::uint64_t hash = std::max<std::uint64_t>(1, sip_hash(key, secret_));  // 0 marks an empty slot
    const Pair groups = groups_of(hash);
    for (const Group* group : groups) __builtin_prefetch(group);  // both at once, where the caches do not hold them
    const Ticks price = limit.ticks(cost), moment = TokenBucket::ticks_of(now);
    const auto take_from = [&](const Slot& slot) noexcept {
        const auto mine = [&]() noexcept { return slot.key->load(std::memory_order_relaxed) == hash; };
        return slot.bucket->take_while(mine, price, moment, limit);
    };
    if (const Slot slot = find(groups, hash); slot.bucket)
        if (const auto decision = take_from(slot)) return {*decision, false};

    const std::lock_guard entering{entrances_[hash >> 58].mutex};
    for (Slot slot; (slot = find(groups, hash)).bucket;)
        if (const auto decision = take_from(slot)) return {*decision, false};
    Taken taken;
    const Slot slot = seize_slot(groups, moment, taken.forgot);
    slot.key->store(hash, std::memory_order_release);
    taken.decision = slot.bucket->restart(price, moment, limit);
    if (taken.forgot) forgotten_.fetch_add(1, std::memory_order_relaxed);
    return taken;
}

std::size_t BucketStore::spent(Time now) const noexcept {
    const Ticks moment = TokenBucket::ticks_of(now);
    std::size_t count = 0;
    for (std::size_t i = 0; i < group_count_; ++i)
        for (const TokenBucket& bucket : groups_.get()[i].buckets) {
            const auto full_at = bucket.full_at();
            if (full_at && *full_at > moment) ++count;
        }
    return count;
}

}  // namespace tollgate::ratelimit
