// core/upstream/roster.cpp - what happens to a target, seen beside the others, and telling of it.
#include "upstream/roster.h"

#include "support/log.h"
#include "support/text.h"
#include "upstream/upstream.h"

#include <algorithm>
#include <cmath>

namespace tollgate::upstream {

namespace {

constexpr const char* area = "upstream";

void count(Counter* counter) noexcept {
    if (counter) counter->add();
}

}  // namespace

Health& Roster::Member::health() const noexcept { return target->health; }

Roster::Member* Roster::find(const TargetState& target) noexcept {
    const auto found =
        std::find_if(members_.begin(), members_.end(), [&](const auto& m) { return m.target.get() == &target; });
    return found == members_.end() ? nullptr : &*found;
}

const Roster::Member* Roster::find(const TargetState& target) const noexcept {
    return const_cast<Roster*>(this)->find(target);
}

// Makes a change of the member's health, and tells where it went out or came in by it. `change` returns what happened.
template <class Change>
void Roster::change(const Member& member, net::TimePoint now, const Change& change) {
    Health& health = member.health();
    const auto before = health.out();
    const auto since = health.facts().since;
    const std::string what = change(health);
    const auto after = health.out();
    if (before == after) return;
    const std::string who = name_ + ": " + member.address;
    if (after == 0)
        log::info(area, who + " is in again after " + text::duration(now - since) + ": " + what);
    else if (before == 0)
        log::write(after == Health::drained ? Level::info : Level::warning, area, who + " is out: " + what);
    else
        log::info(area, who + " stays out: " + health.facts().why_out);
    judge_panic();
}

void Roster::follow(const Upstream& upstream, RosterFigures figures, net::TimePoint now) {
    const std::lock_guard lock{mutex_};
    const std::vector<Member> before = std::exchange(members_, {});
    name_ = upstream.name;
    for (std::size_t i = 0; i < upstream.targets.size(); ++i) {
        const auto& target = *upstream.targets[i];
        const bool known =
            std::any_of(before.begin(), before.end(), [&](const auto& m) { return m.target == target.shared_state(); });
        if (!known) target.state().health.begin(!before.empty() && upstream.slow_start.count() > 0, now);
        members_.push_back({std::string{target.address()}, target.shared_state(),
                            i < figures.targets.size() ? figures.targets[i] : RosterFigures::OfTarget{}});
    }
    const bool asks_anew = health_ != upstream.health;
    health_ = upstream.health;
    eject_ = upstream.eject;
    panic_ = upstream.panic;
    spared_ = figures.ejections_spared;
    for (const Member& member : members_) {
        if (asks_anew) member.health().check_anew();
        if (!health_)
            change(member, now, [&](Health& health) {
                health.forget_checks(now);
                return std::string{"it is checked no more"};
            });
        if (!eject_)
            change(member, now, [&](Health& health) {
                health.end_ejection(now);
                return std::string{"there is no ejection any more"};
            });
    }
    judge_panic();
}

void Roster::checked(const TargetState& target, const CheckResult& result, net::TimePoint now) {
    const std::lock_guard lock{mutex_};
    const Member* member = find(target);
    if (!member || !health_) return;
    count(result.passed ? member->figures.checks_passed : member->figures.checks_failed);
    if (!result.passed && log::enabled(Level::debug))
        log::debug(area, name_ + ": " + member->address + ": a check failed: " + result.found);
    change(*member, now, [&](Health& health) {
        health.check(result, *health_, now);
        const auto facts = health.facts();
        return result.passed ? text::count(facts.in_a_row, "check") + " passed in a row" : facts.why_out;
    });
}

net::Duration Roster::until_check(const TargetState& target, net::Duration pause, net::TimePoint now) const {
    const std::lock_guard lock{mutex_};
    const Member* member = find(target);
    const auto last = member ? member->health().last_checked() : net::TimePoint{};
    return last == net::TimePoint{} ? net::Duration::zero() : std::max(net::Duration::zero(), last + pause - now);
}

// At most the share that `most` says, though one of two and more in any case; and never the last that is in.
bool Roster::may_eject() const noexcept {
    std::size_t ejected = 0, in = 0;
    for (const Member& member : members_) {
        ejected += (member.health().out() & Health::ejected) != 0;
        in += member.health().out() == 0;
    }
    constexpr double rounding = 1e-9;
    const auto most =
        std::max<std::size_t>(1, std::size_t(std::floor(eject_->most * double(members_.size()) + rounding)));
    return ejected < most && in > 1;
}

void Roster::eject(TargetState& target, const std::string& why, net::TimePoint now) {
    const std::lock_guard lock{mutex_};
    const Member* member = find(target);
    target.health.failures.clear();
    if (!member || !eject_ || target.health.out() != 0) return;
    end_ejections_now(now);
    if (!may_eject()) return spare(*member, why, now);
    count(member->figures.ejections);
    change(*member, now, [&](Health& health) {
        const auto length = health.eject(why, *eject_, now);
        return "ejected for " + text::duration(length) + ": " + why;
    });
}

// Told at most once in the time that an ejection would have lasted: where all fail, all the time is too many.
void Roster::spare(const Member& member, const std::string& why, net::TimePoint now) {
    count(spared_);
    if (told_of_sparing_ != net::TimePoint{} && now - told_of_sparing_ < eject_->time) return;
    told_of_sparing_ = now;
    log::warning(area, name_ + ": " + member.address + " is not ejected, since too few others are in: " + why);
}

void Roster::end_ejections(net::TimePoint now) {
    const std::lock_guard lock{mutex_};
    end_ejections_now(now);
}

void Roster::end_ejections_now(net::TimePoint now) {
    for (const Member& member : members_)
        if ((member.health().out() & Health::ejected) && member.health().ejection_over(now))
            change(member, now, [&](Health& health) {
                health.end_ejection(now);
                return std::string{"its ejection is over"};
            });
}

bool Roster::drain(std::string_view address, bool out, net::TimePoint now) {
    const std::lock_guard lock{mutex_};
    for (const Member& member : members_) {
        if (member.address != address) continue;
        change(member, now, [&](Health& health) {
            health.drain(out, now);
            return std::string{out ? "drained by an operator" : "drained no more"};
        });
        return true;
    }
    return false;
}

void Roster::judge_panic() {
    std::size_t wanted = 0, in = 0;
    for (const Member& member : members_) {
        wanted += (member.health().out() & Health::drained) == 0;
        in += member.health().out() == 0;
    }
    const bool panics = double(in) < panic_ * double(wanted);
    if (panics == panicking_.exchange(panics, std::memory_order_relaxed)) return;
    const std::string count = std::to_string(in) + " of " + text::count(wanted, "target") + " in";
    if (panics)
        log::warning(area, name_ + ": panic: " + count + ", which is too few: all are taken for being in");
    else
        log::info(area, name_ + ": no panic any more: " + count);
}

Health::Facts Roster::facts(const TargetState& target) const {
    const std::lock_guard lock{mutex_};
    return target.health.facts();
}

}  // namespace tollgate::upstream
