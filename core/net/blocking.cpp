// core/net/blocking.cpp - hands work to a thread pool and its end back to the loop.
#include "net/blocking.h"

#include "net/event_loop.h"

#include <Poco/Runnable.h>
#include <Poco/ThreadPool.h>

#include <coroutine>
#include <deque>
#include <exception>
#include <mutex>

namespace tollgate::net {

namespace {

// Shared by the awaiting coroutine and the thread: whoever comes last frees it.
struct Job {
    std::function<void()> work;
    std::exception_ptr failure;
    std::coroutine_handle<> waiter;  // loop's only; empty once the waiter is gone
};

struct Wait {
    std::shared_ptr<Job> job;
    ~Wait() { job->waiter = nullptr; }
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) noexcept { job->waiter = waiter; }
    void await_resume() {
        job->waiter = nullptr;
        if (job->failure) std::rethrow_exception(job->failure);
    }
};

}  // namespace

// What waits for a thread, and how many are at work. Threads take job after job, and end when there is none.
class Blocking::Queue final : public Poco::Runnable {
public:
    explicit Queue(int threads) : most_{threads}, threads_{"blocking", 1, 2 * threads} {}

    void add(std::function<void()> job) {
        const std::lock_guard lock{mutex_};
        jobs_.push_back(std::move(job));
        if (working_ == most_) return;
        try {
            threads_.start(*this);
        } catch (const std::exception&) {  // no thread to be had, or not started by the kernel
            if (working_ > 0) return;  // whoever works takes it
            jobs_.pop_back();
            throw;
        }
        ++working_;
    }
    void finish() { threads_.joinAll(); }

private:
    void run() override {
        for (;;) {
            std::function<void()> job;
            {
                const std::lock_guard lock{mutex_};
                if (jobs_.empty()) {
                    --working_;
                    return;
                }
                job = std::move(jobs_.front());
                jobs_.pop_front();
            }
            job();
        }
    }

    const int most_;  // POCO may have twice as many: one that has found no job still counts there for a moment
    std::mutex mutex_;
    std::deque<std::function<void()>> jobs_;
    int working_ = 0;
    Poco::ThreadPool threads_;
};

Blocking::Blocking(int threads) : queue_{std::make_unique<Queue>(threads)} {}
Blocking::~Blocking() { finish(); }

void Blocking::finish() { queue_->finish(); }

void Blocking::begin(std::function<void()> work) { queue_->add(std::move(work)); }

Task<void> Blocking::run(std::function<void()> work) {
    auto job = std::make_shared<Job>();
    job->work = std::move(work);
    queue_->add([job, &loop = *EventLoop::current()] {
        try {
            job->work();
        } catch (...) {
            job->failure = std::current_exception();
        }
        loop.post([job] {
            if (job->waiter) job->waiter.resume();
        });
    });
    co_await Wait{std::move(job)};
}

}  // namespace tollgate::net
