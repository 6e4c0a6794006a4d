// core/net/timers.h - Timers: thousands of timeouts, each armed and disarmed in constant time.
//
// A hierarchical timing wheel (Varghese and Lauck, 1987): four levels of 256 slots, a tick of one millisecond. Most
// timers are disarmed long before they fire, so that is what is cheap: a timer is a node of an intrusive list.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

namespace tollgate::net {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = std::chrono::nanoseconds;

class Timers;

// Something that is to happen later. Owned by who derives from it; its destructor disarms it. One loop only.
class Timer {
public:
    Timer() noexcept = default;
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    void disarm() noexcept;
    bool armed() const noexcept { return next_ != nullptr; }

protected:
    ~Timer() { disarm(); }
    virtual void on_timer() = 0;  // disarmed before it is called; may destroy the timer

private:
    friend class Timers;
    Timer* previous_ = nullptr;
    Timer* next_ = nullptr;
    std::uint64_t tick_ = 0;
    Timers* wheel_ = nullptr;
};

class Timers {
public:
    explicit Timers(TimePoint start);
    ~Timers();
    Timers(const Timers&) = delete;
    Timers& operator=(const Timers&) = delete;

    // Fires not before `when`, and at most a tick (plus the loop's delay) after. Moves a timer that is armed.
    void arm(Timer& timer, TimePoint when) noexcept;
    // Fires what is due, tick by tick. Returns by how much the first was late; nullopt: none was due.
    std::optional<Duration> run(TimePoint now);
    // Milliseconds until run() is wanted, or -1 if nothing is armed. May be early, never late.
    int wait(TimePoint now) const noexcept;
    std::size_t size() const noexcept { return size_; }

private:
    friend class Timer;
    static constexpr int levels = 4, bits = 8, slots = 1 << bits;
    struct List final : Timer {  // a sentinel; never fires
        void on_timer() override {}
        ~List() { unhook(); }
        void unhook() noexcept;
    };
    void place(Timer& timer) noexcept;
    void cascade(int level, std::size_t slot) noexcept;
    static void link(List& list, Timer& timer) noexcept;
    void fire(List& list);
    std::uint64_t tick_of(TimePoint when) const noexcept;  // rounded up
    List& list(int level, std::size_t slot) noexcept { return wheel_[level][slot]; }
    static bool empty(const List& list) noexcept;

    TimePoint start_;
    std::uint64_t now_tick_ = 0;
    std::size_t size_ = 0;
    std::array<std::uint64_t, slots / 64> occupied_{};  // slots of the lowest level that may hold timers
    std::array<std::array<List, slots>, levels> wheel_;
};

}  // namespace tollgate::net
