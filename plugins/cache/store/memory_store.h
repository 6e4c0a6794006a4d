// plugins/cache/store/memory_store.h - MemoryStore: items by key in this process's memory, bounded by bytes.
//
// Any thread, at any time. A lookup locks one of many shards for some tens of instructions and moves nothing. Storing,
// sending away and purging share one lock more, which nobody holds for long: what concerns many items lets go of it
// after every few dozen.
#pragma once

#include "store/brief_lock.h"
#include "store/eviction.h"
#include "store/index.h"
#include "store/item.h"
#include "store/key.h"
#include "store/labels.h"
#include "store/purges.h"
#include "store/slot.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace tollgate::cache {

// What became of an item that was to be stored; too_large: or it has too many tags.
enum class Put : std::uint8_t { stored, purged, too_large };

struct Figures {
    std::size_t items = 0, bytes = 0, bound = 0;
    std::uint64_t hits = 0, misses = 0;
    std::uint64_t stored = 0, replaced = 0;  // replaced: of those stored, in the place of another
    std::uint64_t evicted = 0, purged = 0;   // purged: and removed
    std::uint64_t refused = 0;               // too large (or too many tags), or purged while they were on their way
};

// Hears of every change of what a store holds, while that is locked. May not ask the store for anything.
class StoreWatcher {
public:
    virtual ~StoreWatcher() = default;
    // `evicted`: sent away to make room, since the last call.
    virtual void sizes(std::size_t items, std::size_t bytes, std::size_t evicted) noexcept = 0;
};

class MemoryStore {
public:
    // `bound`: the bytes of all items and of what the store needs for each; 176 KiB for itself come on top. `watcher`
    // may be none.
    explicit MemoryStore(std::size_t bound, StoreWatcher* watcher = nullptr);
    MemoryStore(const MemoryStore&) = delete;
    MemoryStore& operator=(const MemoryStore&) = delete;

    // By a secret of this store's.
    Key key_of(std::string_view text) const noexcept { return cache::key_of(text, secret_); }

    std::shared_ptr<const Item> find(const Key& key) noexcept;

    // To be asked before an item is sent for: put() refuses it if it was purged meanwhile.
    Moment now_begun() const noexcept { return purges_.now(); }
    // In the place of another of that key, if there is one. Sends others away to make room. Items of more than half
    // of the bound, or with more tags than `most_tags`, are refused, and the one that they would have replaced goes
    // all the same. Throws std::bad_alloc, and then nothing is stored.
    static constexpr std::size_t most_tags = 1000;  // they are all entered while the lock is held
    Put put(const Key& key, std::shared_ptr<const Item> item, Moment begun);

    // Whether it was there; `only`: remove no other than this.
    bool remove(const Key& key, const Item* only = nullptr) noexcept;
    // How many. Once they return, none of these is found any more that was stored or begun before the call.
    std::size_t purge_url(std::string_view url);
    std::size_t purge_prefix(std::string_view beginning);  // of URLs; looks at all items
    std::size_t purge_tag(std::string_view tag);
    std::size_t purge_all();

    // Up to so many of those with that URL, for people who want to look at them.
    std::vector<std::shared_ptr<const Item>> of_url(std::string_view url, std::size_t most);

    // A lower one is reached step by step, by every put(). Tests do not wait for those: shrink() sends a few away, as
    // one would, and says whether there are more to go.
    void set_bound(std::size_t bound) noexcept { bound_.store(bound, std::memory_order_relaxed); }
    bool shrink();

    Figures figures() noexcept;
    // What the store itself has allocated, beside the items; tests ask.
    std::size_t own_bytes();

    // What an item with so many tags counts for beside its own bytes: a slot, its part of the tables, its labels.
    // Public for tests, which reckon with it.
    static constexpr std::size_t overhead(std::size_t tags) noexcept {
        return sizeof(Slot) + 16 + 16 + (1 + tags) * Labels::bytes_of_label;
    }

private:
    static constexpr std::size_t shard_count = 256;
    struct alignas(64) Shard {
        BriefLock lock;
        Index index;
        std::uint64_t hits = 0, misses = 0;
    };
    class Gone;
    class Changing;

    Shard& shard_of(const Key& key) noexcept { return shards_[key.low % shard_count]; }
    std::uint32_t url_hash(std::string_view url) const noexcept;
    std::uint32_t tag_hash(std::string_view tag) const noexcept;
    std::vector<std::uint32_t> labels_of(const Item& item) const;
    std::size_t room() const noexcept;

    // All with the store's lock held.
    bool make_room(std::size_t bytes, std::size_t allowed, Number& there, int& effort, Gone& gone) noexcept;
    void insert(Number number, const Key& key, std::shared_ptr<const Item>& item, std::size_t bytes,
                std::span<const std::uint32_t> labels);
    Number number_of(const Key& key) noexcept;
    void take_out(Number number, Gone& gone) noexcept;

    template <class Is>
    std::size_t purge_label(std::uint32_t hash, Is is);
    template <class Tell, class Is>
    std::size_t purge_among_all(Tell tell, Is is);

    StoreWatcher* const watcher_;
    const Secret secret_, label_secret_;
    std::atomic<std::size_t> bound_;
    std::unique_ptr<Shard[]> shards_;
    BriefLock lock_;  // of all that follows, taken before a shard's
    Slots slots_;
    Labels labels_{slots_};
    Eviction eviction_{slots_};
    Purges purges_;
    std::uint64_t stored_ = 0, replaced_ = 0, evicted_ = 0, purged_ = 0, refused_ = 0;
    std::uint64_t evicted_told_ = 0;
};

}  // namespace tollgate::cache
