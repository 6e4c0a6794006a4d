// core/admin/head_deadline.h - HeadDeadline: connections whose request's head does not come in time are cut.
//
// POCO bounds each read: a client that sends a byte now and then would hold a thread for as long as it likes.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace tollgate::admin {

// A connection is read by one thread, which it is known by here.
class HeadDeadline {
public:
    explicit HeadDeadline(std::chrono::nanoseconds longest);
    ~HeadDeadline();
    HeadDeadline(const HeadDeadline&) = delete;
    HeadDeadline& operator=(const HeadDeadline&) = delete;

    // While it lives, this thread serves `socket`.
    class Serving {
    public:
        Serving(HeadDeadline& deadline, int socket) : deadline_{deadline} { deadline_.begin(socket); }
        ~Serving() { deadline_.head_is_read(); }
        Serving(const Serving&) = delete;
        Serving& operator=(const Serving&) = delete;

    private:
        HeadDeadline& deadline_;
    };
    // By this thread. From here on the connection is in nobody's way.
    void head_is_read();

private:
    using Clock = std::chrono::steady_clock;
    struct Reading {
        Clock::time_point end;
        int socket;  // our own descriptor of it: POCO's may be closed, and be another connection's, at any time
    };
    void begin(int socket);
    void run();

    const std::chrono::nanoseconds longest_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::thread::id, Reading> reading_;
    bool stopping_ = false;
    std::thread thread_;  // last: it uses the rest
};

}  // namespace tollgate::admin
