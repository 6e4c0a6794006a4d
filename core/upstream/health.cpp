// core/upstream/health.cpp - how a target goes out and comes in.
#include "upstream/health.h"

#include "support/text.h"

#include <algorithm>
#include <vector>

namespace tollgate::upstream {

double Health::warmth(net::Duration slow_start, net::TimePoint now) const noexcept {
    constexpr double coldest = 0.1;  // without requests nothing warms up
    const auto since = warming_since_.load(std::memory_order_relaxed);
    if (since == net::TimePoint{} || slow_start <= net::Duration::zero()) return 1;
    return std::clamp(double((now - since).count()) / double(slow_start.count()), coldest, 1.0);
}

void Health::set(Reasons reason, bool holds, net::TimePoint now) noexcept {
    const Reasons before = out(), after = Reasons(holds ? before | reason : before & ~reason);
    if ((before == 0) != (after == 0)) since_ = now;
    if (before != 0 && after == 0) {
        warming_since_.store(now, std::memory_order_relaxed);
        failures.clear();
    }
    out_.store(after, std::memory_order_relaxed);
}

void Health::begin(bool warming, net::TimePoint now) noexcept {
    out_.store(0, std::memory_order_relaxed);
    checked_ = Checked::never;
    check_anew();
    failures.clear();
    since_ = now;
    warming_since_.store(warming ? now : net::TimePoint{}, std::memory_order_relaxed);
}

void Health::check(const CheckResult& result, const CheckSettings& settings, net::TimePoint now) {
    const bool first = checked_ == Checked::never;
    ++(result.passed ? passed_ : failed_);
    in_a_row_ = first || result.passed != last_passed_ ? 1 : in_a_row_ + 1;
    last_passed_ = result.passed;
    last_checked_ = now;
    found_ = result.found;
    if (result.passed && (first || (checked_ == Checked::failing && in_a_row_ >= settings.rise))) {
        const bool was_down = checked_ == Checked::failing;
        checked_ = Checked::passing;
        if (was_down) end_ejection(now);
        set(down, false, now);
    } else if (!result.passed && (first || (checked_ == Checked::passing && in_a_row_ >= settings.fall))) {
        checked_ = Checked::failing;
        why_down_ = first ? "the first check failed: " + found_
                          : text::count(in_a_row_, "check") + " failed in a row, the last: " + found_;
        set(down, true, now);
    }
}

void Health::forget_checks(net::TimePoint now) noexcept {
    checked_ = Checked::never;
    check_anew();
    set(down, false, now);
}

net::Duration Health::eject(std::string why, const EjectSettings& settings, net::TimePoint now) {
    if (ejections_ > 0) {
        const auto good = std::max<std::int64_t>(0, (now - ejection_ended_) / settings.time);
        recent_ejections_ -= std::uint32_t(std::min<std::int64_t>(recent_ejections_, good));
    }
    ++ejections_;
    ++recent_ejections_;
    const auto length = std::min<net::Duration>(settings.time * recent_ejections_, settings.longest);
    why_ejected_ = std::move(why);
    ejected_until_.store(now + length, std::memory_order_relaxed);
    failures.clear();
    set(ejected, true, now);
    return length;
}

void Health::end_ejection(net::TimePoint now) noexcept {
    if ((out() & ejected) == 0) return;
    ejection_ended_ = std::min(now, ejected_until_.load(std::memory_order_relaxed));
    set(ejected, false, now);
}

Health::Facts Health::facts() const {
    std::vector<std::string> why;
    if (out() & drained) why.emplace_back("drained by an operator");
    if (out() & down) why.push_back(why_down_);
    if (out() & ejected) why.push_back("ejected: " + why_ejected_);
    return {since_,
            text::join(why, "; "),
            checked_,
            passed_,
            failed_,
            in_a_row_,
            found_,
            ejections_,
            ejected_until_.load(std::memory_order_relaxed)};
}

}  // namespace tollgate::upstream
