// tests/loadtest/verify/simulation.h - limiters that are right, or wrong by a known share, and clients that ask them.
#pragma once

#include "loadtest/verify/limit.h"
#include "loadtest/verify/record.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <random>
#include <vector>

namespace tollgate::test {

using loadtest::verify::Algorithm;
using loadtest::verify::Limit;
using loadtest::verify::Outcome;
using loadtest::verify::Record;

// Decides as the definition of the algorithm says, without any of the gateway's arithmetic. Seconds.
class Limiter {
public:
    // Of windows, `phase` is where they begin (of a sliding or an aligned one); `first_use`: with a first request.
    explicit Limiter(const Limit& limit, double phase = 0, bool first_use = false)
        : limit_{limit},
          window_{loadtest::seconds(limit.window)},
          phase_{phase},
          first_use_{first_use},
          level_{limit.burst} {}

    bool admits(double now) {
        switch (limit_.algorithm) {
            case Algorithm::token_bucket: return bucket(now);
            case Algorithm::sliding_log: return log(now);
            case Algorithm::fixed_window: return fixed(now);
            case Algorithm::sliding_window: return sliding(now);
            case Algorithm::quota:
            case Algorithm::concurrency: break;
        }
        return true;
    }

private:
    bool bucket(double now) {
        level_ = std::min(limit_.burst, level_ + (now - at_) * limit_.per_second());
        at_ = now;
        if (level_ < 1) return false;
        level_ -= 1;
        return true;
    }
    bool log(double now) {
        while (!admitted_.empty() && admitted_.front() <= now - window_) admitted_.pop_front();
        if (double(admitted_.size()) + 1 > limit_.count) return false;
        admitted_.push_back(now);
        return true;
    }
    bool fixed(double now) {
        if (first_use_ && now >= begin_ + window_) {
            begin_ = now;
            count_ = 0;
        }
        double& count = first_use_ ? count_ : windows_[long(std::floor((now - phase_) / window_))];
        if (count + 1 > limit_.count) return false;
        count += 1;
        return true;
    }
    bool sliding(double now) {
        const double position = (now - phase_) / window_, number = std::floor(position);
        double& current = windows_[long(number)];
        const double before = windows_.contains(long(number) - 1) ? windows_[long(number) - 1] : 0;
        if (current + before * (1 - (position - number)) + 1 > limit_.count) return false;
        current += 1;
        return true;
    }

    Limit limit_;
    double window_, phase_;
    bool first_use_;
    double level_, at_ = 0, begin_ = -1e9, count_ = 0;
    std::deque<double> admitted_;
    std::map<long, double> windows_;
};

struct Load {
    double rate = 300, duration = 10;  // requests a second, seconds
    double latency = 0.02;             // each takes from none to so long, and is decided somewhere in between
    double pause_from = 0, pause_to = 0;
};

// Asks evenly, with jitter; everything is drawn by `seed`.
inline std::vector<Record> drive(Limiter limiter, const Load& load, unsigned seed) {
    struct Asked {
        double sent, decided, done;
    };
    std::mt19937 random{seed};
    std::uniform_real_distribution<double> share{0, 1};
    std::vector<Asked> all;
    for (double at = 1; at < 1 + load.duration; at += 1 / load.rate) {
        if (at >= load.pause_from && at < load.pause_to) continue;
        const double sent = at + share(random) / load.rate, latency = share(random) * load.latency;
        all.push_back({sent, sent + share(random) * latency, sent + latency});
    }
    std::sort(all.begin(), all.end(), [](const Asked& a, const Asked& b) { return a.decided < b.decided; });
    std::vector<Record> records;
    const auto moment = [](double time) { return std::int64_t(time * 1e9); };
    for (const Asked& asked : all)
        records.push_back({moment(asked.sent), moment(asked.done) + 1,
                           limiter.admits(asked.decided) ? Outcome::admitted : Outcome::refused});
    return records;
}

// As a gateway would hold to it that counts `share` too much.
inline Limit wrong_by(Limit limit, double share) {
    limit.count *= 1 + share;
    return limit;
}

// As one would whose windows are longer by `share`; of a bucket, that fills more slowly.
inline Limit longer_by(Limit limit, double share) {
    limit.window = loadtest::Nanoseconds{std::int64_t(double(limit.window.count()) * (1 + share))};
    return limit;
}

}  // namespace tollgate::test
