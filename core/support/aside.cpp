// core/support/aside.cpp - a thread that steps back, and the one that waits for it.
#include "support/aside.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace tollgate {

namespace {

constexpr int steps_back = 10;             // nice: a tenth of the share
constexpr std::uint64_t shortest = 100'000;  // ns that it keeps the CPU when others want it; from Linux 6.12 on

// sched_setattr(2), which glibc 2.36 does not declare and whose kernel header collides with glibc's.
struct SchedulingAttributes {
    std::uint32_t size = sizeof(SchedulingAttributes), policy = 0;
    std::uint64_t flags = 0;
    std::int32_t nice = 0;
    std::uint32_t priority = 0;
    std::uint64_t runtime = 0, deadline = 0, period = 0;
};

// Of this thread alone: on Linux these calls mean threads. Where it is refused, the job is as important as the rest.
void step_back() noexcept {
    errno = 0;
    const int now = getpriority(PRIO_PROCESS, 0);
    if (errno != 0) return;
    SchedulingAttributes wanted;
    wanted.policy = SCHED_BATCH;
    wanted.nice = std::min(now + steps_back, 19);
    wanted.runtime = shortest;
    syscall(SYS_sched_setattr, 0, &wanted, 0);
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
