// core/store/wire_watch.cpp - waiting for the first end of time.
#include "store/wire_watch.h"

#include <pthread.h>
#include <sys/socket.h>

#include <algorithm>

namespace tollgate::store {

using std::chrono::steady_clock;

WireWatch::~WireWatch() {
    {
        const std::lock_guard lock{mutex_};
        ended_ = true;
    }
    earlier_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void WireWatch::allow(int wire, std::chrono::milliseconds time) {
    if (wire < 0) return;
    const std::lock_guard lock{mutex_};
    Time& watched = wires_[wire];
    if (watched.over) return;
    watched.end = time == for_ever ? steady_clock::time_point::max() : steady_clock::now() + time;
    if (all_) give_up(wire, watched);
    if (!thread_.joinable()) thread_ = std::thread{[this] { run(); }};
    else if (watched.end < next_look_) earlier_.notify_all();
}

bool WireWatch::given_up(int wire) const {
    const std::lock_guard lock{mutex_};
    const auto watched = wires_.find(wire);
    return watched != wires_.end() && watched->second.over;
}

bool WireWatch::forget(int wire) {
    const std::lock_guard lock{mutex_};
    const auto watched = wires_.find(wire);
    if (watched == wires_.end()) return false;
    const bool over = watched->second.over;
    wires_.erase(watched);
    return over;
}

void WireWatch::give_up_all() noexcept {
    const std::lock_guard lock{mutex_};
    all_ = true;
    for (auto& [wire, watched] : wires_) give_up(wire, watched);
}

void WireWatch::give_up(int wire, Time& time) noexcept {
    time.over = true;
    ::shutdown(wire, SHUT_RDWR);
}

// Ends are rarely put forward, so it looks as seldom as the shortest time lasts.
void WireWatch::run() {
    pthread_setname_np(pthread_self(), "database");
    for (std::unique_lock lock{mutex_}; !ended_;) {
        const auto now = steady_clock::now();
        next_look_ = steady_clock::time_point::max();
        for (auto& [wire, watched] : wires_) {
            if (watched.over) continue;
            if (watched.end <= now) give_up(wire, watched);
            else next_look_ = std::min(next_look_, watched.end);
        }
        if (next_look_ == steady_clock::time_point::max()) earlier_.wait(lock);
        else earlier_.wait_until(lock, next_look_);
    }
}

}  // namespace tollgate::store
