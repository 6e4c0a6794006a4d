// loadtest/worker.cpp - handing out requests: at once in a closed loop, by the schedule in an open one; and the end.
#include "loadtest/worker.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <system_error>

namespace tollgate::loadtest {

namespace {

std::vector<double> weights_of(const auto& things) {
    std::vector<double> weights;
    for (const auto& thing : things) weights.push_back(thing.weight);
    if (weights.empty()) weights.push_back(1);
    return weights;
}

// The part of `whole` that falls to the one of this number, if all differ by one at most.
template <class Number>
Number share(Number whole, unsigned number, unsigned of) {
    return whole / of + (number < whole % of ? 1 : 0);
}

}  // namespace

Worker::Worker(const Plan& plan, unsigned number)
    : plan_{plan},
      number_{number},
      tally_{plan.options, plan.run_id, number},
      random_{plan.options.seed, number},
      targets_{weights_of(plan.options.targets)},
      keys_{weights_of(plan.options.keys)},
      loop_{number},
      first_clients_{share(plan.options.connections, number, plan.options.threads)},
      left_{plan.options.requests ? share(*plan.options.requests, number, plan.options.threads) : ~std::uint64_t{0}},
      beginning_{[this] { start(); }},
      measuring_{[this] { begin_measuring(); }},
      planning_end_{[this] { end_planning(planned_until_); }},
      drain_end_{[this] { drop_everything(); }} {
    const std::size_t most = share(plan.options.open_loop() ? plan.options.most_in_flight : plan.options.connections,
                                   number, plan.options.threads);
    for (std::size_t i = 0; i < std::max(most, first_clients_); ++i)
        clients_.push_back(std::make_unique<Client>(*this));
    if (!plan.schedule) return;
    pacer_.emplace(*plan.schedule, plan.options.arrival, number, plan.options.threads, random_,
                   seconds(plan.options.warmup), left_);
    timer_ = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (timer_ < 0) throw std::system_error{errno, std::generic_category(), "timerfd_create"};
    loop_.add(timer_, *this);
}

Worker::~Worker() {
    if (timer_ < 0) return;
    loop_.remove(timer_, *this);
    close(timer_);
}

void Worker::run() {
    loop_.run();
    for (auto& client : clients_) client->cancel();
    clients_.clear();
    ended_.store(true, std::memory_order_release);
}

// ---- steps ---------------------------------------------------------------------------------------------------------

std::future<std::string> Worker::connect() {
    auto future = connected_.get_future();
    loop_.post([this] {
        connecting_ = plan_.options.keep_alive ? first_clients_ : std::min<std::size_t>(1, first_clients_);
        if (connecting_ == 0) return connected_.set_value({});
        for (std::size_t i = 0, count = connecting_; i < count; ++i)
            clients_[i]->start(clients_[i]->connect_all(connect_problem_));
    });
    return future;
}

void Worker::client_connected(const std::string& problem) {
    if (--connecting_ == 0) connected_.set_value(problem);
}

void Worker::begin(TimePoint when) {
    loop_.post([this, when] { prepare(when); });
}

void Worker::prepare(TimePoint when) {
    const Options& options = plan_.options;
    state_ = State::planning;
    start_ = when;
    measured_from_ = when + options.warmup;
    tally_.begin(measured_from_);
    loop_.arm(measuring_, measured_from_);
    const double end = plan_.schedule ? plan_.schedule->end()
                       : options.duration ? seconds(options.warmup + *options.duration)
                                          : std::numeric_limits<double>::infinity();
    if (std::isfinite(end)) {
        planned_until_ = at(end);
        tally_.end(planned_until_);
        loop_.arm(planning_end_, planned_until_);
    }
    loop_.arm(beginning_, when);
}

void Worker::start() {
    if (state_ != State::planning) return;
    while (started_ < first_clients_) {
        Client& client = *clients_[started_++];
        client.start(client.run());
    }
    check_end();
}

void Worker::begin_measuring() {
    at_begin_ = ThreadUse::so_far();
    began_measuring_ = Clock::now();
}

void Worker::finish() {
    loop_.post([this] {
        if (state_ == State::connecting) return drop_everything();
        drop_owed_ = true;
        end_planning(Clock::now());
        check_end();
    });
}

void Worker::abort() {
    loop_.post([this] { drop_everything(); });
}

// From now on only what is owed is sent, and what is under way awaited; until the drain ends.
void Worker::end_planning(TimePoint when) {
    if (state_ != State::planning) return;
    state_ = State::draining;
    planned_until_ = when;
    tally_.end(ended_by_count_ ? TimePoint::max() : when);
    planning_end_.disarm();
    if (began_measuring_ != TimePoint{}) {
        const ThreadUse now = ThreadUse::so_far();
        const double wall = seconds(Clock::now() - began_measuring_);
        cpu_seconds_ = now.cpu - at_begin_.cpu;
        busy_share_ = wall > 0 ? cpu_seconds_ / wall : 0;
        switches_ = static_cast<std::uint64_t>(now.switches - at_begin_.switches);
        kept_waiting_share_ = wall > 0 ? (now.kept_waiting - at_begin_.kept_waiting) / wall : 0;
    }
    loop_.arm(drain_end_, plan_.options.drain);
    check_end();
}

// Nobody waits any longer: what is under way is aborted, what is owed is never sent.
void Worker::drop_everything() {
    if (state_ == State::over) return;
    drop_owed_ = true;
    const TimePoint now = Clock::now();
    for (auto& client : clients_) {
        if (client->under_way()) tally_.fail(*client->under_way(), Tally::Ending::aborted, "aborted", now);
        client->cancel();
    }
    under_way_ = 0;
    if (state_ == State::connecting) {
        if (connecting_ > 0) connected_.set_value("interrupted");
        connecting_ = 0;
        state_ = State::over;
        return loop_.stop();
    }
    end_planning(now);
    check_end();
}

bool Worker::anything_owed() const noexcept {
    if (!pacer_ || drop_owed_) return false;
    return pacer_->next().has_value();
}

// The last request of a number of them ends planning; the last answer after that ends the thread.
void Worker::check_end() noexcept {
    if (state_ == State::planning && (pacer_ ? pacer_->counted_out() : left_ == 0)) {
        ended_by_count_ = true;
        return end_planning(Clock::now());
    }
    if (state_ != State::draining || under_way_ > 0 || anything_owed()) return;
    state_ = State::over;
    if (pacer_)
        for (auto due = pacer_->next(); due && at(*due) <= planned_until_; due = pacer_->next()) {
            tally_.plan(measured(at(*due)));
            tally_.never_send(measured(at(*due)));
            pacer_->advance();
        }
    loop_.stop();
}

void Worker::peek(std::function<void(const Tally&)> look) {
    loop_.post([this, look = std::move(look)] { look(tally_); });
}

// ---- handing out ---------------------------------------------------------------------------------------------------

TimePoint Worker::at(double after) const noexcept {
    return start_ + std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>{after});
}

Sample Worker::begin_request(TimePoint planned) noexcept {
    ++under_way_;
    Sample sample;
    sample.target = targets_.draw(random_);
    sample.key = keys_.draw(random_);
    sample.number = ++last_number_;
    sample.planned = planned;
    // A closed loop plans a request by sending it.
    sample.sent = pacer_ ? Clock::now() : planned;
    sample.measured = measured(planned);
    return sample;
}

std::optional<TimePoint> Worker::take_closed(TimePoint now) noexcept {
    const bool counts = measured(now);
    if (state_ != State::planning || (counts && left_ == 0)) return std::nullopt;
    if (counts) --left_;
    tally_.plan(counts);
    return now;
}

std::optional<TimePoint> Worker::take_open(TimePoint now) noexcept {
    if (state_ == State::over || drop_owed_) return std::nullopt;
    const auto due = pacer_->next();
    if (!due || at(*due) > now) return std::nullopt;
    const TimePoint planned = at(*due);
    pacer_->advance();
    tally_.plan(measured(planned));
    if (!measured(planned)) return planned;
    // Who was due while every client was busy has waited for one, and not for this program.
    if (planned >= all_busy_since_) tally_.wait_for_connection();
    tally_.release_lag(std::max<Nanoseconds>(std::min(now, all_busy_since_) - planned, Nanoseconds::zero()));
    return planned;
}

void Worker::note_if_all_busy(TimePoint now) noexcept {
    if (waiting_.empty() && started_ == clients_.size()) all_busy_since_ = std::min(all_busy_since_, now);
}

bool Worker::Turn::await_ready() noexcept {
    if (worker_.pacer_) {
        const TimePoint now = Clock::now();
        planned_ = worker_.take_open(now);
        if (planned_) worker_.note_if_all_busy(now);
        worker_.wake_for_next();
        return planned_.has_value();
    }
    planned_ = worker_.take_closed(Clock::now());
    return true;
}

void Worker::Turn::await_suspend(std::coroutine_handle<> waiter) {
    waiter_ = waiter;
    waiting_ = true;
    worker_.waiting_.push_back(this);
    worker_.all_busy_since_ = TimePoint::max();
    worker_.wake_for_next();
    worker_.check_end();
}

Worker::Turn::~Turn() {
    if (waiting_) std::erase(worker_.waiting_, this);
}

void Worker::release_due() {
    while (!drop_owed_) {
        const TimePoint now = Clock::now();
        const auto due = pacer_->next();
        if (!due || at(*due) > now) break;
        if (!waiting_.empty()) {
            Turn& turn = *waiting_.front();
            waiting_.pop_front();
            turn.waiting_ = false;
            turn.planned_ = take_open(now);
            note_if_all_busy(now);
            turn.waiter_.resume();
        } else if (started_ < clients_.size()) {
            Client& client = *clients_[started_++];
            client.start(client.run());  // takes what is due by itself
        } else {
            break;
        }
    }
    wake_for_next();
    check_end();
}

// Sets the timer to when the next request is due, if there is a client to send it then.
void Worker::wake_for_next() {
    if (waiting_.empty() && started_ == clients_.size()) return;
    const auto due = pacer_->next();
    if (!due || at(*due) == timer_for_) return;
    timer_for_ = at(*due);
    // 0 would disarm it.
    const auto when = std::max<std::int64_t>(timer_for_.time_since_epoch().count(), 1);
    itimerspec spec{};
    spec.it_value = {when / 1'000'000'000, when % 1'000'000'000};
    timerfd_settime(timer_, TFD_TIMER_ABSTIME, &spec, nullptr);
}

}  // namespace tollgate::loadtest
