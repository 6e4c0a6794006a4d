// loadtest/generator.cpp - reading /proc/stat, and the words for a generator that was too slow.
#include "loadtest/generator.h"

#include "loadtest/quantities.h"

#include <fstream>
#include <string>

namespace tollgate::loadtest {

namespace {
constexpr double busy = 0.9;    // of a CPU: what the kernel does for us is partly charged to nobody
constexpr double stolen = 0.02;
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

void judge(Generator& generator, bool open_loop) {
    const std::string share = show_percent(generator.busiest_share, 0);
    if (open_loop) {
        const std::uint64_t late = generator.release_lag.percentile(99);
        generator.bottleneck = late > late_release;
        if (generator.bottleneck)
            generator.problems.push_back("1% of the requests were released more than " +
                                         show(Nanoseconds{static_cast<std::int64_t>(late)}) +
                                         " after their time (busiest thread: " + share + " of a CPU)");
    } else if (generator.busiest_share >= busy) {
        generator.bottleneck = true;
        generator.problems.push_back("the busiest thread used " + share +
                                     " of a CPU: the target may be able to do more than was asked of it");
    }
    if (generator.stolen_share >= stolen)
        generator.problems.push_back("the host of this virtual machine took " + show_percent(generator.stolen_share, 1) +
                                     " of its CPU time: latencies hold that, too");
}

}  // namespace tollgate::loadtest
