// core/support/aside.cpp - a thread that steps back, and the one that waits for it.
#include "support/aside.h"

#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace tollgate {

namespace {

constexpr int steps_back = 10;  // each a tenth of the share

// Of this thread alone: on Linux both calls mean threads. Where it is refused, the job is as important as the rest.
void step_back() noexcept {
    constexpr sched_param none{};
    sched_setscheduler(0, SCHED_BATCH, &none);
    errno = 0;
    const int now = getpriority(PRIO_PROCESS, 0);
    if (errno == 0) setpriority(PRIO_PROCESS, 0, std::min(now + steps_back, 19));
}

class Rendezvous final : public Waiting {
public:
    void do_part(const std::function<void()>& part) override {
        std::unique_lock lock{mutex_};
        part_ = &part;
        changed_.notify_all();
        changed_.wait(lock, [this] { return !part_; });
        if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    }

    void end() {
        const std::lock_guard lock{mutex_};
        ended_ = true;
        changed_.notify_all();
    }

    void wait_until_ended() {
        std::unique_lock lock{mutex_};
        for (;;) {
            changed_.wait(lock, [this] { return part_ || ended_; });
            if (!part_) return;
            try {
                (*part_)();
            } catch (...) {
                failure_ = std::current_exception();
            }
            part_ = nullptr;
            changed_.notify_all();
        }
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    const std::function<void()>* part_ = nullptr;
    std::exception_ptr failure_;
    bool ended_ = false;
};

// Without a thread to be had the job is done all the same.
class Alone final : public Waiting {
public:
    void do_part(const std::function<void()>& part) override { part(); }
};

}  // namespace

void aside(const std::function<void(Waiting&)>& job) {
    Rendezvous rendezvous;
    std::exception_ptr failure;
    std::thread thread;
    try {
        thread = std::thread{[&] {
            step_back();
            try {
                job(rendezvous);
            } catch (...) {
                failure = std::current_exception();
            }
            rendezvous.end();
        }};
    } catch (const std::system_error&) {
        Alone alone;
        return job(alone);
    }
    rendezvous.wait_until_ended();
    thread.join();
    if (failure) std::rethrow_exception(failure);
}

}  // namespace tollgate
