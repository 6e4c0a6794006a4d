// core/store/key_feed.h - KeyFeed: the thread that keeps a KeyDirectory as the database is.
#pragma once

#include "store/change_wait.h"
#include "store/key_directory.h"
#include "store/key_table.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tollgate::store {

// Reads all hashes at the start, then what changes, within a quarter of a second; writes down when keys were used. While
// the database is away it goes on asking, once a second.
class KeyFeed {
public:
    // Brings the schema up first, if that is behind. Both outlive it.
    KeyFeed(Database& database, KeyDirectory& directory);
    ~KeyFeed();  // waits for what it does just now, and writes down who was seen last
    // Does so, but waits no longer than that. False: the database has not answered by then.
    bool end(std::chrono::milliseconds patience);

    // Since when the directory is behind the database, where that is longer than a moment: nobody answers, or nobody
    // answers in time. Before everything was read for the first time: since ever. Costs a load.
    std::optional<std::chrono::steady_clock::time_point> behind_since(std::chrono::steady_clock::time_point now) const noexcept {
        const std::chrono::steady_clock::time_point last{std::chrono::nanoseconds{last_good_.load(std::memory_order_acquire)}};
        if (now < last + moment) return std::nullopt;
        return last;
    }
    std::string problem() const;  // why it is behind, "" where it is not; no secrets

private:
    void run();
    void read_all();
    std::chrono::steady_clock::time_point read_changes();
    void write_used();
    void fail(const std::string& problem);
    void succeed(std::chrono::steady_clock::time_point as_of);
    bool complete() const noexcept { return last_good_.load(std::memory_order_relaxed) != 0; }

    static constexpr std::chrono::seconds moment{3};

    Database& database_;
    KeyDirectory& directory_;
    KeyTable table_;
    ChangeWait changes_;
    std::int64_t revision_ = 0;
    std::vector<std::pair<std::string, Time>> unwritten_;  // who was used when
    bool more_used_ = false;                               // than were written at once
    std::atomic<std::int64_t> last_good_{0};  // when it was last up to date, in nanoseconds; 0: never
    mutable std::mutex mutex_;  // of what follows
    std::string problem_ = "the database has not been read yet";
    std::chrono::steady_clock::time_point wrote_used_;
    bool ended_ = false;
    std::condition_variable end_;
    std::thread thread_;  // last: it uses the rest
};

}  // namespace tollgate::store
