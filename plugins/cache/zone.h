// plugins/cache/zone.h - Zone: what all uses of the cache that go by one name share.
#pragma once

#include "kept.h"
#include "lately.h"
#include "on_the_way.h"
#include "query.h"
#include "store/memory_store.h"
#include "store/purge_log.h"

#include <tollgate/host.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::cache {

// What operators see of a zone.
struct Gauges {
    Gauge &items, &bytes;
    Counter& evicted;
};

// Any thread.
class Zone : private StoreWatcher {
public:
    static constexpr std::size_t usual_bound = 64 * 1024 * 1024;  // where no use says another
    explicit Zone(std::size_t bound = usual_bound, std::optional<Gauges> gauges = {});
    ~Zone() override;

    // A use's word on the memory. It holds from when all uses of its configuration are in force, for as long as it is
    // there and no later configuration is in force; of several the last one has it.
    class Use {
    public:
        Use(std::shared_ptr<Zone> zone, std::optional<std::size_t> memory);
        ~Use();
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;
        void come_into_force() const;  // once

    private:
        const std::shared_ptr<Zone> zone_;
    };

    MemoryStore& store() noexcept { return store_; }
    // What has just this key, or null.
    std::shared_ptr<const Entry> find(std::string_view key) noexcept;
    Put put(std::shared_ptr<const Entry> entry, Moment begun);
    bool remove(const Entry& entry) noexcept { return store_.remove(store_.key_of(entry.key()), &entry); }

    // See OnTheWay.
    OnTheWay::Joined join(const std::string& key, std::string_view url, std::size_t largest,
                          OnTheWay::Bringing bringing = OnTheWay::Bringing::a_body) {
        return on_the_way_.join(key, url, largest, bringing);
    }
    std::shared_ptr<Arriving> lead(const std::string& key, std::string_view url, std::size_t largest) {
        return on_the_way_.lead(key, url, largest);
    }
    void also(const std::string& key, const Arriving& arriving) { on_the_way_.also(key, arriving); }
    void leave(const Arriving& arriving) { on_the_way_.leave(arriving); }

    // That answers of that key are not kept was seen a moment ago: whoever asks for it goes by himself.
    bool denied(std::string_view key, Instant now) const noexcept { return denied_.has(store_.key_of(key), now); }
    void deny(std::string_view key, Instant now) noexcept { denied_.add(store_.key_of(key), now); }
    void allow(std::string_view key) noexcept { denied_.remove(store_.key_of(key)); }
    static constexpr std::chrono::seconds denied_for{60};
    // That an answer of that key was for everyone was seen lately: callers who have their own copies wait for one.
    bool public_lately(std::string_view key, Instant now) const noexcept {
        return public_.has(store_.key_of(key), now);
    }
    void note_public(std::string_view key, Instant now) noexcept { public_.add(store_.key_of(key), now); }
    void note_private(std::string_view key) noexcept { public_.remove(store_.key_of(key)); }
    static constexpr std::chrono::hours public_for{1};

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
    void sizes(std::size_t items, std::size_t bytes, std::size_t evicted) noexcept override;
    void settle_bound() noexcept;  // with the mutex held
    std::vector<std::string> urls_of(std::string_view origin, std::string_view target);
    std::size_t purge(Purge purge);
    std::size_t purge_here(const Purge& purge);

    const std::optional<Gauges> gauges_;
    MemoryStore store_;
    OnTheWay on_the_way_;
    Lately denied_{denied_for}, public_{public_for};
    std::mutex mutex_;  // of what follows
    struct Word {
        const Use* use;
        std::optional<std::size_t> memory;
        std::uint64_t configuration;
        bool in_force = false;
    };
    std::vector<Word> words_;
    std::uint64_t configuration_ = 0;  // that is being made: another one once this one's uses come into force
    bool serves_ = false;
    std::vector<Query> queries_;
    std::vector<std::weak_ptr<PurgeLog>> logs_;
};

}  // namespace tollgate::cache
