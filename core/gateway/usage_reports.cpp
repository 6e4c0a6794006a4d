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

namespace {

// Of one question, in however many pieces it is asked.
std::chrono::steady_clock::time_point patience_ends() {
    return std::chrono::steady_clock::now() + std::chrono::seconds{5};
}

}  // namespace

// What `ask` returns on each loop. A loop that stops destroys what was posted, and its promise with it.
template <class Ask>
auto UsageReports::ask(Moment end, Ask ask) const {
    using Answer = std::invoke_result_t<Ask&, LoopShare&>;
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
    const Moment end = patience_ends();
    std::vector<history::PerRanking<history::Timeline::Most>> most(shares_.size());
    for (const history::Ranking of : history::rankings) {
        auto told = ask(end, [of](LoopShare& share) { return share.usage.most(of, share.loop.now()); });
        for (std::size_t loop = 0; loop < told.size(); ++loop) most[loop][of] = std::move(told[loop]);
    }
    auto parts = ask(end, [](LoopShare& share) { return share.usage.timeline(share.loop.now()); });
    for (std::size_t loop = 0; loop < parts.size(); ++loop) parts[loop].most = std::move(most[loop]);
    return history::together(parts, std::chrono::system_clock::now(), hours);
}

std::optional<CallerUsage> UsageReports::usage_of(const std::string& name) const {
    const Moment end = patience_ends();
    std::optional<CallerUsage> all;
    const auto add = [&](const std::vector<std::optional<CallerUsage>>& parts) {
        for (const auto& part : parts) {
            if (part && all) all->add(*part);
            else if (part) all = part;
        }
    };
    add(ask(end, [name](LoopShare& share) { return share.usage.callers().find(name); }));
    if (all) return all;
    for (std::size_t slice = 0; slice < Callers::slices(); ++slice)
        add(ask(end, [name, slice](LoopShare& share) { return share.usage.callers().of_owner(name, slice); }));
    return all;
}

std::vector<CallerTotals> UsageReports::callers() const {
    const Moment end = patience_ends();
    std::map<std::string, CallerTotals> by_id;
    for (std::size_t slice = 0; slice < Callers::slices(); ++slice)
        for (auto& some : ask(end, [slice](LoopShare& share) { return share.usage.callers().totals(slice); }))
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
