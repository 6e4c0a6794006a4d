// core/gateway/usage_reports.cpp - asking every loop, and adding up.
#include "gateway/usage_reports.h"

#include "gateway/loop_share.h"
#include "plugins/plugin_host.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <map>

namespace tollgate {

using history::CallerTotals;
using history::CallerUsage;
using history::Callers;

// What `ask` returns on each loop. A loop that stops destroys what was posted, and its promise with it.
template <class Ask>
auto UsageReports::ask(Ask ask) const {
    using Answer = std::invoke_result_t<Ask&, LoopShare&>;
    constexpr std::chrono::seconds patience{5};
    std::vector<std::future<Answer>> coming;
    for (const auto& share : shares_) {
        auto told = std::make_shared<std::promise<Answer>>();
        coming.push_back(told->get_future());
        const auto job = [ask, &share = *share, tell = std::exchange(told, nullptr)]() mutable {
            try {
                tell->set_value(ask(share));
            } catch (...) {
                tell->set_exception(std::current_exception());
            }
        };
        if (!loops_.post(share->loop.number(), job)) throw LoopsSilent{"the loops do not run"};
    }
    const auto end = std::chrono::steady_clock::now() + patience;
    std::vector<Answer> answers;
    for (auto& answer : coming) {
        if (answer.wait_until(end) != std::future_status::ready)
            throw LoopsSilent{"a loop has not answered in time"};
        try {
            answers.push_back(answer.get());
        } catch (const std::future_error&) {
            throw LoopsSilent{"a loop was stopped before its answer"};
        }
    }
    return answers;
}

history::Analytics UsageReports::analytics(int hours) const {
    const auto parts = ask([](LoopShare& share) { return share.usage.timeline(share.loop.now()); });
    return history::together(parts, std::chrono::system_clock::now(), hours);
}

std::vector<std::string> UsageReports::ids_of_owner(const std::string& owner) const {
    std::vector<std::string> ids;
    for (std::size_t slice = 0; slice < Callers::slices(); ++slice)
        for (auto& some : ask([owner, slice](LoopShare& share) {
                 return share.usage.callers().ids_of_owner(owner, slice);
             }))
            ids.insert(ids.end(), some.begin(), some.end());
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

std::optional<CallerUsage> UsageReports::usage_of(const std::string& name) const {
    std::optional<CallerUsage> all;
    const auto add = [&](const std::string& id) {
        for (const auto& usage : ask([id](LoopShare& share) { return share.usage.callers().find(id); })) {
            if (usage && all) all->add(*usage);
            else if (usage) all = usage;
        }
    };
    add(name);
    if (all) return all;
    const auto ids = ids_of_owner(name);
    for (const auto& id : ids) add(id);
    if (all && ids.size() > 1) all->id.clear(), all->tier.clear();
    return all;
}

std::vector<CallerTotals> UsageReports::callers() const {
    std::map<std::string, CallerTotals> by_id;
    for (std::size_t slice = 0; slice < Callers::slices(); ++slice)
        for (auto& some : ask([slice](LoopShare& share) { return share.usage.callers().totals(slice); }))
            for (auto& one : some) {
                const auto [known, is_new] = by_id.try_emplace(one.id, one);
                if (is_new) continue;
                CallerTotals& into = known->second;
                into.statuses.add(one.statuses);
                into.time += one.time;
                if (one.last_seen <= into.last_seen) continue;
                into.owner = one.owner, into.tier = one.tier, into.last_seen = one.last_seen;
            }
    std::vector<CallerTotals> all;
    for (auto& [id, totals] : by_id) all.push_back(std::move(totals));
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
        const auto first = a.statuses.total(), second = b.statuses.total();
        return first != second ? first > second : a.id < b.id;
    });
    return all;
}

}  // namespace tollgate
