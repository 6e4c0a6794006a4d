// loadtest/verify/too_much.cpp - the bounds of too_much.h, each looked for in one pass.
#include "loadtest/verify/too_much.h"

#include "loadtest/verify/crowd.h"
#include "loadtest/verify/quota.h"

#include <algorithm>
#include <cmath>

namespace tollgate::loadtest::verify {

namespace {

constexpr double rounding = 1e-6;  // of requests: what doubles may be off by

double in_seconds(std::int64_t moment) { return static_cast<double>(moment) * 1e-9; }

class Search {
public:
    Search(const Limit& limit, const Evidence& evidence, const Clocks& clocks)
        : limit_{limit}, evidence_{evidence}, clocks_{clocks} {}

    // At most `burst` and leases + rate * T in any T, and after each of the refusals less than 1 and leases + rate * T.
    void along_a_line(double burst, const std::vector<bool>& by_this) {
        struct Begin {
            std::size_t first;  // of Evidence::sent() that counts
            std::int64_t at;
            double allowance;
        };
        const auto& sent = evidence_.sent();
        std::vector<Begin> begins;
        for (std::size_t i = 0; i < sent.size(); ++i) begins.push_back({i, sent[i], burst + limit_.leased});
        for (std::size_t i = 0; i < by_this.size(); ++i) {
            if (!by_this[i]) continue;
            const Record& refusal = evidence_.records()[i];
            const auto first = std::lower_bound(sent.begin(), sent.end(), refusal.done) - sent.begin();
            begins.push_back({static_cast<std::size_t>(first), refusal.sent, 1 + limit_.leased});
        }
        std::sort(begins.begin(), begins.end(), [](const Begin& a, const Begin& b) { return a.first < b.first; });
        // The begin that leaves least for the time after it is the worst one for every end.
        const double rate = limit_.per_second() * (1 + clocks_.drift);
        const auto left = [&](const Begin& begin) {
            return begin.allowance - rate * in_seconds(begin.at) + static_cast<double>(begin.first);
        };
        const Begin* worst = nullptr;
        std::size_t next = 0;
        for (std::size_t j = 0; j < sent.size(); ++j) {
            for (; next < begins.size() && begins[next].first <= j; ++next)
                if (!worst || left(begins[next]) < left(*worst)) worst = &begins[next];
            if (!worst) continue;
            const std::int64_t end = evidence_.done()[j];
            const double time = in_seconds(end - worst->at + clocks_.behind.count());
            offer({worst->at, end, static_cast<double>(j - worst->first + 1), worst->allowance + rate * time});
        }
    }

    // Never more than the count in less than a window.
    void in_every_window() {
        const auto& done = evidence_.done();
        std::size_t end = 0;
        for (std::size_t i = 0; i < evidence_.sent().size(); ++i) {
            const std::int64_t from = evidence_.sent()[i];
            while (end < done.size() && done[end] < from + shortest_window()) ++end;
            if (end > i)
                offer({from, done[end - 1], static_cast<double>(end - i), in_one_window()});
        }
    }

    void in_the_window_after(const std::vector<bool>& by_this) {
        for (std::size_t i = 0; i < by_this.size(); ++i) {
            if (!by_this[i]) continue;
            const Record& refusal = evidence_.records()[i];
            const std::int64_t to = refusal.sent + shortest_window();
            const auto admitted = static_cast<double>(evidence_.surely(refusal.done, to));
            offer({refusal.done, to, admitted, in_one_window()});
        }
    }

    const std::optional<Offence>& worst() const noexcept { return worst_; }

private:
    double in_one_window() const { return std::floor(limit_.count + rounding) + limit_.leased; }

    // By the client's clock, as short as it may seem.
    std::int64_t shortest_window() const {
        const auto window = static_cast<double>(limit_.window.count()) * (1 - clocks_.drift);
        return static_cast<std::int64_t>(window) - clocks_.behind.count();
    }

    void offer(const Offence& offence) {
        if (offence.admitted <= offence.bound + rounding) return;
        if (!worst_ || offence.by() > worst_->by()) worst_ = offence;
    }

    const Limit& limit_;
    const Evidence& evidence_;
    const Clocks& clocks_;
    std::optional<Offence> worst_;
};

}  // namespace

std::optional<Offence> too_much(const Limit& limit, const Evidence& evidence, const std::vector<bool>& by_this,
                                const Clocks& clocks) {
    Search search{limit, evidence, clocks};
    switch (limit.algorithm) {
        case Algorithm::token_bucket: search.along_a_line(limit.most(), by_this); break;
        case Algorithm::sliding_window: search.along_a_line(limit.count, by_this); break;
        case Algorithm::sliding_log: search.in_every_window(); break;
        case Algorithm::fixed_window:
            search.along_a_line(2 * limit.count, {});
            search.in_the_window_after(by_this);
            break;
        case Algorithm::quota: return too_much_of_quota(limit, evidence, clocks);
        case Algorithm::concurrency: return crowd_of(limit, evidence, clocks).offence;
    }
    return search.worst();
}

}  // namespace tollgate::loadtest::verify
