// plugins/cache/zone.h - Zone: what all uses of the cache that go by one name share.
#pragma once

#include "arriving.h"
#include "kept.h"
#include "query.h"
#include "store/memory_store.h"
#include "store/purge_log.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tollgate::cache {

// Any thread.
class Zone {
public:
    explicit Zone(std::size_t bound) : store_{bound}, bound_{bound} {}

    MemoryStore& store() noexcept { return store_; }
    void set_bound(std::size_t bound) noexcept;
    // What has just this key, or null.
    std::shared_ptr<const Entry> find(std::string_view key) noexcept;
    Put put(std::shared_ptr<const Entry> entry, Moment begun);
    bool remove(const Entry& entry) noexcept { return store_.remove(store_.key_of(entry.key()), &entry); }

    // What is on its way to that key, or something new: then whoever asked sends for it. Nothing, where what is on its
    // way takes as much memory as may be kept.
    struct Joined {
        std::shared_ptr<Arriving> arriving;
        bool leads = false;
    };
    Joined join(const std::string& key, std::string_view url, std::size_t largest);
    // It is to be found by that key too.
    void also(const std::string& key, std::string_view url, const std::shared_ptr<Arriving>& arriving);
    // Nobody joins it any more.
    void leave(const Arriving& arriving);

    // That answers of that key are not kept was seen a moment ago: whoever asks for it goes by himself.
    bool denied(std::string_view key, Instant now) const noexcept;
    void deny(std::string_view key, Instant now) noexcept;
    void allow(std::string_view key) noexcept;
    static constexpr std::chrono::seconds denied_for{60};

    // Queries are written in as many ways as uses have settings for them; purging knows them all.
    void add_query(const Query& query);
    std::size_t purge_url(std::string_view origin, std::string_view target);  // "http://a.example", "/x?y=1"
    std::size_t purge_prefix(std::string_view beginning);
    std::size_t purge_tag(std::string_view tag);
    std::size_t purge_all();
    // What other gateways have purged; and the logs by which they are told what this one has.
    void apply(const Purge& purge) { (void)purge_here(purge); }
    void add_log(const std::shared_ptr<PurgeLog>& log);
    // What is kept of that URL, in all its ways of being written.
    std::vector<std::shared_ptr<const Item>> of_url(std::string_view origin, std::string_view target);

private:
    struct OnItsWay {
        std::string url;
        std::shared_ptr<Arriving> arriving;
    };
    // Of a key 32 bits, and until when in seconds.
    using Denial = std::atomic<std::uint64_t>;
    static constexpr std::size_t denials = 8192;

    std::vector<std::string> urls_of(std::string_view origin, std::string_view target);
    // Who comes after a purge does not join what was sent for before it.
    void forget_on_their_way(std::string_view url);
    void forget_all_on_their_way();
    std::size_t purge(Purge purge);
    std::size_t purge_here(const Purge& purge);
    static std::uint64_t tag_of(const Key& key) noexcept { return key.high >> 32 << 32; }
    const Denial& denial_of(const Key& key) const noexcept { return denied_[key.low % denials]; }

    MemoryStore store_;
    std::atomic<std::size_t> bound_;
    std::mutex mutex_;  // of what follows
    std::unordered_map<std::string, OnItsWay> on_their_way_;
    const std::shared_ptr<std::atomic<std::size_t>> held_ = std::make_shared<std::atomic<std::size_t>>(0);
    std::vector<Query> queries_;
    std::vector<std::weak_ptr<PurgeLog>> logs_;
    std::array<Denial, denials> denied_{};
};

}  // namespace tollgate::cache
