// loadtest/worker.h - Worker: one thread of a run: a loop, its clients, and their share of the load.
#pragma once

#include "loadtest/client.h"
#include "loadtest/generator.h"
#include "loadtest/plan.h"
#include "loadtest/tally.h"
#include "net/event_loop.h"

#include <atomic>
#include <coroutine>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tollgate::loadtest {

// Calls somebody at a time. One loop only.
class Alarm final : public net::Timer {
public:
    explicit Alarm(std::function<void()> ring) : ring_{std::move(ring)} {}

private:
    void on_timer() override { ring_(); }
    std::function<void()> ring_;
};

// Its steps, each asked for by the thread that runs the run: connect(), then begin(), then it ends by itself, or by
// finish() or abort(). The functions marked [loop] are for its clients.
class Worker final : private net::Watcher {
public:
    Worker(const Plan& plan, unsigned number);
    ~Worker();

    // The thread's whole life. Returns when every request of its share has ended.
    void run();
    // [any thread] Opens the connections that the run begins with; the future has "" or why one could not be made.
    std::future<std::string> connect();
    // [any thread] Planning begins at `when`, the same for all workers.
    void begin(TimePoint when);
    // [any thread] No more requests are planned, and what is owed is not sent any more; those under way are awaited.
    void finish();
    // [any thread] Ends at once, whatever is under way.
    void abort();
    // [any thread] Has the loop show what it has counted so far, between two events. Not after run() has returned.
    void peek(std::function<void(const Tally&)> look);

    bool ended() const noexcept { return ended_.load(std::memory_order_acquire); }  // [any thread] run() is over

    // After run().
    bool ended_by_count() const noexcept { return ended_by_count_; }  // and not by time or finish()
    TimePoint planned_until() const noexcept { return planned_until_; }
    const Tally& tally() const noexcept { return tally_; }
    double cpu_seconds() const noexcept { return cpu_seconds_; }
    double busy_share() const noexcept { return busy_share_; }  // of one CPU, by user and system time
    std::uint64_t involuntary_switches() const noexcept { return switches_; }
    double kept_waiting_share() const noexcept { return kept_waiting_share_; }  // of the time, for its CPU

    // [loop]
    const Plan& plan() const noexcept { return plan_; }
    Tally& tally() noexcept { return tally_; }
    net::EventLoop& loop() noexcept { return loop_; }
    unsigned number() const noexcept { return number_; }
    Sample begin_request(TimePoint planned) noexcept;
    void end_request() noexcept { --under_way_; }
    void client_ended() noexcept { check_end(); }
    void client_connected(const std::string& problem);

    // What a client awaits: when its next request was planned, nullopt when there is none any more.
    class Turn {
    public:
        explicit Turn(Worker& worker) noexcept : worker_{worker} {}
        ~Turn();
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;
        bool await_ready() noexcept;
        void await_suspend(std::coroutine_handle<> waiter);
        std::optional<TimePoint> await_resume() const noexcept { return planned_; }

    private:
        friend class Worker;
        Worker& worker_;
        std::coroutine_handle<> waiter_;
        std::optional<TimePoint> planned_;
        bool waiting_ = false;
    };
    Turn next_turn() noexcept { return Turn{*this}; }

private:
    void on_ready(std::uint32_t) override { release_due(); }  // the timer of the schedule
    void prepare(TimePoint when);
    void start();
    void begin_measuring();
    void end_planning(TimePoint when);
    bool measured(TimePoint planned) const noexcept { return planned >= measured_from_; }
    TimePoint at(double seconds) const noexcept;
    std::optional<TimePoint> take_closed(TimePoint now) noexcept;
    std::optional<TimePoint> take_open(TimePoint now) noexcept;
    void note_if_all_busy(TimePoint now) noexcept;
    void release_due();
    void wake_for_next();
    void drop_everything();
    void check_end() noexcept;
    bool anything_owed() const noexcept;

    const Plan& plan_;
    const unsigned number_;
    Tally tally_;
    Random random_;
    Mix targets_, keys_;
    net::EventLoop loop_;
    const std::size_t first_clients_;
    std::vector<std::unique_ptr<Client>> clients_;
    std::size_t started_ = 0;                // of clients_; an open loop starts more when all are busy

    std::size_t connecting_ = 0;
    std::promise<std::string> connected_;
    std::string connect_problem_;

    enum class State : std::uint8_t { connecting, planning, draining, over };
    State state_ = State::connecting;
    bool drop_owed_ = false;                 // what is due and not taken is not sent any more
    bool ended_by_count_ = false;
    TimePoint start_{}, measured_from_ = TimePoint::max(), planned_until_{};
    std::uint64_t left_;                     // closed loop: requests that may still be planned
    std::optional<Pacer> pacer_;             // open loop
    std::deque<Turn*> waiting_;              // clients without a request, in the order they became free
    TimePoint all_busy_since_ = TimePoint::max();  // of an open loop: no client is left to wait for what comes next
    int timer_ = -1;
    TimePoint timer_for_{};
    std::uint64_t last_number_ = 0;
    std::size_t under_way_ = 0;              // requests
    Alarm beginning_, measuring_, planning_end_, drain_end_;

    ThreadUse at_begin_;
    TimePoint began_measuring_{};
    double cpu_seconds_ = 0, busy_share_ = 0, kept_waiting_share_ = 0;
    std::atomic<bool> ended_{false};
    std::uint64_t switches_ = 0;
};

}  // namespace tollgate::loadtest
