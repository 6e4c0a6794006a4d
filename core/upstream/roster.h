// core/upstream/roster.h - Roster: the targets of one upstream together: who may go out, and when all are taken anyway.
#pragma once

#include <tollgate/host.h>

#include "net/timers.h"
#include "upstream/health.h"
#include "upstream/settings.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::upstream {

struct TargetState;
struct Upstream;

// Where a roster counts; whoever gives them keeps them as long as it. Null: nowhere.
struct RosterFigures {
    struct OfTarget {
        Counter *checks_passed = nullptr, *checks_failed = nullptr, *ejections = nullptr;
    };
    std::vector<OfTarget> targets{};  // in the upstream's order; none: for no target
    Counter* ejections_spared = nullptr;
};

// Outlives configurations, and goes by the one that it follows: what is reported of others' targets changes nothing.
// Any thread. Each change of a target is logged once. Changes are rare, and take a lock.
class Roster {
public:
    // The upstream as it is from now on. Targets that are new beside older ones begin slowly, where there is a slow
    // start; reasons to be out that it has no settings for any more end.
    void follow(const Upstream& upstream, RosterFigures figures, net::TimePoint now);

    void checked(const TargetState& target, const CheckResult& result, net::TimePoint now);
    // How long until the target is to be checked: at once where it was not yet, else a pause after the last time.
    net::Duration until_check(const TargetState& target, net::Duration pause, net::TimePoint now) const;
    // Too many attempts have failed. It goes out, unless too many others are.
    void eject(TargetState& target, const std::string& why, net::TimePoint now);
    // Lets those in again whose ejection is over.
    void end_ejections(net::TimePoint now);
    // False where there is no such target.
    bool drain(std::string_view address, bool out, net::TimePoint now);

    // Too few are in: all count as in, but for those that an operator has drained. A load.
    bool panicking() const noexcept { return panicking_.load(std::memory_order_relaxed); }
    // What is known of a target, at one moment.
    Health::Facts facts(const TargetState& target) const;

private:
    struct Member {
        std::string address;
        std::shared_ptr<TargetState> target;
        RosterFigures::OfTarget figures;
        Health& health() const noexcept;
    };
    // All with the lock held.
    Member* find(const TargetState& target) noexcept;
    const Member* find(const TargetState& target) const noexcept;
    template <class Change>
    void change(const Member& member, net::TimePoint now, const Change& change);
    void end_ejections_now(net::TimePoint now);
    bool may_eject() const noexcept;
    void spare(const Member& member, const std::string& why, net::TimePoint now);
    void judge_panic();

    mutable std::mutex mutex_;
    std::string name_;
    std::vector<Member> members_;
    std::optional<CheckSettings> health_;
    std::optional<EjectSettings> eject_;
    double panic_ = 0;
    Counter* spared_ = nullptr;
    net::TimePoint told_of_sparing_{};
    std::atomic<bool> panicking_{false};
};

}  // namespace tollgate::upstream
