// loadtest/verify/record.h - Record: what a client knows of one request; Evidence: those of one key, put in order.
//
// All that is proven is proven from this alone. The gateway decided over a request at some moment between its being
// sent and its answer's last byte, both by the client's clock; the clock that it decided by may have been a little
// behind (it is read once a turn of a loop), by at most Clocks::behind.
#pragma once

#include "loadtest/quantities.h"

#include <cstdint>
#include <span>
#include <vector>

namespace tollgate::loadtest::verify {

enum class Outcome : std::uint8_t {
    admitted,
    refused,  // 429
    unclear,  // no answer, or one that may come from before or behind the limit: it may have been admitted
};

struct Record {
    std::int64_t sent = 0, done = 0;  // nanoseconds since the drive began
    Outcome outcome = Outcome::unclear;
    std::uint32_t id = 0;  // the caller's
};

// What is known of the gateway's clocks.
struct Clocks {
    Nanoseconds behind = std::chrono::milliseconds{5};  // how far it may be when it decides
    double drift = 0.0005;      // of its clock against ours: as fast as NTP moves one
    std::int64_t wall = 0;      // when the drive began, nanoseconds since 1970: quotas go by that clock
    Nanoseconds wall_off{0};    // how far the gateway's may be from that, either way
};

// Of all requests that count against one limit's key. Sorted once, looked at by every check.
class Evidence {
public:
    explicit Evidence(std::span<const Record> records);

    const std::vector<Record>& records() const noexcept { return records_; }  // by when they were sent
    // When admitted requests were sent and done, each list sorted by itself: request k of one is not that of the other,
    // but at least j - i + 1 requests were both sent at sent[i] or later, and done at done[j] or before.
    const std::vector<std::int64_t>& sent() const noexcept { return sent_; }
    const std::vector<std::int64_t>& done() const noexcept { return done_; }
    // The same of all that may have been admitted.
    const std::vector<std::int64_t>& perhaps_sent() const noexcept { return perhaps_sent_; }
    const std::vector<std::int64_t>& perhaps_done() const noexcept { return perhaps_done_; }

    // How many were admitted for sure between `from` and `to`; how many perhaps.
    std::size_t surely(std::int64_t from, std::int64_t to) const noexcept;
    std::size_t perhaps(std::int64_t from, std::int64_t to) const noexcept;

private:
    std::vector<Record> records_;
    std::vector<std::int64_t> sent_, done_, perhaps_sent_, perhaps_done_;
};

// An interval in which a limit was not what it promises.
struct Offence {
    std::int64_t from = 0, to = 0;  // of the client's clock
    double admitted = 0;            // in it
    double bound = 0;               // of too much: at most so many; of too little: at least
    double by() const noexcept { return admitted > bound ? admitted - bound : bound - admitted; }
};

}  // namespace tollgate::loadtest::verify
