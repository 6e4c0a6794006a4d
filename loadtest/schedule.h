// loadtest/schedule.h - Schedule: when an open loop's requests are due; Pacer: one thread's share of them. No clock
// here.
#pragma once

#include "loadtest/options.h"
#include "loadtest/requests.h"

#include <limits>
#include <optional>
#include <vector>

namespace tollgate::loadtest {

// The arrival rate over the time since the run's begin, warm-up included: straight lines, one behind the other. The
// last one goes on for ever where a number of requests ends the run.
class Schedule {
public:
    explicit Schedule(const Options& options);  // of an open loop

    // How many requests are due before `seconds`; a real number, since rates are.
    double due_before(double seconds) const noexcept;
    // The inverse: the second at which the request of this number (0 is the first) is due. Infinite beyond the end.
    double time_of(double number) const noexcept;
    double end() const noexcept { return end_; }  // seconds; infinite where only a number of requests ends the run

private:
    struct Line {
        double begin, length;     // seconds
        double from, to;          // requests a second
        double before;            // requests due before it
        double due(double time) const noexcept {
            return before + from * time + (to - from) * time * time / (2 * length);
        }
    };
    void add(double length, double from, double to);

    std::vector<Line> lines_;
    double end_ = 0;
};

// Requests number `thread`, `thread + threads`, ... of the schedule; with Arrival::poisson as many on average, at
// random distances (exponential in the number of requests, so that a changing rate stays a Poisson process).
class Pacer {
public:
    // `most`: requests of this thread that may be planned, warm-up not counted, which ends after `warmup` seconds.
    Pacer(const Schedule& schedule, Arrival arrival, unsigned thread, unsigned threads, Random& random, double warmup,
          std::uint64_t most);

    // Seconds since the run's begin at which the next one is due; nullopt when all have been planned.
    std::optional<double> next() const noexcept;
    void advance() noexcept;  // after next() gave one
    // It is the number of requests that leaves none to plan, and not the schedule's end.
    bool counted_out() const noexcept { return left_ == 0 && next_ >= warmup_; }

private:
    const Schedule& schedule_;
    Random& random_;
    const Arrival arrival_;
    const double step_, warmup_;
    double number_;
    std::uint64_t left_;
    double next_;
};

}  // namespace tollgate::loadtest
