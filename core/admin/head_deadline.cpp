// core/admin/head_deadline.cpp - one thread that looks at who is late.
#include "admin/head_deadline.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace tollgate::admin {

HeadDeadline::HeadDeadline(std::chrono::nanoseconds longest) : longest_{longest} {
    thread_ = std::thread{[this] { run(); }};
}

HeadDeadline::~HeadDeadline() {
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void HeadDeadline::begin(int socket) {
    const int own = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
    if (own < 0) return;  // there are no descriptors left; each read is bounded all the same
    const std::lock_guard lock{mutex_};
    reading_.insert_or_assign(std::this_thread::get_id(), Reading{Clock::now() + longest_, own});
    changed_.notify_all();
}

void HeadDeadline::head_is_read() {
    const std::lock_guard lock{mutex_};
    const auto found = reading_.find(std::this_thread::get_id());
    if (found == reading_.end()) return;
    ::close(found->second.socket);
    reading_.erase(found);
}

void HeadDeadline::run() {
    pthread_setname_np(pthread_self(), "admin-heads");
    std::unique_lock lock{mutex_};
    while (!stopping_) {
        auto next = Clock::time_point::max();
        for (auto& [thread, reading] : reading_) {
            if (reading.end <= Clock::now()) {
                ::shutdown(reading.socket, SHUT_RDWR);
                reading.end = Clock::time_point::max();
            }
            next = std::min(next, reading.end);
        }
        if (next == Clock::time_point::max()) changed_.wait(lock);
        else changed_.wait_until(lock, next);
    }
}

}  // namespace tollgate::admin
