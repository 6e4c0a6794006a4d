// loadtest/generator.cpp - reading /proc, and the words for a generator that was too slow.
#include "loadtest/generator.h"

#include "loadtest/quantities.h"

#include <sys/resource.h>

#include <fstream>
#include <string>
#include <utility>

namespace tollgate::loadtest {

namespace {
constexpr double busy = 0.9;    // of a CPU: what the kernel does for us is partly charged to nobody
constexpr double full = 0.95;   // an open loop that is so busy has no time left to be punctual
constexpr double kept_waiting = 0.5;  // of the time: what a client waited for was mostly its own thread
constexpr double stolen = 0.02, disturbed = 0.05;
}  // namespace

StolenTime::StolenTime() : at_begin_{read()} {}

StolenTime::Jiffies StolenTime::read() {
    // cpu user nice system idle iowait irq softirq steal guest guest_nice; guests are in user and nice already.
    std::ifstream file{"/proc/stat"};
    std::string cpu;
    file >> cpu;
    Jiffies jiffies;
    std::uint64_t value = 0;
    for (int field = 0; field < 8 && file >> value; ++field) {
        jiffies.all += value;
        if (field == 7) jiffies.stolen = value;
    }
    return jiffies;
}

double StolenTime::share() const {
    const Jiffies now = read();
    if (now.all <= at_begin_.all) return 0;
    return static_cast<double>(now.stolen - at_begin_.stolen) / static_cast<double>(now.all - at_begin_.all);
}

ThreadUse ThreadUse::so_far() {
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    const auto of = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    ThreadUse used{of(usage.ru_utime) + of(usage.ru_stime), usage.ru_nivcsw, 0};
    // Time on the CPU, time in its queue, nanoseconds; a kernel without it says nothing.
    std::ifstream file{"/proc/thread-self/schedstat"};
    double ran = 0, queued = 0;
    if (file >> ran >> queued) used.kept_waiting = queued / 1e9;
    return used;
}

void judge(Generator& generator, bool open_loop) {
    const std::string share = show_percent(generator.busiest_share, 0);
    const auto wrong = [&generator](std::string problem) {
        generator.bottleneck = true;
        generator.problems.push_back(std::move(problem));
    };
    const std::string waited = show_percent(generator.kept_waiting_share, 0);
    if (open_loop) {
        const std::uint64_t late = generator.release_lag.percentile(99);
        if (late > late_release)
            wrong("1% of the requests were released more than " + show(Nanoseconds{static_cast<std::int64_t>(late)}) +
                  " after their time (busiest thread: " + share + " of a CPU)");
        if (generator.busiest_share >= full) wrong("the busiest thread used " + share + " of a CPU");
        if (generator.kept_waiting_share >= kept_waiting)
            wrong("other programs had a thread's CPU for " + waited + " of the time");
    } else if (generator.busiest_share >= busy) {
        wrong("the busiest thread used " + share + " of a CPU: the target may be able to do more than was asked of it");
    }
    if (generator.kept_waiting_share >= disturbed && !(open_loop && generator.kept_waiting_share >= kept_waiting))
        generator.problems.push_back("other programs had a thread's CPU for " + waited +
                                     " of the time: latencies hold that, too");
    if (generator.stolen_share >= stolen)
        generator.problems.push_back("the host of this virtual machine took " +
                                     show_percent(generator.stolen_share, 1) +
                                     " of its CPU time: latencies hold that, too");
}

}  // namespace tollgate::loadtest
