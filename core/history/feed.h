// core/history/feed.h - Feed: the one thread that takes what the loops tell of requests that are over, and hands it on.
#pragma once

#include "history/outlet.h"
#include "history/recent.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

namespace tollgate::history {

// One second of all loops.
struct Second {
    std::chrono::system_clock::time_point time;   // its end
    std::chrono::nanoseconds length;              // of nearly that second
    Outlet::Totals happened;                      // in it
    std::array<std::uint64_t, results> so_far{};  // since the start
};

// Who is told, by one thread at a time. Must not wait for anybody.
class Listener {
public:
    virtual void on_records(std::span<const Remembered> records) = 0;
    virtual void on_second(const Second& second) = 0;

protected:
    ~Listener() = default;
};

// Looks about ten times a second while somebody listens, else once.
class Feed {
public:
    Feed() = default;
    ~Feed() { stop(); }

    // Of these outlets, which outlive it until stop().
    void start(std::vector<Outlet*> outlets);
    // Hands on what there is left, and tells nobody any more.
    void stop();

    // Any thread; the listener outlives its time here. Once remove() has returned it is not told any more. Seconds begin
    // with the first listener.
    void add(Listener& listener);
    void remove(Listener& listener);

    // Any thread: what is remembered, up to now. Nobody is told anything meanwhile, so a listener that looks first misses
    // nothing, and hears nothing twice.
    void look(const std::function<void(const Recent&)>& at);
    // Any thread: how requests went since the start.
    std::array<std::uint64_t, results> results_so_far() const;

private:
    void run();
    void hand_on();
    void tell_second(std::chrono::steady_clock::time_point now);
    Outlet::Totals totals() const;

    mutable std::mutex mutex_;  // what follows; held while listeners are told
    std::vector<Outlet*> outlets_;
    Recent recent_;
    std::condition_variable changed_;
    std::vector<Listener*> listeners_;
    bool stopping_ = false, running_ = false;
    std::array<std::uint64_t, results> at_the_end_{};  // of results_so_far(), once the outlets may be gone

    Outlet::Totals seen_{};
    std::chrono::steady_clock::time_point second_began_{};
    std::thread thread_;  // start's and stop's
};

}  // namespace tollgate::history
