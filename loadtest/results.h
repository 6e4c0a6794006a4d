// loadtest/results.h - Results: all that one run found out, as plain values, for reports, verdicts and comparisons.
#pragma once

#include "loadtest/histogram.h"
#include "loadtest/ledger.h"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::loadtest {

// 429 stands apart from 4xx: for who tests a limit it is an expected answer.
enum class StatusClass : std::uint8_t { informational, success, redirection, client_error, limited, server_error };
inline constexpr std::size_t status_classes = 6;
inline constexpr std::array<std::string_view, status_classes> status_class_names{"1xx", "2xx", "3xx",
                                                                                 "4xx", "429", "5xx"};
constexpr StatusClass class_of(int status) noexcept {
    if (status == 429) return StatusClass::limited;
    if (status < 200) return StatusClass::informational;
    if (status < 300) return StatusClass::success;
    if (status < 400) return StatusClass::redirection;
    return status < 500 ? StatusClass::client_error : StatusClass::server_error;
}
constexpr double share_of(std::uint64_t part, std::uint64_t whole) noexcept {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}
using ClassCounts = std::array<std::uint64_t, status_classes>;

// From the three clocks of each answered request: planned, sent, done. Nanoseconds.
struct Latencies {
    Histogram response{3};  // done - planned: what a caller who came on time has waited
    Histogram service{3};   // done - sent
    std::uint64_t in_time = 0;  // answers that were there before the measured part was over
};

struct TargetResults {
    std::string name;                          // "GET http://127.0.0.1:8080/orders"
    std::map<int, std::uint64_t> codes;        // answered, by status
    std::uint64_t unanswered = 0;              // sent, and no whole answer came
    Histogram response{2};
};

struct KeyResults {
    std::string name;                          // never the key itself
    ClassCounts classes{};
    std::uint64_t unanswered = 0;
    std::optional<Histogram> response;         // two digits; none where there are more than 1,000 keys
};

// A slice of the run, by when requests were done.
struct Interval {
    ClassCounts classes{};
    std::uint64_t unanswered = 0;
    std::array<Histogram, status_classes> response{Histogram{2}, Histogram{2}, Histogram{2},
                                                   Histogram{2}, Histogram{2}, Histogram{2}};
};

struct SlowRequest {
    std::string id;                            // "" where requests carry none
    std::string target, key;                   // names; key "" where there are none
    int status = 0;                            // 0: no whole answer
    std::string problem;                       // then: "timeout", "reset", ...
    double planned_at = 0;                     // seconds since the measured part began
    std::uint64_t response = 0, service = 0;   // ns
};

// What the load was made with, and whether that was enough.
struct Generator {
    unsigned threads = 0;
    double cpu_seconds = 0;                    // of all threads, in the measured part
    double busiest_share = 0;                  // of one CPU, by the busiest thread
    std::uint64_t involuntary_switches = 0;    // other programs wanted our CPU
    double kept_waiting_share = 0;             // of the time, the worst thread, for a CPU that others had
    double stolen_share = 0;                   // of all CPUs, by the host of this virtual machine
    Histogram send_lag{3};                     // sent - planned, ns; open loop only
    Histogram release_lag{3};                  // of it the generator's own part: planned until its loop came to it
    std::uint64_t waited_for_connection = 0;   // open loop: requests that found all connections busy
    bool bottleneck = false;                   // why: in `problems`
    std::vector<std::string> problems;         // "generator: 98% of a CPU ...", for people
};

// Warm-up requests: in no figure but in these, which reconciling needs.
struct Warmup {
    Ledger ledger;
    std::vector<std::map<int, std::uint64_t>> codes;  // by target
    std::vector<std::uint64_t> unanswered;            // by target
};

// One line of the reconciliation: what we saw of a route (or of several that cannot be told apart) and a status.
struct ReconciledRow {
    std::string route;                         // "GET /orders/:id", or "GET /search | * /search/**"
    int status = 0;
    std::uint64_t answered = 0;                // by our count, warm-up included
    std::uint64_t most = 0;                    // answered, and what may have been answered so without our seeing it
    std::uint64_t counted = 0;                 // by the gateway's
    bool holds = true;
};

// What the gateway's own metrics say of the same time.
struct GatewayView {
    std::string url;
    std::string problem;                       // "": scraped; else why there is nothing to compare
    std::vector<ReconciledRow> rows;
    bool compared = false;                     // it was asked whether the counts agree
    bool reconciled = false;                   // and they do
    std::int64_t residual = 0;                 // counted beyond `most`, or missing below `answered` (negative)
    std::string cause;                         // of a residual: foreign traffic, counter bug, restart
    struct RouteLatency {
        std::string route;
        std::uint64_t count = 0;
        double mean = 0, p50 = 0, p90 = 0, p99 = 0;  // seconds; percentiles interpolated within buckets,
        double bound = 0;                            // but for the first: of one there only its bound is known, this
    };
    // By route, then "(gateway alone)", its own time, and "(upstream NAME)", from an attempt to its first byte.
    std::vector<RouteLatency> latencies;
    std::map<int, std::uint64_t> codes;        // all routes
    std::uint64_t limited_by_plugin = 0;       // tollgate_ratelimit_refused_total
    std::vector<std::string> notes;            // "its histogram ... cannot be right: ..."
};

struct ThresholdResult {
    std::string expression;
    double value = 0;
    std::string unit;                          // of `value`: "ns", "ratio" (of 1), "1/s"; "" for counts
    std::string shown;                         // "2.10 ms", "0.04%", "no sample"
    bool holds = false;
    bool aborted_run = false;
};

struct Results {
    // What was asked.
    std::string run_id;                        // eight hex digits
    std::string version;                       // of the loadtester
    std::string started;                       // "2026-11-21T09:00:00.123Z"
    std::string command;                       // with keys left out
    std::string shape;                         // "open loop 4.0k/s constant, 30 s, 2 threads, 64 connections, 4 keys"
    std::string url;                           // of the first target
    bool open_loop = false;
    double planned_rate = 0;                   // mean of the plan; 0 in a closed loop
    std::uint64_t seed = 1;
    // Of two runs that are compared these must agree: name -> value ("connections" -> "64").
    std::map<std::string, std::string> configuration;

    // What happened.
    bool interrupted = false;                  // Ctrl-C, or a threshold with `abort:`
    double seconds = 0;                        // of the measured part: from its begin to the end of planning
    std::uint64_t answered_in_time = 0;        // whole answers that were there within `seconds`
    double throughput() const noexcept {       // of them, a second
        return seconds > 0 ? static_cast<double>(answered_in_time) / seconds : 0;
    }
    double drained_seconds = 0;                // until the last answer after it
    Ledger ledger;
    std::map<int, Latencies> codes;            // by status; count = codes[n].response.count()
    std::map<std::string, std::uint64_t> errors;  // "refused", "reset", "closed early", "timeout", ...
    std::uint64_t bytes_received = 0, bytes_sent = 0;
    std::uint64_t connections_opened = 0;
    Histogram connecting{3};                   // TCP and TLS, ns
    std::vector<TargetResults> targets;
    std::vector<KeyResults> keys;
    double interval_seconds = 1;
    std::vector<Interval> timeline;            // the first begins with the measured part
    std::vector<SlowRequest> slowest;          // slowest first, by response time
    std::vector<SlowRequest> failed;           // the first that had no answer, or 5xx; as many as slowest
    Generator generator;
    Warmup warmup;

    // What it is held against.
    std::optional<GatewayView> gateway;
    std::vector<ThresholdResult> thresholds;
    std::vector<std::string> expected;         // statuses and classes
    std::uint64_t unexpected = 0;              // answered otherwise, or not at all
    int exit_code = 0;
    std::vector<std::string> verdict;          // why exit_code is not 0, worst first

    Latencies of_class(StatusClass which) const;
    ClassCounts class_counts() const;
    Histogram all_responses() const;
    double jain_index() const;                 // of the keys' 2xx counts; 1 is perfectly fair, also without keys
};

}  // namespace tollgate::loadtest
