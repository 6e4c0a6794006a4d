// core/store/wire_watch.h - WireWatch: ends connections whose server does not answer in time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace tollgate::store {

// Who waits for a server in a library that knows no time, be its connection alive, is let go: the socket is shut down, by
// a thread that is there since the first was watched. Any thread. A descriptor below 0 is none.
class WireWatch {
public:
    WireWatch() = default;
    ~WireWatch();
    WireWatch(const WireWatch&) = delete;

    static constexpr std::chrono::milliseconds for_ever = std::chrono::milliseconds::max();

    // So long from now, also where it was more or less before.
    void allow(int wire, std::chrono::milliseconds time);
    bool given_up(int wire) const;
    // Watched no more: it may be closed. Returns given_up().
    bool forget(int wire);
    // All of them, and whatever is watched from now on.
    void give_up_all() noexcept;

private:
    struct Time {
        std::chrono::steady_clock::time_point end;
        bool over = false;
    };
    void run();
    static void give_up(int wire, Time& time) noexcept;

    mutable std::mutex mutex_;  // of what follows
    std::map<int, Time> wires_;
    bool all_ = false, ended_ = false;
    std::chrono::steady_clock::time_point next_look_ = std::chrono::steady_clock::time_point::max();
    std::condition_variable earlier_;
    std::thread thread_;
};

}  // namespace tollgate::store
