// plugins/ratelimit/regions/report.cpp - limits, who counts at them, and how far the exchange with each Redis is.
#include "regions/report.h"

#include "json_text.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace tollgate::ratelimit::regions {

namespace {

// Thousandths as a decimal number.
std::string requests(std::uint64_t thousandths) {
    std::string text = std::to_string(thousandths / 1000);
    if (const auto rest = thousandths % 1000; rest > 0) text += '.' + std::to_string(1000 + rest).substr(1);
    return text;
}

template <class List, class Write>
std::string list(const List& all, Write write) {
    std::string text;
    for (const auto& one : all) (text += text.empty() ? "" : ", ") += write(one);
    return text;
}

std::string window(const Ledger::WindowSum& sum) {
    const auto node = [](const auto& counted) { return quoted(counted.first) + ": " + requests(counted.second); };
    return "{\"begin\": " + std::to_string(sum.window.begin()) + ", \"end\": " + std::to_string(sum.window.end) +
           ", \"keys\": " + std::to_string(sum.keys) + ", \"counted\": {" + list(sum.nodes, node) + "}}";
}

std::string carrier(const Exchange::Standing& standing) {
    const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(standing.age).count();
    return "{\"redis\": " + quoted(standing.redis) +
           ", \"age_ms\": " + (standing.age.count() < 0 ? "null" : std::to_string(age)) + '}';
}

std::string limit(const Exchange::Report& report, std::chrono::nanoseconds every) {
    const auto interval = std::chrono::duration_cast<std::chrono::milliseconds>(every).count();
    const Ledger& ledger = report.counters->ledger();
    return "{\"limit\": " + quoted(report.name) + ", \"node\": " + quoted(ledger.node()) +
           ", \"every_ms\": " + std::to_string(interval) +
           ", \"held_to_share\": " + (report.counters->held() ? "true" : "false") + ",\n \"carriers\": [" +
           list(report.carriers, carrier) + "],\n \"windows\": [" + list(ledger.sums(), window) + "]}";
}

}  // namespace

void Exchanges::add(const Exchange& exchange) {
    const std::lock_guard lock{mutex_};
    exchanges_.push_back(&exchange);
}

void Exchanges::remove(const Exchange& exchange) noexcept {
    const std::lock_guard lock{mutex_};
    std::erase(exchanges_, &exchange);
}

// Of counters that several uses share the latest use tells.
std::string Exchanges::report() const {
    const std::lock_guard lock{mutex_};
    std::set<const RegionalCounters*> told;
    std::string limits;
    for (auto at = exchanges_.rbegin(); at != exchanges_.rend(); ++at)
        for (const Exchange::Report& report : (*at)->report())
            if (told.insert(report.counters).second)
                (limits += limits.empty() ? "" : ",\n") += limit(report, (*at)->every());
    return "{\"limits\": [" + limits + "]}\n";
}

}  // namespace tollgate::ratelimit::regions
