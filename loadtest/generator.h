// loadtest/generator.h - what the load was made with, and whether the load tester itself was what limited the figures.
#pragma once

#include "loadtest/results.h"

#include <cstdint>

namespace tollgate::loadtest {

// The share of all CPUs' time that the host of this virtual machine gave to others, since the meter was made.
class StolenTime {
public:
    StolenTime();
    double share() const;  // 0 where /proc/stat does not tell

private:
    struct Jiffies {
        std::uint64_t stolen = 0, all = 0;
    };
    static Jiffies read();
    Jiffies at_begin_;
};

// What the calling thread has had of the machine since it began.
struct ThreadUse {
    double cpu = 0;           // seconds, user and system
    long switches = 0;        // that it did not ask for
    double kept_waiting = 0;  // seconds in which it could have run, and another had its CPU
    static ThreadUse so_far();
};

// An open loop's generator is late when more than one request in a hundred was released later than this.
inline constexpr std::uint64_t late_release = 10'000'000;  // ns

// Sets `bottleneck` and `problems` from the other members.
void judge(Generator& generator, bool open_loop);

}  // namespace tollgate::loadtest
