// core/net/event_loop.cpp - the epoll loop, its posts, its spawned tasks and its buffers.
#include "net/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace tollgate::net {

namespace {

thread_local EventLoop* current_loop = nullptr;
constexpr int events_per_turn = 256;
constexpr std::size_t most_spare_buffers = 64;  // 2.3 MiB a loop; more are given to the allocator

[[noreturn]] void throw_errno(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

}  // namespace

// A coroutine that drives a spawned task and takes itself off the loop's list when that ends.
struct EventLoop::Spawned {
    Task<void> task;
    std::uint64_t number = 0;  // never used again, as its address may be
    Spawned *previous = nullptr, *next = nullptr;
};

EventLoop::EventLoop(std::size_t number, Timekeeper* timekeeper)
    : number_{number}, timekeeper_{timekeeper}, now_{read_clock()}, timers_{now_} {
    spare_buffers_.reserve(most_spare_buffers);
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_ < 0) throw_errno("epoll_create1");
    wake_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (wake_ < 0) throw_errno("eventfd");
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = nullptr;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) != 0) throw_errno("epoll_ctl");
}

EventLoop::~EventLoop() {
    cancel_spawned();
    for (Buffer* buffer : spare_buffers_) delete buffer;
    close(wake_);
    close(epoll_);
}

EventLoop* EventLoop::current() noexcept { return current_loop; }

void EventLoop::run() {
    current_loop = this;
    epoll_event events[events_per_turn];
    while (!stopping_.load(std::memory_order_acquire)) {
        const TimePoint rests = read_clock();
        if (listener_ && turn_ > 0) listener_->on_turn(rests - now_);
        const int until_timer = timers_.wait(rests);
        int count = epoll_wait(epoll_, events, events_per_turn, timekeeper_ ? 0 : until_timer);
        if (count == 0 && timekeeper_) count = epoll_wait(epoll_, events, events_per_turn, timekeeper_->wait(until_timer));
        now_ = read_clock();
        ++turn_;
        pending_ = events;
        pending_count_ = count;
        bool posted = false;
        for (int i = 0; i < count; ++i) {
            if (events[i].events == 0) continue;  // blanked by remove()
            if (events[i].data.ptr == nullptr)
                posted = true;
            else
                static_cast<Watcher*>(events[i].data.ptr)->on_ready(events[i].events);
        }
        pending_count_ = 0;
        if (posted) run_posted();
        // What became ready was before them: how long it took is read of the clock where one is due, and only there.
        const bool is_due = listener_ && timers_.wait(now_) == 0;
        const Duration events_took = is_due ? read_clock() - now_ : Duration{0};
        if (const auto late = timers_.run(now_); late && listener_) listener_->on_timers(*late + events_took);
    }
    run_posted();
    current_loop = nullptr;
}

void EventLoop::wake() noexcept {
    const std::uint64_t one = 1;
    // EAGAIN means the counter is full: the loop will wake anyway.
    [[maybe_unused]] const auto written = write(wake_, &one, sizeof one);
}

void EventLoop::stop() noexcept {
    stopping_.store(true, std::memory_order_release);
    wake();
}

void EventLoop::post(std::function<void()> job) {
    bool first;
    {
        const std::lock_guard lock{posted_mutex_};
        first = posted_.empty();
        posted_.push_back(std::move(job));
    }
    if (first) wake();
}

void EventLoop::run_posted() {
    std::uint64_t count;
    [[maybe_unused]] const auto got = read(wake_, &count, sizeof count);
    std::vector<std::function<void()>> jobs;
    {
        const std::lock_guard lock{posted_mutex_};
        jobs.swap(posted_);
    }
    for (auto& job : jobs) job();
}

void EventLoop::add(int descriptor, Watcher& watcher) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.ptr = &watcher;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0) throw_errno("epoll_ctl");
}

void EventLoop::remove(int descriptor, Watcher& watcher) noexcept {
    epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr);
    for (int i = 0; i < pending_count_; ++i)
        if (pending_[i].data.ptr == &watcher) pending_[i].events = 0;
}

void EventLoop::spawn(Task<void> task) {
    auto* spawned = new Spawned{};
    spawned->number = ++last_spawned_;
    // The driver owns nothing: it lives in `spawned`, and ends by destroying it from a turn of its own.
    spawned->task = [](EventLoop* loop, std::uint64_t number, Task<void> inner) -> Task<void> {
        try {
            co_await inner;
        } catch (...) {
            if (loop->failure_hook_) loop->failure_hook_(std::current_exception());
        }
        loop->post([loop, number] { loop->end_spawned(number); });
    }(this, spawned->number, std::move(task));
    spawned->next = spawned_;
    if (spawned_) spawned_->previous = spawned;
    spawned_ = spawned;
    spawned->task.start();
}

void EventLoop::end_spawned(std::uint64_t number) noexcept {
    // It may be gone: cancel_spawned() came first.
    for (Spawned* spawned = spawned_; spawned; spawned = spawned->next) {
        if (spawned->number != number) continue;
        if (spawned->previous) spawned->previous->next = spawned->next;
        if (spawned->next) spawned->next->previous = spawned->previous;
        if (spawned_ == spawned) spawned_ = spawned->next;
        delete spawned;
        return;
    }
}

void EventLoop::cancel_spawned() noexcept {
    while (spawned_) {
        Spawned* spawned = spawned_;
        spawned_ = spawned->next;
        if (spawned_) spawned_->previous = nullptr;
        delete spawned;
    }
}

EventLoop::BufferLease EventLoop::lend_buffer() {
    Buffer* buffer;
    if (spare_buffers_.empty()) {
        buffer = new Buffer;
    } else {
        buffer = spare_buffers_.back();
        spare_buffers_.pop_back();
    }
    return BufferLease{buffer, ReturnBuffer{this}};
}

void EventLoop::give_back(Buffer* buffer) noexcept {
    if (spare_buffers_.size() < most_spare_buffers)
        spare_buffers_.push_back(buffer);  // reserved in the constructor
    else
        delete buffer;
}

}  // namespace tollgate::net
