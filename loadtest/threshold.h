// loadtest/threshold.h - Threshold: "p99{2xx}<50ms", what a run is held against.
#pragma once

#include "loadtest/results.h"
#include "loadtest/status_filter.h"

#include <optional>
#include <string>
#include <string_view>

namespace tollgate::loadtest {

// [abort:]FIGURE OP VALUE, where OP is one of < <= > >= == != and FIGURE one of
//   p99{2xx}, max, mean, min       of response times; {...}: of answers with these statuses
//   service_p99{2xx}, service_max  of service times
//   send_lag_p99, connect_p99      of how late requests were sent, and how long connections took to make
//   rate(5xx), count(timeout)      the share, and the number, of requests that ended so
//   rps, rps(2xx)                  answers a second
// and between the brackets one or several, by commas, of the words of StatusFilter, "all" (answered), "errors" (those
// without a whole answer), "timeout", "conn_error", "aborted"; alone also "unexpected" (by --expect).
class Threshold {
public:
    // Throws UsageError, in whose text `where` is the first word.
    static Threshold parse(std::string_view text, std::string_view where = "--threshold");

    ThresholdResult evaluate(const Results& results) const;
    // Whether it says `abort:` and what there is so far is enough to say that it is broken: what can still become true
    // (a count or a rate that is to be high enough) is not, and shares and percentiles are judged from 100 requests on.
    bool calls_for_abort(const Results& so_far) const;

    const std::string& text() const noexcept { return text_; }
    bool aborts() const noexcept { return aborts_; }
    // Of send lags, which only an open loop has.
    bool needs_schedule() const noexcept { return clock_ == Clock::send_lag; }

private:
    enum class Figure : std::uint8_t { percentile, min, max, mean, share, count, per_second };
    enum class Clock : std::uint8_t { response, service, send_lag, connect };
    enum class Operator : std::uint8_t { less, at_most, more, at_least, equal, different };
    // Which requests count.
    struct Requests {
        bool all = true;  // answered
        StatusFilter statuses;
        bool timeouts = false, connection_errors = false, aborted = false, unexpected = false;
        std::uint64_t count(const Results& results) const;
    };
    struct Sample {
        double value = 0;
        std::uint64_t of = 0;  // how many requests it is made from
    };
    class Parser;

    bool is_duration() const noexcept { return figure_ <= Figure::mean; }
    Histogram histogram(const Results& results) const;
    std::optional<Sample> sample(const Results& results) const;  // nullopt: there is none yet
    bool holds(double value) const noexcept;
    std::string show_value(double value) const;

    std::string text_;
    bool aborts_ = false;
    Figure figure_ = Figure::percentile;
    double percent_ = 0;
    Clock clock_ = Clock::response;
    Requests requests_;
    Operator operator_ = Operator::less;
    double limit_ = 0;  // ns, of 1, or a number
};

}  // namespace tollgate::loadtest
