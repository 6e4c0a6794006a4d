// core/store/key_facts.h - what may be said of a key, checked, and how its times and limits are written.
#pragma once

#include "store/key_table.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::store {

struct FieldProblem {
    std::string field, problem;  // {"tier", "expected a tier of routes.lua, got \"gold\""}
};

// Everything that is wrong with what was said. `creating`: an owner is wanted. `has_tier`: whether routes.lua declares it.
std::vector<FieldProblem> problems_of(const KeyChanges& said, bool creating,
                                      const std::function<bool(const std::string&)>& has_tier);

// "100/60s", "100/minute", "5 / s", "100/60s burst 20": a count from 1 to 10^12 in 1 second to 366 days, of which a
// burst may come at once. nullopt where it is none.
std::optional<KeyRate> parse_rate(std::string_view text);
std::string show(const KeyRate& rate);  // "100/60s", "100/60s burst 20"

// "90s", "15m", "12h", "30d": at most 100 years.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

// RFC 3339, in UTC where it does not say: "2027-01-31T12:00:00Z", also with a fraction, an offset, or the day alone.
std::optional<Time> parse_time(std::string_view text);
std::string show(Time time);  // "2027-01-31T12:00:00Z"

}  // namespace tollgate::store
