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

class Runner final : public Poco::Runnable {
public:
    Runner(std::shared_ptr<Job> job, EventLoop& loop) : job_{std::move(job)}, loop_{loop} {}
    void run() override {
        try {
            job_->work();
        } catch (...) {
            job_->failure = std::current_exception();
        }
        loop_.post([job = job_] {
            if (job->waiter) job->waiter.resume();
        });
        delete this;
    }

private:
    std::shared_ptr<Job> job_;
    EventLoop& loop_;
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

Blocking::Blocking(int threads) : threads_{std::make_unique<Poco::ThreadPool>("blocking", 1, threads)} {}
Blocking::~Blocking() { finish(); }

void Blocking::finish() { threads_->joinAll(); }

Task<void> Blocking::run(std::function<void()> work) {
    auto job = std::make_shared<Job>();
    job->work = std::move(work);
    auto runner = std::make_unique<Runner>(job, *EventLoop::current());
    threads_->start(*runner);  // throws while all are busy
    runner.release();          // deletes itself
    co_await Wait{std::move(job)};
}

}  // namespace tollgate::net
