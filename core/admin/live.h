// core/admin/live.h - Live: whoever watches the gateway over a WebSocket, told by one thread that waits for nobody.
//
// Each watcher has a bounded queue. One that does not read is dropped when that is full, or when it leaves pings
// unanswered; neither a request nor another watcher feels it.
#pragma once

#include "admin/guard.h"
#include "admin/watcher.h"
#include "history/feed.h"

#include <tollgate/host.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tollgate::admin {

class Live final : private history::Listener {
public:
    struct Sources {
        history::Feed& feed;
        // Members of each second's message that are of the moment: `"in_flight":3,"connections":7,"upstreams":{...}`.
        std::function<std::string()> moment;
        std::function<Access()> access;  // who may watch; asked again each second
        std::string instance;            // which gateway this is
        Counter& dropped;                // watchers that did not read
    };
    struct Limits {
        std::size_t watchers = 32, queue = 512 << 10;  // bytes for each
        int records = 200;                             // told to each in a second
        std::chrono::nanoseconds ping_every = std::chrono::seconds{10}, silence = std::chrono::seconds{30};
    };
    explicit Live(Sources sources) : Live{std::move(sources), Limits{}} {}
    Live(Sources sources, Limits limits);
    ~Live();

    // Any thread. Takes over a socket on which hands were shaken; false, and it is still the caller's: there are too
    // many already, or this has stopped.
    bool watch(int socket, Wish wish);
    // Says goodbye to all (1001), waits a moment for those who read, and closes them.
    void stop();

    bool has_room();  // any thread; a moment's answer
    std::size_t watchers() const noexcept { return count_.load(std::memory_order_relaxed); }  // any thread

private:
    void on_records(std::span<const history::Remembered> records) override;
    void on_second(const history::Second& second) override;

    void run();
    bool stopping();
    bool is_full() const { return joining_.size() + between_ + watchers_.size() >= limits_.watchers; }
    void let_in();
    void let_in(std::unique_ptr<Watcher> watcher);
    void wait(std::chrono::milliseconds time);
    void keep_up(std::chrono::steady_clock::time_point now);
    void say_goodbye();
    void sweep();
    void wake() noexcept;

    const Sources sources_;
    const Limits limits_;
    const int wake_;  // an eventfd
    std::atomic<std::size_t> count_{0};
    bool listening_ = false;  // to the feed; the thread's
    // Never held while the feed is asked for something: it holds its own while it tells us.
    std::mutex mutex_;
    std::vector<std::unique_ptr<Watcher>> joining_;  // until the thread lets them in
    std::vector<std::unique_ptr<Watcher>> watchers_;
    std::size_t between_ = 0;  // who has left the one and is not in the other yet
    bool stopping_ = false;
    std::thread thread_;  // last: it uses the rest
};

}  // namespace tollgate::admin
