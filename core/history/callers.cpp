// core/history/callers.cpp - remembering callers, and forgetting those who have not come for long.
#include "history/callers.h"

#include <algorithm>
#include <iterator>

namespace tollgate::history {

void CallerUsage::add(const CallerUsage& more) {
    if (more.last_seen > last_seen) {
        tier = more.tier;
        owner = more.owner;
        last_seen = more.last_seen;
    }
    if (id != more.id) id.clear();
    if (id.empty()) tier.clear();
    statuses.add(more.statuses);
    time += more.time;
    latencies.add(more.latencies);
    std::vector<Code> both;
    std::merge(recent.begin(), recent.end(), more.recent.begin(), more.recent.end(), std::back_inserter(both),
               [](const Code& a, const Code& b) { return a.at > b.at; });
    if (both.size() > Callers::kept_codes) both.resize(Callers::kept_codes);
    recent = std::move(both);
}

// Room for all of them at once: a table that grew would stop the loop for milliseconds, and slices would not fit.
Callers::Caller& Callers::of(std::string_view id) {
    if (last_ && last_->first == id) return last_->second;
    auto found = callers_.find(id);
    if (found == callers_.end()) {
        if (callers_.empty()) callers_.reserve(most_callers);
        if (callers_.size() >= most_callers) {
            last_ = nullptr;
            const auto oldest = callers_.find(*by_age_.back());
            by_age_.pop_back();
            callers_.erase(oldest);
        }
        found = callers_.try_emplace(std::string{id}).first;
        try {
            found->second.turn = by_age_.insert(by_age_.begin(), &found->first);
        } catch (...) {
            callers_.erase(found);
            throw;
        }
    } else {
        by_age_.splice(by_age_.begin(), by_age_, found->second.turn);
    }
    last_ = &*found;
    return found->second;
}

void Callers::count(const CallerName& name, int status, std::chrono::nanoseconds time, WallTime now) {
    Caller& caller = of(name.id);
    if (caller.owner != name.owner) caller.owner = name.owner;
    if (caller.tier != name.tier) caller.tier = name.tier;
    caller.statuses.add(status);
    caller.time += time;
    caller.latencies.count(time);
    caller.codes[caller.counted++ % kept_codes] = {now, status};
}

CallerUsage Callers::usage(const std::string& id, const Caller& caller) {
    CallerUsage usage{id,          caller.owner,      caller.tier, caller.statuses,
                      caller.time, last_seen(caller), {},          caller.latencies};
    for (std::size_t i = 0; i < std::min(caller.counted, kept_codes); ++i)
        usage.recent.push_back(caller.codes[(caller.counted - 1 - i) % kept_codes]);
    return usage;
}

std::optional<CallerUsage> Callers::find(std::string_view id) const {
    const auto found = callers_.find(id);
    if (found == callers_.end()) return std::nullopt;
    return usage(found->first, found->second);
}

void Callers::visit(std::size_t slice, const std::function<void(const std::string&, const Caller&)>& see) const {
    const std::size_t buckets = callers_.bucket_count();
    const std::size_t end = buckets * (slice + 1) / slices();
    for (std::size_t bucket = buckets * slice / slices(); bucket < end; ++bucket)
        for (auto one = callers_.begin(bucket); one != callers_.end(bucket); ++one) see(one->first, one->second);
}

std::vector<CallerTotals> Callers::totals(std::size_t slice) const {
    std::vector<CallerTotals> all;
    visit(slice, [&](const std::string& id, const Caller& caller) {
        all.push_back({id, caller.owner, caller.tier, caller.statuses, caller.time, last_seen(caller)});
    });
    return all;
}

std::optional<CallerUsage> Callers::of_owner(std::string_view owner, std::size_t slice) const {
    std::optional<CallerUsage> all;
    visit(slice, [&](const std::string& id, const Caller& caller) {
        if (caller.owner != owner) return;
        if (all) all->add(usage(id, caller));
        else all = usage(id, caller);
    });
    return all;
}

}  // namespace tollgate::history
