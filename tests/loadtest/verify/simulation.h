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
          level_{limit.most()} {}

    // So many at once, or none of them.
    bool admits(double now, int requests = 1) {
        switch (limit_.algorithm) {
            case Algorithm::token_bucket: return bucket(now, requests);
            case Algorithm::sliding_log: return log(now, requests);
            case Algorithm::fixed_window: return fixed(now, requests);
            case Algorithm::sliding_window: return sliding(now, requests);
            case Algorithm::quota:
            case Algorithm::concurrency: break;
        }
        return true;
    }
    // Of a bucket in mode "delay": how long whoever was just admitted has to wait for his token.
    double wait() const {
        const double line = limit_.per_second() * loadtest::seconds(limit_.longest_delay);
        return std::max(0.0, line - level_) / limit_.per_second();
    }
    // When what was admitted now counts no more: the end of its window.
    double end_of_window(double now) const {
        if (limit_.algorithm == Algorithm::token_bucket) return 1e9;
        if (limit_.algorithm == Algorithm::sliding_log) return now + window_;
        if (first_use_) return begin_ + window_;
        return (std::floor((now - phase_) / window_) + 1) * window_ + phase_;
    }

private:
    bool bucket(double now, int requests) {
        level_ = std::min(limit_.most(), level_ + (now - at_) * limit_.per_second());
        at_ = now;
        if (level_ < requests) return false;
        level_ -= requests;
        return true;
    }
    bool log(double now, int requests) {
        while (!admitted_.empty() && admitted_.front() <= now - window_) admitted_.pop_front();
        if (double(admitted_.size()) + requests > limit_.count) return false;
        admitted_.insert(admitted_.end(), std::size_t(requests), now);
        return true;
    }
    bool fixed(double now, int requests) {
        if (first_use_ && now >= begin_ + window_) {
            begin_ = now;
            count_ = 0;
        }
        double& count = first_use_ ? count_ : windows_[long(std::floor((now - phase_) / window_))];
        if (count + requests > limit_.count) return false;
        count += requests;
        return true;
    }
    bool sliding(double now, int requests) {
        const double position = (now - phase_) / window_, number = std::floor(position);
        double& current = windows_[long(number)];
        const double before = windows_.contains(long(number) - 1) ? windows_[long(number) - 1] : 0;
        if (current + before * (1 - (position - number)) + requests > limit_.count) return false;
        current += requests;
        return true;
    }

    Limit limit_;
    double window_, phase_;
    bool first_use_;
    double level_, at_ = 0, begin_ = -1e9, count_ = 0;
    std::deque<double> admitted_;
    std::map<long, double> windows_;
};

// Gateways that take up to `lease` requests from one limiter beforehand, and are asked in turn. What they have not
// spent when a second or its window is over is lost.
class Leasing {
public:
    Leasing(Limiter common, int gateways, int lease)
        : common_{std::move(common)}, lease_{lease}, held_(std::size_t(gateways)) {}

    bool admits(double now) {
        Held& held = held_[turn_++ % held_.size()];
        if (now >= held.ends) held.requests = 0;
        if (held.requests == 0 && common_.admits(now, lease_)) {
            held = {lease_, std::min(now + 1, common_.end_of_window(now))};
        } else if (held.requests == 0) {
            return common_.admits(now);
        }
        --held.requests;
        return true;
    }
    double wait() const { return 0; }

private:
    struct Held {
        int requests = 0;
        double ends = 0;
    };
    Limiter common_;
    int lease_;
    std::vector<Held> held_;
    std::size_t turn_ = 0;
};

struct Load {
    double rate = 300, duration = 10;  // requests a second, seconds
    double latency = 0.02;             // each takes from none to so long, and is decided somewhere in between
    double pause_from = 0, pause_to = 0;
};

// Asks evenly, with jitter; everything is drawn by `seed`.
template <class AnyLimiter>
std::vector<Record> drive(AnyLimiter limiter, const Load& load, unsigned seed) {
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
    for (const Asked& asked : all) {
        const bool in = limiter.admits(asked.decided);
        records.push_back({moment(asked.sent), moment(asked.done + (in ? limiter.wait() : 0)) + 1,
                           in ? Outcome::admitted : Outcome::refused});
    }
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
