// plugins/cache/wakeful.cpp - one message to each loop, however many wait there.
#include "wakeful.h"

#include <algorithm>
#include <utility>

namespace tollgate::cache {

void Waiters::wake_all() {
    ++turn_;
    // A loop is known to be there as long as one of its coroutines is in the list, which leaves it under the mutex.
    while (!waiting_.empty()) {
        Loop* const loop = waiting_.front().loop;
        auto places = std::make_shared<std::vector<std::shared_ptr<Place>>>();
        std::erase_if(waiting_, [&](Waiting& one) {
            if (one.loop != loop) return false;
            places->push_back(std::move(one.place));
            return true;
        });
        loop->post([places] {
            for (const auto& place : *places)
                if (const auto sleeper = std::exchange(place->sleeper, nullptr)) sleeper.resume();
        });
    }
}

bool Waiters::Change::await_suspend(std::coroutine_handle<> sleeper) {
    {
        const std::lock_guard lock{waiters_.mutex_};
        if (waiters_.turn_ != turn_) return false;
        place_ = std::make_shared<Place>();
        place_->sleeper = sleeper;
        waiters_.waiting_.push_back({&loop_, place_});
    }
    if (alarm_) alarm_->start(sleeper);
    return true;
}

Waiters::Change::~Change() {
    if (!place_) return;
    place_->sleeper = nullptr;
    const std::lock_guard lock{waiters_.mutex_};
    std::erase_if(waiters_.waiting_, [&](const Waiting& one) { return one.place == place_; });
}

}  // namespace tollgate::cache
