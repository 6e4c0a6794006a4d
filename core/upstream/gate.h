// core/upstream/gate.h - Gate: so many requests at a time over all loops; the others wait in order, for a while.
#pragma once

#include "net/event_loop.h"

#include <atomic>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <utility>

namespace tollgate::upstream {

// Any thread, but for who waits: that one is resumed on the loop on which it began to. Limits come with each request,
// since they change with the configuration; the last ones that came hold. Where there is room, and when nobody waits,
// entering and leaving is one exchange of a word; so is being refused.
class Gate {
public:
    struct Limits {
        std::size_t most = 0;   // that may be inside
        std::size_t queue = 0;  // that may wait
        net::Duration time{0};  // for how long
    };
    enum class Result : std::uint8_t { entered, full, late };

    // Being inside, until it is given up. Outlived by its gate.
    class Place {
    public:
        Place() noexcept = default;
        Place(Place&& other) noexcept : gate_{std::exchange(other.gate_, nullptr)} {}
        Place& operator=(Place&& other) noexcept {
            if (this != &other) {
                give_up();
                gate_ = std::exchange(other.gate_, nullptr);
            }
            return *this;
        }
        ~Place() { give_up(); }
        void give_up() noexcept {
            if (auto* gate = std::exchange(gate_, nullptr)) gate->leave();
        }
        explicit operator bool() const noexcept { return gate_ != nullptr; }

    private:
        friend class Gate;
        explicit Place(Gate& gate) noexcept : gate_{&gate} {}
        Gate* gate_ = nullptr;
    };

    // Result result = co_await Gate::Entering{gate, loop, limits, place}; withdrawn by destroying the coroutine, and
    // with it whatever it was granted meanwhile.
    class Entering;

    struct View {
        std::size_t inside = 0, waiting = 0;
        std::uint64_t waited = 0, full = 0, late = 0;  // since the beginning
    };
    View view() const noexcept;

    // As many may be inside from now on, of those that wait as well: for a configuration that says something else.
    void limit_to(std::size_t most) noexcept;

    ~Gate();

private:
    // One that waits. Its `entering` belongs to its loop; the rest, to who holds the mutex.
    struct Waiter {
        net::EventLoop* loop;
        Entering* entering;
        bool granted = false;
        std::list<std::shared_ptr<Waiter>>::iterator at{};  // while it is not granted
    };

    static constexpr int waiting_shift = 32;
    static constexpr std::uint64_t one_waiting = std::uint64_t{1} << waiting_shift;
    static std::size_t inside(std::uint64_t word) noexcept { return std::size_t(word & (one_waiting - 1)); }
    static std::size_t waiting(std::uint64_t word) noexcept { return std::size_t(word >> waiting_shift); }

    enum class Answer : std::uint8_t { enter, wait, refuse };
    Answer ask(const Limits& limits) noexcept;           // enters at once if it may; `wait`: nothing has changed
    Answer queue_up(const Limits& limits, std::shared_ptr<Waiter>& waiter, Entering& entering, net::EventLoop& loop);
    bool withdraw(Waiter& waiter) noexcept;              // false: it was granted
    void leave() noexcept;
    std::list<std::shared_ptr<Waiter>> admit() noexcept;  // mutex_ is held
    static void wake(std::list<std::shared_ptr<Waiter>> admitted) noexcept;

    // How many are inside; above that how many wait, which only the holder of the mutex changes.
    std::atomic<std::uint64_t> word_{0};
    std::atomic<std::size_t> most_{0};
    std::atomic<std::uint64_t> waited_{0}, full_{0}, late_{0};
    std::mutex mutex_;
    std::list<std::shared_ptr<Waiter>> queue_;
};

// On a loop. `place` is filled where the result is `entered`.
class Gate::Entering final : private net::Timer {
public:
    Entering(Gate& gate, net::EventLoop& loop, const Limits& limits, Place& place) noexcept
        : gate_{gate}, loop_{loop}, limits_{limits}, place_{place} {}
    ~Entering();
    bool await_ready() noexcept;
    bool await_suspend(std::coroutine_handle<> waiting);
    Result await_resume() noexcept;

private:
    friend class Gate;
    void on_timer() override;
    void granted();

    Gate& gate_;
    net::EventLoop& loop_;
    const Limits limits_;
    Place& place_;
    Result result_ = Result::full;
    std::coroutine_handle<> waiting_;
    std::shared_ptr<Waiter> waiter_;  // while it waits
};

}  // namespace tollgate::upstream
