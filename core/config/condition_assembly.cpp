// core/config/condition_assembly.cpp - hosts and conditions of a route, and its place in the router.
#include "config/assembly.h"

#include "http/layout.h"
#include "support/text.h"

#include <algorithm>
#include <functional>

namespace tollgate::config {

namespace {

using routing::Condition;
using routing::Wanted;
using Subject = Condition::Subject;

struct Group {
    const char* name;  // of the table in a route
    Subject subject;
};
constexpr Group groups[] = {{"headers", Subject::header},
                            {"query", Subject::query},
                            {"cookies", Subject::cookie},
                            {"parameters", Subject::parameter}};

// Calls `each` with the item, or with everything in it if it is a list, however nested. False where it holds names.
template <class F>
bool for_each_alternative(const Item& item, F& each) {
    if (!item.is(Item::Kind::table)) return each(item), true;
    if (!item.named.empty()) return false;
    return std::all_of(item.list.begin(), item.list.end(), [&](const Item& inner) { return for_each_alternative(inner, each); });
}

// Reads what one route says.
class ConditionReader {
public:
    ConditionReader(Route& route, bool has_pattern, ExpressionsByText& expressions, std::function<void(std::string)> report)
        : route_{route}, has_pattern_{has_pattern}, expressions_{expressions}, report_{std::move(report)} {}

    // False where something of it is a mistake.
    bool read(const Item& table) {
        if (const Item* host = table.find("host")) read_hosts(*host);
        for (const auto& group : groups)
            if (const Item* conditions = table.find(group.name)) read_group(group, *conditions);
        if (const Item* ranges = table.find("client_ip")) read_ranges(*ranges);
        return complete_;
    }

private:
    void report(std::string what) {
        complete_ = false;
        report_(std::move(what));
    }

    // Everything in `item` by `convert`, which gives nullopt for what it has reported.
    template <class F>
    std::vector<Wanted> read_all(const std::string& what, const std::string& wanted, const Item& item, F convert) {
        std::vector<Wanted> all;
        const auto each = [&](const Item& one) {
            if (one.is(Item::Kind::mistake)) {
                complete_ = false;
            } else if (auto made = convert(one)) {
                if (std::find(all.begin(), all.end(), *made) != all.end())
                    report(what + ": " + one.describe() + " is there twice");
                all.push_back(*std::move(made));
            }
        };
        if (!for_each_alternative(item, each))
            report(what + ": expected " + wanted + ", got " + item.describe());
        else if (all.empty() && complete_)
            report(what + ": expected at least one, got {}");
        return all;
    }

    std::optional<Wanted> expression(const std::string& what, const std::string& text) {
        auto known = expressions_.find(text);
        if (known == expressions_.end()) {
            std::string problem;
            auto compiled = routing::RegularExpression::compile(text, problem);
            if (!compiled) return report(what + ": matches: " + problem), std::nullopt;
            known = expressions_.emplace(text, *std::move(compiled)).first;
        }
        return known->second;
    }

    // One expression among them, and the router cannot tell by the host's name: then all of it is a condition.
    void read_hosts(const Item& item) {
        const std::string what = "host", wanted = "a host (\"api.example.com\"), matches \"...\" or a list of them";
        auto all = read_all(what, wanted, item, [&](const Item& one) -> std::optional<Wanted> {
            if (one.is(Item::Kind::expression)) return expression(what, one.text);
            std::string problem = "expected " + wanted + ", got " + one.describe();
            const auto host = one.is(Item::Kind::text) ? routing::Host::parse(one.text, problem) : std::nullopt;
            if (host) return *host;
            return report(what + ": " + problem), std::nullopt;
        });
        const auto is_host = [](const Wanted& one) { return std::holds_alternative<routing::Host>(one); };
        if (!std::all_of(all.begin(), all.end(), is_host)) return add({Subject::host, {}, std::move(all)});
        for (auto& host : all) route_.hosts.push_back(std::get<routing::Host>(std::move(host)));
    }

    void read_group(const Group& group, const Item& table) {
        if (table.is(Item::Kind::mistake)) {
            complete_ = false;
        } else if (!table.is(Item::Kind::table) || !table.list.empty()) {
            report(std::string{group.name} + ": expected { [\"name\"] = \"text\" }, got " + table.describe());
        } else {
            for (const auto& [name, item] : table.named)
                if (check_name(group, name)) add({group.subject, name, read_wanted(group, name, item)});
        }
    }

    bool check_name(const Group& group, const std::string& name) {
        const std::string what = std::string{group.name} + ": ";
        if (group.subject == Subject::parameter) {
            const auto& names = route_.parameter_names;
            if (!has_pattern_ || std::find(names.begin(), names.end(), name) != names.end()) return true;
            auto guess = text::did_you_mean(name, names);
            if (guess.empty()) guess = names.empty() ? "; it has none" : "; it has: " + text::join(names);
            report(what + "the path has no parameter " + text::quote(name) + guess);
        } else if (group.subject == Subject::query ? name.empty() : !http::is_token(name)) {
            report(what + "expected a name, got " + text::quote(name));
        } else {
            return true;
        }
        return false;
    }

    std::vector<Wanted> read_wanted(const Group& group, const std::string& name, const Item& item) {
        const std::string what = std::string{group.name} + ": " + name;
        const bool may_be_absent = group.subject != Subject::parameter;
        const std::string wanted =
            std::string{"a text, matches \"...\""} + (may_be_absent ? ", true, false" : "") + " or a list of them";
        return read_all(what, wanted, item, [&](const Item& one) -> std::optional<Wanted> {
            if (one.is(Item::Kind::text)) return Wanted{one.text};
            if (one.is(Item::Kind::expression)) return expression(what, one.text);
            if (one.is(Item::Kind::boolean) && may_be_absent) return Wanted{one.truth};
            std::string hint;
            if (one.is(Item::Kind::boolean)) hint = "; a parameter is always there";
            if (one.is(Item::Kind::number)) hint = "; write " + text::quote(one.describe());
            if (one.is(Item::Kind::function)) hint = "; functions are for when";
            report(what + ": expected " + wanted + ", got " + one.describe() + hint);
            return std::nullopt;
        });
    }

    void read_ranges(const Item& item) {
        const std::string wanted = "an address or a range (\"10.0.0.0/8\") or a list of them";
        auto all = read_all("client_ip", wanted, item, [&](const Item& one) -> std::optional<Wanted> {
            std::string problem = "expected " + wanted + ", got " + one.describe();
            const auto range = one.is(Item::Kind::text) ? net::Range::parse(one.text, problem) : std::nullopt;
            if (range) return routing::Addresses{one.text, *range};
            return report("client_ip: " + problem), std::nullopt;
        });
        add({Subject::client_ip, {}, std::move(all)});
    }

    void add(Condition condition) { route_.conditions.all.push_back(std::move(condition)); }

    Route& route_;
    const bool has_pattern_;
    ExpressionsByText& expressions_;
    const std::function<void(std::string)> report_;
    bool complete_ = true;
};

}  // namespace

// `when` and all that is looked up in a request. False where some of it is a mistake.
bool Assembly::read_conditions(const Declaration& declaration, bool has_pattern, Route& route) {
    const std::string owner = "route " + text::quote(declaration.name) + ": ";
    const auto report = [&](std::string what) { add_problem(declaration.place, owner + what); };
    bool complete = ConditionReader{route, has_pattern, expressions_, report}.read(declaration.item);
    const Item* when = declaration.item.find("when");
    if (!when) return complete;
    if (when->is(Item::Kind::function) && when->index != 0) {
        route.when = when->index;
        return complete;
    }
    if (!when->is(Item::Kind::mistake)) report("when: expected a function of the request, got " + when->describe());
    return false;
}

// What has a mistake is left out: nothing can be said of which requests it takes.
void Assembly::add_to_router(const Declaration& declaration, Route route) {
    std::string problem;
    auto pattern = routing::Pattern::parse(declaration.name, problem);
    if (pattern)
        route.parameter_names = pattern->parameter_names();
    else
        add_problem(declaration.place, "route " + text::quote(declaration.name) + ": " + problem);
    const bool complete = read_conditions(declaration, pattern.has_value(), route);
    if (!pattern || !complete) return;
    refuse_unreachable(declaration, *pattern, route);
    snapshot_->router.add(*pattern, route.hosts, route.conditional());
    snapshot_->routes.push_back(std::move(route));
    patterns_.emplace_back(declaration.place, std::move(*pattern));
}

namespace {

// Where in its path a pattern has the first parameter of that name.
std::ptrdiff_t place_of(const routing::Pattern& pattern, const std::string& name) {
    const auto& all = pattern.segments;
    return std::find_if(all.begin(), all.end(), [&](const auto& segment) {
               return segment.kind != routing::Pattern::Kind::text && segment.text == name;
           }) - all.begin();
}

// Whether conditions on parameters speak of the same segments in both: ":id" may stand elsewhere in another path.
bool same_parameters(const routing::Conditions& conditions, const routing::Pattern& a, const routing::Pattern& b) {
    return std::all_of(conditions.all.begin(), conditions.all.end(), [&](const Condition& condition) {
        return condition.subject != Subject::parameter || place_of(a, condition.name) == place_of(b, condition.name);
    });
}

}  // namespace

// A route that earlier ones leave no request for.
void Assembly::refuse_unreachable(const Declaration& declaration, const routing::Pattern& pattern, const Route& route) {
    // A function may say something else each time it is asked.
    const auto implied = [&](std::uint32_t earlier) {
        const Route& other = snapshot_->routes[earlier];
        return other.when == 0 && same_parameters(other.conditions, patterns_[earlier].second, pattern) &&
               other.conditions.implied_by(route.conditions);
    };
    const auto takers = snapshot_->router.takers_of_all(pattern, route.hosts, implied);
    if (takers.empty()) return;
    std::vector<std::string> lines;
    for (const auto taker : takers) lines.push_back(seen_from(declaration.place, patterns_[taker].first));
    const Route& first = snapshot_->routes[takers[0]];
    const bool same = patterns_[takers[0]].second == pattern && first.hosts == route.hosts &&
                      first.conditions == route.conditions;
    std::string what = "route " + text::quote(declaration.name);
    if (lines.size() > 1)
        what += " can never match: " + text::join(lines, " and ") + " take every such request first, between them";
    else if (same)
        what += " is declared twice: " + lines[0] + " has it already";
    else
        what += " can never match: " + lines[0] + " takes every such request first";
    add_problem(declaration.place, std::move(what));
}

}  // namespace tollgate::config
