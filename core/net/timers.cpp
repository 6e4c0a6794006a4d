// core/net/timers.cpp - the timing wheel.
#include "net/timers.h"

#include <algorithm>
#include <bit>

namespace tollgate::net {

void Timer::disarm() noexcept {
    if (!next_) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    previous_ = next_ = nullptr;
    if (wheel_) --wheel_->size_;
    wheel_ = nullptr;
}

void Timers::List::unhook() noexcept { previous_ = next_ = nullptr; }

bool Timers::empty(const List& list) noexcept { return list.next_ == &list; }

Timers::Timers(TimePoint start) : start_{start} {
    for (auto& level : wheel_)
        for (auto& list : level) list.previous_ = list.next_ = &list;
}

Timers::~Timers() {
    // Timers may outlive the wheel (their owners are destroyed after it); they must not write into it then.
    for (auto& level : wheel_)
        for (auto& list : level)
            while (!empty(list)) list.next_->disarm();
}

std::uint64_t Timers::tick_of(TimePoint when) const noexcept {
    if (when <= start_) return 0;
    const auto since = std::chrono::duration_cast<Duration>(when - start_).count();
    return (static_cast<std::uint64_t>(since) + 999'999) / 1'000'000;
}

void Timers::link(List& list, Timer& timer) noexcept {
    timer.previous_ = list.previous_;
    timer.next_ = &list;
    list.previous_->next_ = &timer;
    list.previous_ = &timer;
}

void Timers::arm(Timer& timer, TimePoint when) noexcept {
    timer.disarm();
    // The current tick's slot has been run: the next one is the earliest.
    timer.tick_ = std::max(tick_of(when), now_tick_ + 1);
    timer.wheel_ = this;
    ++size_;
    place(timer);
}

// The level whose slots are just wide enough for the distance.
void Timers::place(Timer& timer) noexcept {
    // Beyond the wheel (49 days): the farthest slot; it is placed again when that slot comes.
    constexpr std::uint64_t farthest = (std::uint64_t{1} << (bits * levels)) - 1;
    const std::uint64_t tick = std::min(timer.tick_, now_tick_ + farthest);
    const std::uint64_t distance = tick - now_tick_;
    int level = 0;
    while ((distance >> (bits * (level + 1))) != 0) ++level;
    const std::size_t slot = (tick >> (bits * level)) & (slots - 1);
    if (level == 0) occupied_[slot / 64] |= std::uint64_t{1} << (slot % 64);
    link(list(level, slot), timer);
}

void Timers::cascade(int level, std::size_t slot) noexcept {
    List& from = list(level, slot);
    if (empty(from)) return;
    Timer* timer = from.next_;
    from.previous_->next_ = nullptr;
    from.previous_ = from.next_ = &from;
    while (timer) {
        Timer* next = timer->next_;
        place(*timer);
        timer = next;
    }
}

void Timers::fire(List& due) {
    // on_timer may disarm or destroy its neighbours, so one at a time from the head. What it arms goes elsewhere: at
    // the earliest to the next tick.
    while (!empty(due)) {
        Timer& timer = *due.next_;
        timer.disarm();
        timer.on_timer();
    }
}

std::optional<Duration> Timers::run(TimePoint now) {
    std::optional<Duration> late;
    if (now < start_) return late;
    // Rounded down: a tick fires when it has wholly passed.
    const auto target = static_cast<std::uint64_t>(std::chrono::duration_cast<Duration>(now - start_).count()) / 1'000'000;
    while (now_tick_ < target) {
        if (size_ == 0) {
            now_tick_ = target;
            return late;
        }
        ++now_tick_;
        for (int level = 1; level < levels; ++level) {
            if ((now_tick_ & ((std::uint64_t{1} << (bits * level)) - 1)) != 0) break;
            cascade(level, (now_tick_ >> (bits * level)) & (slots - 1));
        }
        const std::size_t slot = now_tick_ & (slots - 1);
        if (!late && !empty(list(0, slot))) late = now - (start_ + std::chrono::milliseconds{now_tick_});
        fire(list(0, slot));
        occupied_[slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
    }
    return late;
}

int Timers::wait(TimePoint now) const noexcept {
    if (size_ == 0) return -1;
    // The first occupied slot of the lowest level, else the moment the next level hands one down. A slot whose timers
    // were disarmed still counts: one early wake-up, against bookkeeping at every disarm.
    std::uint64_t tick = now_tick_ + 1;
    for (std::size_t slot = tick & (slots - 1); slot != 0;) {
        const std::uint64_t rest = occupied_[slot / 64] >> (slot % 64);
        const std::size_t step = rest ? static_cast<std::size_t>(std::countr_zero(rest)) : 64 - slot % 64;
        tick += step;
        slot = (slot + step) & (slots - 1);
        if (rest) break;
    }
    const auto when = start_ + std::chrono::milliseconds(tick);
    if (when <= now) return 0;
    return static_cast<int>((when - now + std::chrono::microseconds{999}) / std::chrono::milliseconds{1});
}

}  // namespace tollgate::net
