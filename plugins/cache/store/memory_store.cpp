// plugins/cache/store/memory_store.cpp - storing, finding, sending away; memory is given back outside the locks.
#include "store/memory_store.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace tollgate::cache {

namespace {

constexpr std::size_t at_once = 64;     // items that go while the lock is held
constexpr std::size_t look_at = 256;    // and items that are only looked at
constexpr std::size_t by_the_way = 32;  // go with each put() while there are too many
constexpr int most_spared = 64;         // by one put()

std::uint32_t bits_of(const Key& key) noexcept { return static_cast<std::uint32_t>(key.high >> 32); }

Secret another(Secret secret) noexcept { return {~secret[0], secret[1]}; }

}  // namespace

// Destroyed after the lock is let go: to free an item takes its time.
class MemoryStore::Gone {
public:
    void add(std::shared_ptr<const Item> item) noexcept { items_[size_++] = std::move(item); }
    bool full() const noexcept { return size_ == at_once; }
    std::size_t size() const noexcept { return size_; }

private:
    std::array<std::shared_ptr<const Item>, at_once> items_;
    std::size_t size_ = 0;
};

// The store's lock, for who changes what is there.
class MemoryStore::Changing {
public:
    explicit Changing(MemoryStore& store) noexcept : store_{store}, lock_{store.lock_} {}
    ~Changing() {
        if (!store_.watcher_) return;
        const std::uint64_t before = std::exchange(store_.evicted_told_, store_.evicted_);
        store_.watcher_->sizes(store_.eviction_.items(), store_.eviction_.bytes(), store_.evicted_ - before);
    }
    Changing(const Changing&) = delete;
    Changing& operator=(const Changing&) = delete;

private:
    MemoryStore& store_;
    const std::lock_guard<BriefLock> lock_;
};

MemoryStore::MemoryStore(std::size_t bound, StoreWatcher* watcher)
    : watcher_{watcher},
      secret_{random_secret()},
      label_secret_{random_secret()},
      bound_{bound},
      shards_{std::make_unique<Shard[]>(shard_count)} {}

std::shared_ptr<const Item> MemoryStore::find(const Key& key) noexcept {
    Shard& shard = shard_of(key);
    const std::lock_guard lock{shard.lock};
    const Number number =
        shard.index.find(bits_of(key), [&](Number candidate) { return slots_[candidate].key == key; });
    if (number == none) {
        ++shard.misses;
        return nullptr;
    }
    ++shard.hits;
    Slot& slot = slots_[number];
    slot.hit();
    return slot.item;
}

// --- storing

Put MemoryStore::put(const Key& key, std::shared_ptr<const Item> item, Moment begun) {
    const std::vector<std::uint32_t> labels = labels_of(*item);
    const std::size_t bytes = item->bytes() + overhead(labels.size() - 1);
    int effort = most_spared;
    std::size_t allowed = 0;
    for (;;) {
        Gone gone;
        const Changing changing{*this};
        const bool too_large = bytes > room() / 2 || bytes > 0xffffffff || labels.size() > 1 + most_tags;
        Number there = number_of(key);
        if (too_large || purges_.hit(begun, item->url(), labels)) {
            ++refused_;
            if (!too_large) return Put::purged;
            if (there != none) take_out(there, gone);
            return Put::too_large;
        }
        if (allowed == 0) allowed = std::max(room(), eviction_.bytes());
        if (!make_room(bytes, allowed, there, effort, gone)) continue;
        insert(there, key, item, bytes, labels);
        return Put::stored;
    }
}

// Whether there is now: if not, there will be after some more calls. `there`: who makes room by being replaced; none
// once he had to go.
bool MemoryStore::make_room(std::size_t bytes, std::size_t allowed, Number& there, int& effort, Gone& gone) noexcept {
    for (;;) {
        const std::size_t wanted = eviction_.bytes() + bytes - (there == none ? 0 : slots_[there].bytes);
        if (wanted <= room() || (wanted <= allowed && gone.size() >= by_the_way)) return true;
        if (gone.full()) return false;
        const Number victim = eviction_.victim(room(), effort);
        if (victim == none) return true;
        eviction_.remember(victim);
        take_out(victim, gone);
        if (victim == there) there = none;
        ++evicted_;
    }
}

// `item` becomes the one that was there before, if any.
void MemoryStore::insert(Number number, const Key& key, std::shared_ptr<const Item>& item, std::size_t bytes,
                         std::span<const std::uint32_t> labels) {
    Shard& shard = shard_of(key);
    labels_.reserve(labels.size());
    if (number != none) {
        labels_.remove(number);
        eviction_.resize(number, static_cast<std::uint32_t>(bytes));
        const std::lock_guard lock{shard.lock};
        slots_[number].item.swap(item);
        ++replaced_;
    } else {
        slots_.reserve(1);
        const std::lock_guard lock{shard.lock};
        shard.index.reserve_one();
        number = slots_.take();
        Slot& slot = slots_[number];
        slot.key = key;
        slot.item = std::move(item);
        slot.bytes = static_cast<std::uint32_t>(bytes);
        shard.index.add(bits_of(key), number);
        eviction_.enter(number);
    }
    labels_.add(number, labels);
    ++stored_;
}

Number MemoryStore::number_of(const Key& key) noexcept {
    Shard& shard = shard_of(key);
    const std::lock_guard lock{shard.lock};
    return shard.index.find(bits_of(key), [&](Number candidate) { return slots_[candidate].key == key; });
}

void MemoryStore::take_out(Number number, Gone& gone) noexcept {
    Slot& slot = slots_[number];
    labels_.remove(number);
    eviction_.leave(number);
    {
        Shard& shard = shard_of(slot.key);
        const std::lock_guard lock{shard.lock};
        shard.index.remove(bits_of(slot.key), number);
        gone.add(std::move(slot.item));
    }
    slot.key = {};
    slot.bytes = 0;
    slot.hits.store(0, std::memory_order_relaxed);
    slots_.give_back(number);
}

// --- removing

bool MemoryStore::remove(const Key& key, const Item* only) noexcept {
    Gone gone;
    const Changing changing{*this};
    const Number number = number_of(key);
    if (number == none || (only && slots_[number].item.get() != only)) return false;
    take_out(number, gone);
    ++purged_;
    return true;
}

template <class Is>
std::size_t MemoryStore::purge_label(std::uint32_t hash, Is is) {
    std::size_t purged = 0, most = 0;
    for (bool first = true;; first = false) {
        Gone gone;
        const Changing changing{*this};
        if (first) {
            purges_.label(hash, purges_.next());
            most = eviction_.items();
        }
        labels_.each(hash, [&](Number number) {
            if (is(*slots_[number].item)) take_out(number, gone);
            return !gone.full();
        });
        purged += gone.size();
        purged_ += gone.size();
        // Those that come meanwhile are newer.
        if (!gone.full() || purged >= most) return purged;
    }
}

template <class Tell, class Is>
std::size_t MemoryStore::purge_among_all(Tell tell, Is is) {
    std::size_t purged = 0;
    Number end = 1;
    for (Number at = 0; at < end;) {
        Gone gone;
        const Changing changing{*this};
        if (at == 0) {
            tell();
            end = slots_.end();
        }
        for (std::size_t looked = 0; at < end && looked < look_at && !gone.full(); ++looked) {
            if (!slots_.has(at)) {
                at = (at / Slots::in_chunk + 1) * Slots::in_chunk;
                continue;
            }
            if (slots_[at].used() && is(*slots_[at].item)) take_out(at, gone);
            ++at;
        }
        purged += gone.size();
        purged_ += gone.size();
    }
    return purged;
}

std::size_t MemoryStore::purge_url(std::string_view url) {
    return purge_label(url_hash(url), [url](const Item& item) { return item.url() == url; });
}

std::size_t MemoryStore::purge_tag(std::string_view tag) {
    return purge_label(tag_hash(tag), [tag](const Item& item) {
        const auto tags = item.tags();
        return std::find(tags.begin(), tags.end(), tag) != tags.end();
    });
}

std::size_t MemoryStore::purge_prefix(std::string_view beginning) {
    return purge_among_all([&] { purges_.prefix(beginning, purges_.next()); },
                           [beginning](const Item& item) { return item.url().starts_with(beginning); });
}

std::size_t MemoryStore::purge_all() {
    return purge_among_all([&] { purges_.all(purges_.next()); }, [](const Item&) { return true; });
}

bool MemoryStore::shrink() {
    Gone gone;
    int effort = most_spared;
    Number nobody = none;
    const Changing changing{*this};
    (void)make_room(0, 0, nobody, effort, gone);
    return eviction_.bytes() > room();
}

// --- what there is

std::vector<std::shared_ptr<const Item>> MemoryStore::of_url(std::string_view url, std::size_t most) {
    std::vector<std::shared_ptr<const Item>> items;
    const std::lock_guard lock{lock_};
    labels_.each(url_hash(url), [&](Number number) {
        if (items.size() < most && slots_[number].item->url() == url) items.push_back(slots_[number].item);
        return items.size() < most;
    });
    return items;
}

Figures MemoryStore::figures() noexcept {
    Figures figures;
    for (std::size_t i = 0; i < shard_count; ++i) {
        const std::lock_guard lock{shards_[i].lock};
        figures.hits += shards_[i].hits;
        figures.misses += shards_[i].misses;
    }
    const std::lock_guard lock{lock_};
    figures.items = eviction_.items();
    figures.bytes = eviction_.bytes();
    figures.bound = bound_.load(std::memory_order_relaxed);
    figures.stored = stored_;
    figures.replaced = replaced_;
    figures.evicted = evicted_;
    figures.purged = purged_;
    figures.refused = refused_;
    return figures;
}

std::size_t MemoryStore::own_bytes() {
    std::size_t bytes = sizeof *this + shard_count * sizeof(Shard);
    const std::lock_guard lock{lock_};
    for (std::size_t i = 0; i < shard_count; ++i) {
        const std::lock_guard shard_lock{shards_[i].lock};
        bytes += shards_[i].index.bytes();
    }
    return bytes + slots_.bytes() + labels_.bytes() + eviction_.own_bytes() + purges_.bytes();
}

std::size_t MemoryStore::room() const noexcept { return bound_.load(std::memory_order_relaxed); }

std::uint32_t MemoryStore::url_hash(std::string_view url) const noexcept {
    return static_cast<std::uint32_t>(cache::key_of(url, label_secret_).low);
}

std::uint32_t MemoryStore::tag_hash(std::string_view tag) const noexcept {
    return static_cast<std::uint32_t>(cache::key_of(tag, another(label_secret_)).low);
}

// Of its URL and its tags, no two alike.
std::vector<std::uint32_t> MemoryStore::labels_of(const Item& item) const {
    std::vector<std::uint32_t> labels;
    labels.reserve(1 + item.tags().size());
    for (const std::string& tag : item.tags()) labels.push_back(tag_hash(tag));
    labels.push_back(url_hash(item.url()));
    std::sort(labels.begin(), labels.end());
    labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
    return labels;
}

}  // namespace tollgate::cache
