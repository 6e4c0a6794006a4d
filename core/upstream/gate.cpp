// core/upstream/gate.cpp - handing places over from loop to loop, in the order of asking.
#include "upstream/gate.h"

#include <cassert>

namespace tollgate::upstream {

Gate::~Gate() { assert(word_.load() == 0); }

Gate::View Gate::view() const noexcept {
    const std::uint64_t word = word_.load(std::memory_order_relaxed);
    return {inside(word), waiting(word), waited_.load(std::memory_order_relaxed), full_.load(std::memory_order_relaxed),
            late_.load(std::memory_order_relaxed)};
}

Gate::Answer Gate::ask(const Limits& limits) noexcept {
    if (most_.load(std::memory_order_relaxed) != limits.most) most_.store(limits.most, std::memory_order_relaxed);
    std::uint64_t word = word_.load(std::memory_order_relaxed);
    // Who comes later does not pass those that wait.
    while (waiting(word) == 0 && inside(word) < limits.most)
        if (word_.compare_exchange_weak(word, word + 1, std::memory_order_acq_rel)) return Answer::enter;
    // Room beside waiting ones: the limit was raised, and they have not been told.
    return waiting(word) < limits.queue || inside(word) < limits.most ? Answer::wait : Answer::refuse;
}

Gate::Answer Gate::queue_up(const Limits& limits, std::shared_ptr<Waiter>& waiter, Entering& entering,
                            net::EventLoop& loop) {
    auto made = std::make_shared<Waiter>(Waiter{&loop, &entering});
    std::unique_lock lock{mutex_};
    auto admitted = admit();
    std::uint64_t word = word_.load(std::memory_order_relaxed);
    Answer answer = Answer::refuse;
    for (;;) {
        const bool enters = waiting(word) == 0 && inside(word) < limits.most;
        if (!enters && waiting(word) >= limits.queue) break;
        // Against those that leave without the lock, since they saw nobody waiting.
        if (!word_.compare_exchange_weak(word, word + (enters ? 1 : one_waiting), std::memory_order_acq_rel)) continue;
        answer = enters ? Answer::enter : Answer::wait;
        break;
    }
    if (answer == Answer::wait) {
        made->at = queue_.insert(queue_.end(), made);
        waiter = std::move(made);
    }
    lock.unlock();
    wake(std::move(admitted));
    return answer;
}

void Gate::limit_to(std::size_t most) noexcept {
    most_.store(most, std::memory_order_relaxed);
    std::unique_lock lock{mutex_};
    auto admitted = admit();
    lock.unlock();
    wake(std::move(admitted));
}

bool Gate::withdraw(Waiter& waiter) noexcept {
    const std::lock_guard lock{mutex_};
    if (waiter.granted) return false;
    queue_.erase(waiter.at);
    word_.fetch_sub(one_waiting, std::memory_order_acq_rel);
    return true;
}

void Gate::leave() noexcept {
    std::uint64_t word = word_.load(std::memory_order_relaxed);
    while (waiting(word) == 0)
        if (word_.compare_exchange_weak(word, word - 1, std::memory_order_acq_rel)) return;
    std::unique_lock lock{mutex_};
    word_.fetch_sub(1, std::memory_order_acq_rel);
    auto admitted = admit();
    lock.unlock();
    wake(std::move(admitted));
}

std::list<std::shared_ptr<Gate::Waiter>> Gate::admit() noexcept {
    std::list<std::shared_ptr<Waiter>> admitted;
    const std::size_t most = most_.load(std::memory_order_relaxed);
    while (!queue_.empty() && inside(word_.load(std::memory_order_relaxed)) < most) {
        queue_.front()->granted = true;
        admitted.splice(admitted.end(), queue_, queue_.begin());
        word_.fetch_add(1 - one_waiting, std::memory_order_acq_rel);
    }
    return admitted;
}

// Each on its own loop. Whoever was destroyed meanwhile has given its place up itself. Who is granted a place must hear of
// it: there is no going on without memory for that.
void Gate::wake(std::list<std::shared_ptr<Waiter>> admitted) noexcept {
    for (auto& waiter : admitted) {
        auto& loop = *waiter->loop;
        loop.post([waiter = std::move(waiter)] {
            if (waiter->entering) waiter->entering->granted();
        });
    }
}

// Entering ------------------------------------------------------------------------------------------------------------

Gate::Entering::~Entering() {
    if (!waiter_) return;
    waiter_->entering = nullptr;
    if (!gate_.withdraw(*waiter_)) gate_.leave();
}

bool Gate::Entering::await_ready() noexcept {
    const Answer answer = gate_.ask(limits_);
    if (answer == Answer::wait) return false;
    if (answer == Answer::enter) {
        result_ = Result::entered;
        place_ = Place{gate_};
    }
    return true;
}

bool Gate::Entering::await_suspend(std::coroutine_handle<> waiting) {
    waiting_ = waiting;
    const Answer answer = gate_.queue_up(limits_, waiter_, *this, loop_);
    if (answer == Answer::enter) {
        result_ = Result::entered;
        place_ = Place{gate_};
    }
    if (answer != Answer::wait) return false;
    gate_.waited_.fetch_add(1, std::memory_order_relaxed);
    loop_.arm(*this, limits_.time);
    return true;
}

Gate::Result Gate::Entering::await_resume() noexcept {
    if (result_ == Result::full) gate_.full_.fetch_add(1, std::memory_order_relaxed);
    return result_;
}

void Gate::Entering::on_timer() {
    if (!gate_.withdraw(*waiter_)) return;  // what was granted is on its way here
    waiter_->entering = nullptr;
    waiter_.reset();
    result_ = Result::late;
    gate_.late_.fetch_add(1, std::memory_order_relaxed);
    waiting_.resume();
}

void Gate::Entering::granted() {
    disarm();
    waiter_.reset();
    result_ = Result::entered;
    place_ = Place{gate_};
    waiting_.resume();
}

}  // namespace tollgate::upstream
