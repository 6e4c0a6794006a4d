// plugins/cache/store/redis_tier.h - RedisTier: items that gateways share through a Redis, behind each one's memory.
//
// A Redis that is away, late or full of something else is a miss, never an error. Items expire there by themselves; a
// purge does not look for them, but stands in a log that all gateways read (purge_log.h), and what is older is a miss.
#pragma once

#include "store/log_reader.h"
#include "store/memory_store.h"

#include <tollgate/host.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::cache {

// How items become bytes, and bytes items. Any thread.
class Form {
public:
    virtual ~Form() = default;
    virtual void write(const Item& item, std::string& out) const = 0;
    // Null for bytes that write() has not written.
    virtual std::shared_ptr<const Item> read(std::string_view bytes) const = 0;
    // Whether that one, which is in memory, is an answer that was made later.
    virtual bool is_newer(const Item& here, const Item& there) const = 0;
};

// What the log says of a Redis that items are in.
inline constexpr redis::Status::Words words_of_copies{.meanwhile = "copies are kept in memory only until it is back",
                                                      .again = "copies are shared there again"};

// Of one use of the plugin, on its loops; the log is shared by all uses of a memory.
class RedisTier {
public:
    struct Options {
        std::string prefix = "cache:";
        std::chrono::nanoseconds timeout = std::chrono::milliseconds{20};  // of a lookup
        std::size_t largest = 1 << 20;                                     // bytes of a value, and of its item
        std::chrono::nanoseconds every = std::chrono::milliseconds{100};   // the log is read
    };
    // `host`, `memory` and `form` outlive it.
    RedisTier(Host& host, std::shared_ptr<redis::Server> server, std::shared_ptr<PurgeLog> log, MemoryStore& memory,
              const Form& form, Options options);
    ~RedisTier();
    RedisTier(const RedisTier&) = delete;
    RedisTier& operator=(const RedisTier&) = delete;

    // [loop] To be called with every request, before it looks into memory: from the first on, what other gateways purge
    // is purged here, `every` later at most, while the Redis answers. Costs next to nothing.
    void attend() { reader_->attend(); }

    // [loop] To be asked before an item is sent for, as MemoryStore's.
    Moment now_begun() const { return log_.position(host_.now()); }
    // [loop] What is there by that text, and now in memory too by its key; or what is in memory, where that is newer.
    // Null: nothing, or not in time: that of the options, and `at_most` that.
    Task<std::shared_ptr<const Item>> find(Key key, std::string text,
                                           std::chrono::nanoseconds at_most = std::chrono::nanoseconds::max());
    std::chrono::nanoseconds timeout() const noexcept { return options_.timeout; }  // of a find(), at the most
    // [loop] Sends it there for so long, and waits for nothing. What cannot be sent takes what is there away, which is
    // older, also once the Redis is back.
    void put(std::string_view text, const Item& item, Moment begun, std::chrono::milliseconds keep);
    // [loop] Likewise: nobody finds it any more by that text.
    void remove(std::string_view text);

private:
    // Of a loop, which alone touches it.
    struct alignas(64) Here {
        std::size_t under_way = 0;  // bytes that were sent and not confirmed
    };
    redis::Connection* here();
    std::string name_of(std::string_view text) const;
    std::shared_ptr<const Item> item_of(const redis::Reply& reply, std::string_view text);
    // `names`: of what is there then, or not any more. Without a reply they are owed.
    Task<void> send(std::string command, std::size_t loop, Counter& done, std::vector<std::string> names);
    void owe(std::vector<std::string> names);
    void pay();  // once there is a connection
    std::uint64_t turn() const { return static_cast<std::uint64_t>(host_.now().time_since_epoch().count()); }

    Host& host_;
    const std::shared_ptr<LogReader> reader_;
    PurgeLog& log_;
    redis::Status& status_;
    MemoryStore& memory_;
    const Form& form_;
    const Options options_;
    std::vector<Here> heres_;  // by loop
    std::mutex mutex_;         // of what follows
    std::deque<std::string> owed_;  // names that are to be removed there
    std::atomic<bool> owes_{false};
    Counter &hits_, &misses_, &stale_, &stored_, &removed_, &refused_;
};

}  // namespace tollgate::cache
