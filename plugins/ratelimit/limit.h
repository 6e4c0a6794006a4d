// plugins/ratelimit/limit.h - Limit: what a key is held to, and by which algorithm; Decision: what came of a request.
//
// Pure: clocks are arguments. Buckets and logs go by the steady clock, windows and quotas by the wall clock, because
// their windows are those of people (and of other gateways).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace tollgate::ratelimit {

using Time = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::system_clock::time_point;

// A sixteenth of a nanosecond since the steady clock's epoch (36 years fit), so that rounding costs a client less than
// 0.01% of its rate at a million requests a second.
using Ticks = std::uint64_t;
inline constexpr Ticks ticks_per_nanosecond = 16;
inline constexpr Ticks longest_window = Ticks{1} << 62;  // nine years: what a bucket may take to fill
Ticks ticks_of(Time now) noexcept;

// The same instant by both clocks.
struct Moment {
    Moment(Time steady_time, WallTime wall_time = {}) noexcept  // NOLINT: a bucket's tests know one clock only
        : steady{ticks_of(steady_time)},
          wall{std::chrono::duration_cast<std::chrono::nanoseconds>(wall_time.time_since_epoch()).count()} {}
    Ticks steady;
    std::int64_t wall;  // nanoseconds since 1970
};

enum class Algorithm : std::uint8_t { token_bucket, sliding_window, sliding_log, fixed_window, quota, concurrency };

// Where windows begin: at multiples of their length since 1970 in UTC, or at a key's first request.
enum class Align : std::uint8_t { clock, first_use };

// Windows of a quota: a day, a week from Monday, a month, all in UTC.
enum class Calendar : std::uint8_t { none, day, week, month };

// A token bucket admits at most `burst` tokens, refilled evenly with `count` of them in `per`; the interval of a token
// is rounded up: never more is admitted than was declared. All others admit `count` in `per`, each in its own sense.
class Limit {
public:
    // A token bucket. `count`, `per` and `burst` above 0. One that would take longer than nine years to fill is cut to
    // nine.
    Limit(double count, std::chrono::nanoseconds per, std::int64_t burst) noexcept;
    // `count` from 0.001 to most_in_window; `per` a whole number of milliseconds, at least one (sliding_log: of ticks).
    static Limit windowed(Algorithm algorithm, double count, std::chrono::nanoseconds per,
                          Align align = Align::clock) noexcept;
    static Limit quota(double count, Calendar calendar) noexcept;
    static Limit at_once(std::int64_t count) noexcept;  // concurrency
    static constexpr double most_in_window = 4e9;

    Algorithm algorithm() const noexcept { return algorithm_; }
    Align align() const noexcept { return align_; }
    Calendar calendar() const noexcept { return calendar_; }
    double count() const noexcept { return count_; }
    std::chrono::nanoseconds per() const noexcept { return per_; }  // of a month 31 days, of concurrency 0
    std::int64_t burst() const noexcept { return burst_; }  // the most that whole requests may ever be admitted at once

    Ticks interval() const noexcept { return interval_; }  // token bucket: of one token
    Ticks window() const noexcept { return window_; }      // token bucket: from empty to full
    Ticks ticks(double tokens) const noexcept;             // token bucket: rounded up; 0 for what is not above 0

    std::uint64_t capacity() const noexcept { return capacity_; }  // the others: thousandths
    // What a cost is to this limit's algorithm: ticks, or thousandths; rounded up.
    std::uint64_t price(double cost) const noexcept;

    bool operator==(const Limit&) const noexcept = default;

private:
    Limit(Algorithm algorithm, double count, std::chrono::nanoseconds per, Align align, Calendar calendar) noexcept;

    Algorithm algorithm_ = Algorithm::token_bucket;
    Align align_ = Align::clock;
    Calendar calendar_ = Calendar::none;
    double count_;
    std::chrono::nanoseconds per_;
    std::int64_t burst_;
    Ticks interval_ = 1;
    Ticks window_ = 1;
    std::uint64_t capacity_ = 0;
};

struct Decision {
    bool admitted = false;
    bool forgot = false;                      // another key's counter had to make room for this one
    bool fresh = false;                       // the key has a place in memory that no key had before
    bool unavailable = false;                 // nobody could say: admitted or not without being counted
    std::int64_t remaining = 0;               // whole requests (of cost 1) left after this decision
    std::chrono::nanoseconds retry_after{0};  // admitted: 0; else until the same cost fits, if nobody else spends
    std::chrono::nanoseconds reset{0};        // until nothing is spent any more; fixed windows: until the next one
    std::chrono::nanoseconds delay{0};        // admitted, but not before this time has passed
    Ticks due = 0;                            // that moment, by the steady clock; 0: at once
    std::int64_t moved_from = 0;              // windows: the end of the one its counts were in until now; 0: in this
    std::uint64_t receipt = 0;                // for giving it back: when, or in which window, it was taken

    static constexpr std::chrono::nanoseconds never = std::chrono::nanoseconds::max();  // costs more than is ever there
    static constexpr std::chrono::nanoseconds unknown =
        std::chrono::nanoseconds::max() - std::chrono::nanoseconds{1};  // when another request ends
};

// As few digits as say it exactly.
std::string in_words(double number);

// One request's wish of one counter.
struct Ask {
    const Limit& limit;
    std::uint64_t price;  // Limit::price() of the cost
    Moment now;
    Ticks patience = 0;  // token bucket: how long it would wait for its tokens
};

}  // namespace tollgate::ratelimit
