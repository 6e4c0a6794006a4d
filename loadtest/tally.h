// loadtest/tally.h - Tally: what one thread writes down of its requests; added to the others' when the run is over.
#pragma once

#include "loadtest/requests.h"
#include "loadtest/results.h"

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tollgate::loadtest {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;

// One request on its way: who asks for what, and the first two of its three clocks.
struct Sample {
    std::uint32_t target = 0, key = 0;
    std::uint64_t number = 0;        // of its id
    TimePoint planned{}, sent{};
    bool measured = true;            // planned after the warm-up
};

// One thread's; nothing here is shared while the run goes on.
class Tally {
public:
    Tally(const Options& options, std::string run_id, unsigned thread);

    // The measured part begins. Samples planned before are the warm-up's.
    void begin(TimePoint begin) noexcept { begin_ = begin; }

    void plan(bool measured) noexcept { ++ledger(measured).planned; }
    void never_send(bool measured) noexcept { ++ledger(measured).never_sent; }
    void send(const Sample& sample) noexcept;
    void answer(const Sample& sample, int status, TimePoint done);
    enum class Ending : std::uint8_t { connection_error, timeout, aborted };
    void fail(const Sample& sample, Ending ending, std::string_view problem, TimePoint done);

    void release_lag(Nanoseconds lag) { release_lag_.record(lag); }
    void wait_for_connection() noexcept { ++waited_; }
    void connected(Nanoseconds time) { connecting_.record(time), ++opened_; }
    void received(std::size_t bytes) noexcept { received_ += bytes; }
    void wrote(std::size_t bytes) noexcept { wrote_ += bytes; }

    // Adds all of it to `results`, whose targets and keys are there already (blank()); or the totals alone, by status
    // and error, which is quick however many keys there are.
    enum class Extent : std::uint8_t { totals, whole };
    void add_to(Results& results, Extent extent) const;
    // Results with a line for each target and key, to which tallies can be added.
    static Results blank(const Options& options);

    std::uint64_t opened() const noexcept { return opened_; }  // connections
    // Until the last one that was done.
    TimePoint last_done() const noexcept { return last_done_; }
    // Answers that were there before `end`: what throughput is counted from.
    void end(TimePoint end) noexcept { end_ = end; }

private:
    struct TargetTally {
        std::unordered_map<int, std::uint64_t> codes, warmup_codes;
        std::uint64_t unanswered = 0, warmup_unanswered = 0;
        Histogram response{2};
    };
    struct KeyTally {
        ClassCounts classes{};
        std::uint64_t unanswered = 0;
        Histogram response{2};
    };
    Ledger& ledger(bool measured) noexcept { return measured ? measured_ : warmup_; }
    Interval& interval(TimePoint done);
    void add_targets_and_keys(Results& results) const;
    void add_timeline(Results& results) const;
    SlowRequest describe(const Sample& sample, TimePoint done) const;
    void remember_slow(const Sample& sample, int status, TimePoint done);
    void remember_failed(const Sample& sample, int status, std::string_view problem, TimePoint done);

    const Options& options_;
    const std::string run_id_;
    const unsigned thread_;
    const bool keep_key_latencies_;
    TimePoint begin_{}, last_done_{}, end_ = TimePoint::max();
    Ledger measured_, warmup_;
    std::array<std::unique_ptr<Latencies>, 1000> codes_;  // by status
    std::vector<TargetTally> targets_;
    std::vector<KeyTally> keys_;
    std::map<std::string, std::uint64_t, std::less<>> errors_;
    Histogram send_lag_{3}, release_lag_{3}, connecting_{3};
    std::uint64_t waited_ = 0, opened_ = 0, received_ = 0, wrote_ = 0;
    Nanoseconds interval_width_ = std::chrono::seconds{1};
    std::vector<Interval> timeline_;
    std::vector<SlowRequest> slowest_;  // a heap, the least slow on top
    std::vector<SlowRequest> failed_;   // the first ones
    std::uint64_t slow_enough_ = 0;     // ns; less does not enter the heap
};

// The bytes of a request's id. `out` has request_id_size of them.
void write_request_id(char* out, std::string_view run_id, unsigned thread, std::uint64_t number) noexcept;

}  // namespace tollgate::loadtest
