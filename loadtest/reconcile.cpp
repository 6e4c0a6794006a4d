// loadtest/reconcile.cpp - what the gateway counted too often or too seldom, what accounts for it, what that is called.
#include "loadtest/reconcile.h"

#include "loadtest/latency_check.h"
#include "loadtest/route_groups.h"
#include "support/text.h"

#include <algorithm>
#include <tuple>

namespace tollgate::loadtest {

namespace {

using Count = RouteGroup::Count;

std::uint64_t surplus(const Count& count) { return count.counted - std::min(count.counted, count.answered); }
std::uint64_t shortage(const Count& count) { return count.answered - std::min(count.answered, count.counted); }

// Takes what it can from both, at most as much as both have; says how much that was.
std::uint64_t settle(std::uint64_t& a, std::uint64_t& b) {
    const std::uint64_t settled = std::min(a, b);
    a -= settled;
    b -= settled;
    return settled;
}

// What was refused before a route was chosen, or by a failing `when`, was asked of a route and is counted under none.
void take_from_unmatched(std::vector<RouteGroup>& groups) {
    const auto none = std::find_if(groups.begin(), groups.end(), [](const auto& group) { return group.unmatched(); });
    if (none == groups.end()) return;
    for (auto& group : groups)
        for (auto& [status, count] : group.statuses) {
            const auto source = none->statuses.find(status);
            if (&group == &*none || status < 400 || source == none->statuses.end()) continue;
            const std::uint64_t moved = std::min(shortage(count), surplus(source->second));
            count.counted += moved;
            source->second.counted -= moved;
        }
}

// One route has series for so many statuses, and one more for all others.
void take_from_unknown(RouteGroup& group) {
    for (auto& [status, count] : group.statuses) {
        const std::uint64_t moved = std::min(shortage(count), group.unknown);
        count.counted += moved;
        group.unknown -= moved;
    }
    if (group.unknown > 0) group.statuses[0].counted += group.unknown;
}

// Each request without an answer may have been counted, once. What is left of them is returned.
std::uint64_t account_for_unanswered(RouteGroup& group, std::map<int, std::uint64_t>& lost) {
    std::uint64_t left = group.unanswered;
    std::vector<std::pair<int, Count*>> order;
    for (auto& [status, count] : group.statuses) {
        count.excess = surplus(count);
        order.emplace_back(status, &count);
    }
    // 499 first: that is what becomes of a request whose client left. Then the smaller ones, so that few differ.
    const auto rank = [](const auto& entry) {
        return std::tuple{entry.first != 499, entry.second->excess, entry.first};
    };
    std::sort(order.begin(), order.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
    for (auto& [status, count] : order)
        if (const std::uint64_t settled = settle(count->excess, left)) lost[status] += settled;
    return left;
}

// Of the whole: what was counted too often or too seldom, and where.
struct Residual {
    std::uint64_t sum = 0;
    std::vector<std::string> places;

    void add(const RouteGroup& group, int status, std::uint64_t count, const char* sign) {
        if (count == 0) return;
        sum += count;
        places.push_back(group.name() + ' ' + std::to_string(status) + ' ' + sign + std::to_string(count));
    }
    std::string where() const {
        constexpr std::size_t most = 5;
        std::string all;
        for (std::size_t i = 0; i < std::min(most, places.size()); ++i) all += (i > 0 ? ", " : "") + places[i];
        return places.size() > most ? all + ", ..." : all;
    }
};

// `under_way`: requests that nobody had answered yet when the run began.
std::string cause_of(const Residual& too_many, const Residual& too_few, const GatewayCounts& counted,
                     std::uint64_t under_way) {
    if (too_many.sum == too_few.sum && too_many.sum > 0)
        return "counter bug: " + text::count(too_many.sum, "answer") + " counted elsewhere: " + too_few.where() + ", " +
               too_many.where();
    std::vector<std::string> causes;
    if (too_many.sum > 0)
        causes.push_back("foreign traffic: " + text::count(too_many.sum, "request") + " beyond ours: " +
                         too_many.where() +
                         (under_way > 0 ? "; " + text::count(under_way, "request") + " of others' began before" : ""));
    if (too_few.sum > 0)
        causes.push_back("counter bug: " + text::count(too_few.sum, "answer") + " not counted: " + too_few.where() +
                         (counted.all() == 0 ? "; is this the gateway that was asked?" : ""));
    return text::join(causes, "; ");
}

void add_rows(const std::vector<RouteGroup>& groups, GatewayView& view) {
    for (const auto& group : groups)
        for (const auto& [status, count] : group.statuses) {
            if (count.answered == 0 && count.counted == 0) continue;
            const std::uint64_t most = std::max(count.answered + group.unanswered, count.counted - count.excess);
            const bool holds = count.excess == 0 && shortage(count) == 0;
            view.rows.push_back({group.name(), status, count.answered, most, count.counted, holds});
        }
}

void note_lost(const std::map<int, std::uint64_t>& lost, GatewayView& view) {
    std::uint64_t sum = 0;
    std::vector<std::string> by_status;
    for (const auto& [status, count] : lost) {
        sum += count;
        by_status.push_back(std::to_string(status) + ' ' + std::to_string(count));
    }
    if (sum > 0)
        view.notes.push_back("lost: " + text::count(sum, "request") +
                             " without a whole answer here, counted there as " + text::join(by_status));
}

void compare(std::vector<RouteGroup> groups, const GatewayCounts& counted, std::uint64_t under_way,
             GatewayView& view) {
    take_from_unmatched(groups);
    std::map<int, std::uint64_t> lost;
    std::uint64_t spare = 0;
    for (auto& group : groups) {
        take_from_unknown(group);
        spare += account_for_unanswered(group, lost);
    }
    for (auto& group : groups)  // cut off before it had a route
        for (auto& [status, count] : group.statuses)
            if (group.unmatched() && status >= 400)
                if (const std::uint64_t settled = settle(count.excess, spare)) lost[status] += settled;
    Residual too_many, too_few;
    for (const auto& group : groups)
        for (const auto& [status, count] : group.statuses) {
            too_many.add(group, status, count.excess, "+");
            too_few.add(group, status, shortage(count), "-");
        }
    add_rows(groups, view);
    note_lost(lost, view);
    const bool rather_many = too_many.sum >= too_few.sum;
    view.residual = rather_many ? std::int64_t(too_many.sum) : -std::int64_t(too_few.sum);
    view.cause = cause_of(too_many, too_few, counted, under_way);
    view.reconciled = view.cause.empty();
}

// Of every limit: which answers were its own cannot be told from outside. So neither is a residual: a route may turn a
// refusal into another answer, and 429 can come from elsewhere.
void add_limited(const GatewayCounts& counted, const Results& results, GatewayView& view) {
    view.limited_by_plugin = counted.limited;
    std::uint64_t answered = 0;
    for (const auto& row : view.rows)
        if (row.status == 429) answered += row.answered;
    if (answered > counted.limited)
        view.notes.push_back(text::count(answered, "request") + " of ours had a 429, and its ratelimit refused " +
                             std::to_string(counted.limited) + ": the others are an upstream's or a route's own");
    const std::uint64_t possible = answered + results.ledger.unanswered() + results.warmup.ledger.unanswered();
    if (counted.limited > possible)
        view.notes.push_back("its ratelimit refused " + text::count(counted.limited, "request") + ", and only " +
                             std::to_string(possible) + " of ours can have been answered 429");
}

}  // namespace

GatewayView reconcile(const GatewayCounts& before, const GatewayCounts& after, const CandidatesByTarget& candidates,
                      const Results& results) {
    GatewayView view;
    view.compared = true;
    const bool restarted = !after.continues(before);
    const GatewayCounts counted = restarted ? after : after.since(before);
    compare(group_routes(counted, candidates, results), counted, before.in_flight, view);
    if (restarted) {
        view.reconciled = false;
        view.cause = "restart: the gateway began to count anew during the run, and what it had counted is gone";
    }
    if (counted.reloads > 0 && !restarted)
        view.notes.push_back("it was reloaded during the run (" + text::count(counted.reloads, "time") + ")");
    for (const auto& [route, by_status] : counted.requests)
        for (const auto& [status, count] : by_status) view.codes[status] += count;
    add_limited(counted, results, view);
    add_latencies(counted, view);
    if (view.reconciled) check_latencies(counted, results, view);
    return view;
}

}  // namespace tollgate::loadtest
