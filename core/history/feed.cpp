// core/history/feed.cpp - the feed's thread.
#include "history/feed.h"

#include "support/log.h"

#include <pthread.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace tollgate::history {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

void Feed::start(std::vector<Outlet*> outlets) {
    const std::lock_guard lock{mutex_};
    outlets_ = std::move(outlets);
    running_ = true;
    for (Outlet* outlet : outlets_) outlet->listen(!listeners_.empty());
    thread_ = std::thread{[this] { run(); }};
}

void Feed::stop() {
    {
        const std::lock_guard lock{mutex_};
        if (!running_) return;
        stopping_ = true;
        changed_.notify_all();
    }
    thread_.join();
    const std::lock_guard lock{mutex_};
    at_the_end_ = totals().by_result;
    running_ = false;
    outlets_.clear();
}

void Feed::add(Listener& listener) {
    const std::lock_guard lock{mutex_};
    if (listeners_.empty()) {
        seen_ = totals();
        second_began_ = steady_clock::now();
    }
    listeners_.push_back(&listener);
    for (Outlet* outlet : outlets_) outlet->listen(true);
    changed_.notify_all();
}

void Feed::remove(Listener& listener) {
    const std::lock_guard lock{mutex_};
    std::erase(listeners_, &listener);
    if (!listeners_.empty()) return;
    for (Outlet* outlet : outlets_) outlet->listen(false);
}

std::array<std::uint64_t, results> Feed::results_so_far() const {
    const std::lock_guard lock{mutex_};
    if (!running_) return at_the_end_;
    std::array<std::uint64_t, results> all{};
    for (const Outlet* outlet : outlets_) {
        const auto counts = outlet->by_result();
        for (std::size_t i = 0; i < results; ++i) all[i] += counts[i];
    }
    return all;
}

Outlet::Totals Feed::totals() const {
    Outlet::Totals all;
    for (const Outlet* outlet : outlets_) all.add(outlet->totals());
    return all;
}

void Feed::look(const std::function<void(const Recent&)>& at) {
    const std::lock_guard lock{mutex_};
    hand_on();
    at(recent_);
}

void Feed::run() {
    pthread_setname_np(pthread_self(), "history");
    std::unique_lock lock{mutex_};
    for (bool last = false; !last;) {
        const auto now = steady_clock::now();
        const bool listened = !listeners_.empty();
        const auto next = listened ? std::min(now + 100ms, second_began_ + 1s) : now + 1s;
        changed_.wait_until(lock, next, [&] { return stopping_ || listened == listeners_.empty(); });
        last = stopping_;
        try {
            hand_on();
            tell_second(steady_clock::now());
        } catch (const std::exception& problem) {
            log::error("history", std::string{"requests could not be handed on: "} + problem.what());
        }
    }
}

// `mutex_` is held, and makes the caller the consumer of the outlets.
void Feed::hand_on() {
    std::vector<std::shared_ptr<const Record>> records;
    for (Outlet* outlet : outlets_)
        while (auto record = outlet->next()) records.push_back(std::make_shared<const Record>(*std::move(record)));
    if (records.empty()) return;
    // Of one loop they come in the order in which they ended.
    const auto end_of = [](const Record& one) { return std::tuple{one.began + one.duration, one.loop, one.sequence}; };
    std::sort(records.begin(), records.end(), [&](const auto& a, const auto& b) { return end_of(*a) < end_of(*b); });
    std::vector<Remembered> told;
    for (auto& record : records) told.push_back(recent_.remember(std::move(record)));
    for (Listener* listener : listeners_) listener->on_records(told);
}

// `mutex_` is held.
void Feed::tell_second(steady_clock::time_point now) {
    if (listeners_.empty() || now - second_began_ < 1s) return;
    const auto all = totals();
    Second second{std::chrono::system_clock::now(), now - second_began_, all, all.by_result};
    second.happened.subtract(std::exchange(seen_, all));
    second_began_ = now;
    for (Listener* listener : listeners_) listener->on_second(second);
}

}  // namespace tollgate::history
