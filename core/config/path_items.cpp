// core/config/path_items.cpp - reads `rewrite` and `redirect`.
#include "config/shaping_assembly.h"
#include "support/text.h"

#include <algorithm>

namespace tollgate::config {

namespace {

constexpr Field redirect_status = {
    .name = "status", .type = Type::integer, .doc = "status code", .min = 301, .max = 308};

std::vector<std::string> parameters_of(std::string_view route) {
    std::string ignored;
    const auto pattern = routing::Pattern::parse(route, ignored);
    return pattern ? pattern->parameter_names() : std::vector<std::string>{};
}

std::optional<routing::PathTemplate> read_template(const std::string& owner, const Item& item, std::string_view route,
                                                   routing::PathTemplate::Kind kind, const Report& report) {
    std::string problem;
    const auto names = parameters_of(route);
    auto parsed = routing::PathTemplate::parse(item.text, kind, names, problem);
    if (!parsed) report(owner + ": " + problem);
    return parsed;
}

// How many segments `strip` drops; they must be those with which the route's path begins.
std::optional<std::size_t> read_strip(const std::string& owner, const Item& item, std::string_view route,
                                      const Report& report) {
    std::string problem;
    const auto pattern = routing::Pattern::parse(route, problem);
    if (!pattern) return 0;  // reported already
    const auto strip = routing::Pattern::parse("* " + item.text, problem);
    const auto& whole = pattern->segments;
    if (strip && !strip->trailing_slash && strip->segments.size() <= whole.size() &&
        std::equal(strip->segments.begin(), strip->segments.end(), whole.begin()) &&
        strip->segments.back().kind != routing::Pattern::Kind::rest)
        return strip->segments.size();
    report(owner + ": expected the first segments of the route's path, got " + text::quote(item.text) +
           (strip && strip->trailing_slash ? "; without a slash at the end" : ""));
    return std::nullopt;
}

std::optional<Rewrite> read_replacement(const std::string& owner, const Item& pattern, const Item* to,
                                        const Report& report) {
    std::string problem;
    auto compiled = routing::RegularExpression::compile(pattern.text, problem);
    if (!compiled) {
        report(owner + ": pattern: " + problem);
        return std::nullopt;
    }
    if (!to || !to->is(Item::Kind::text)) {
        if (!to || !to->is(Item::Kind::mistake))
            report(owner + ": to: expected the text that takes the place of what was found, got " +
                   (to ? to->describe() : "none"));
        return std::nullopt;
    }
    if (!compiled->problem_of_replacement(to->text).empty())
        problem = "expected a path with groups that the expression has (\\1), got " + text::quote(to->text);
    else if (to->text.find_first_of("?#") != std::string::npos)
        problem = "expected a path without a query, got " + text::quote(to->text);
    if (problem.empty()) return Rewrite{Rewrite::Replacement{*std::move(compiled), to->text}};
    report(owner + ": to: " + problem);
    return std::nullopt;
}

bool expect_text(const std::string& owner, const char* wanted, const Item* item, const Report& report) {
    if (!item || item->is(Item::Kind::text)) return true;
    if (!item->is(Item::Kind::mistake)) report(owner + ": expected " + wanted + ", got " + item->describe());
    return false;
}

}  // namespace

std::optional<Rewrite> read_rewrite(const std::string& owner, const Item& item, std::string_view route,
                                    const Report& report) {
    using Kind = routing::PathTemplate::Kind;
    if (const int function = function_of(item)) return Rewrite{Rewrite::Function{function}};
    if (item.is(Item::Kind::text)) {
        auto to = read_template(owner, item, route, Kind::target, report);
        if (!to) return std::nullopt;
        return Rewrite{*std::move(to)};
    }
    if (!item.is(Item::Kind::table)) {
        report(owner +
               ": expected a path (\"/v2/:id\"), { strip = \"/api\", prefix = \"/v2\" }, { pattern = \"...\", to = "
               "\"...\" } "
               "or a function, got " +
               item.describe());
        return std::nullopt;
    }
    constexpr std::string_view names[] = {"strip", "prefix", "pattern", "to"};
    for (auto& problem : check_names(owner, item, {}, names)) report(std::move(problem));
    const Item *strip = item.find("strip"), *prefix = item.find("prefix"), *pattern = item.find("pattern"),
               *to = item.find("to");
    if ((pattern || to) && (strip || prefix))
        report(owner + ": expected strip and prefix, or pattern and to, got both");
    if (!expect_text(owner + ": pattern", "a regular expression", pattern, report)) return std::nullopt;
    if (pattern) return read_replacement(owner, *pattern, to, report);
    if (!strip && !prefix) {
        report(owner + ": expected strip, prefix or pattern, got none");
        return std::nullopt;
    }
    Rewrite::Strip rule;
    if (!expect_text(owner + ": strip", "a path (\"/api\")", strip, report) ||
        !expect_text(owner + ": prefix", "a path (\"/v2\")", prefix, report))
        return std::nullopt;
    if (strip) rule.segments = read_strip(owner + ": strip", *strip, route, report).value_or(0);
    if (prefix) {
        std::string problem;
        const auto parsed = routing::PathTemplate::parse(prefix->text, Kind::target, {}, problem);
        if (parsed && parsed->has_query())
            problem = "expected a path without a query, got " + text::quote(prefix->text);
        if (!problem.empty()) report(owner + ": prefix: " + problem);
        if (parsed) rule.prefix = parsed->fill({});
    }
    return Rewrite{std::move(rule)};
}

std::optional<Redirect> read_redirect(const std::string& owner, const Item& item, std::string_view route,
                                      const Origin& origin, const Report& report) {
    Redirect redirect;
    const Item* to = &item;
    std::string what = owner;
    if (item.is(Item::Kind::table)) {
        constexpr std::string_view names[] = {"to", "status"};
        for (auto& problem : check_names(owner, item, {}, names)) report(std::move(problem));
        if (const Item* status = item.find("status"); status && !status->is(Item::Kind::mistake)) {
            std::string problem;
            const auto checked = check_field(redirect_status, *status, origin, problem);
            redirect.status = checked ? int(std::get<std::int64_t>(*checked)) : 0;
            constexpr int known[] = {301, 302, 303, 307, 308};
            if (std::find(std::begin(known), std::end(known), redirect.status) == std::end(known))
                report(owner + ": status: expected 301, 302, 303, 307 or 308, got " + status->describe());
        }
        to = item.find("to");
        what += ": to";
    }
    if (to && to->is(Item::Kind::mistake)) return std::nullopt;
    redirect.function = to ? function_of(*to) : 0;
    if (redirect.function) return redirect;
    if (!to || !to->is(Item::Kind::text)) {
        report(what + ": expected a path (\"/new/:id\"), an address (\"https://example.com/**\") or a function, got " +
               (to ? to->describe() : "none"));
        return std::nullopt;
    }
    redirect.to = read_template(what, *to, route, routing::PathTemplate::Kind::location, report);
    if (!redirect.to) return std::nullopt;
    return redirect;
}

}  // namespace tollgate::config
