// core/config/health_assembly.cpp - `health`, `eject`, `slow_start` and `panic` of an upstream.
#include "config/assembly.h"
#include "config/failure_items.h"
#include "http/target.h"

#include <algorithm>

namespace tollgate::config {

void Assembly::set_health(const Declaration& declaration, const std::string& owner, const Item& item,
                          upstream::Upstream& upstream) {
    if (item.is(Item::Kind::mistake)) return;
    auto& health = upstream.health.emplace();
    const Report report = report_at(declaration.place);
    const Item* path = &item;
    if (!item.is(Item::Kind::text)) {
        if (!item.is(Item::Kind::table))
            return report(owner + ": expected a path (\"/health\") or { path = \"/health\" }, got " + item.describe());
        if (const Item* wanted = item.find("status")) health.statuses = statuses(owner + ": status", *wanted, report);
        const auto settings = check(declaration.place, owner, item, health_shape);
        path = item.find("path");
        if (!settings) return;
        health.method = settings->text("method");
        if (settings->has("host")) health.host = settings->text("host");
        health.every = settings->duration("every");
        health.timeout = settings->duration("timeout");
        health.rise = std::uint32_t(settings->integer("rise"));
        health.fall = std::uint32_t(settings->integer("fall"));
        std::string normal;
        if (!health.host.empty() && !http::parse_authority(health.host, normal))
            report(owner + ": host: expected a name (\"orders.internal\"), got " + item.find("host")->describe());
    }
    health.path = path->text;
    std::string normal;
    if (!health.path.starts_with('/') || http::normalise_target(health.path, normal))
        report(owner + ": path: expected a path (\"/health\"), got " + path->describe());
}

void Assembly::set_eject(const Declaration& declaration, const std::string& owner, const Item& item,
                         upstream::Upstream& upstream) {
    if (item.is(Item::Kind::mistake)) return;
    auto& eject = upstream.eject.emplace();
    const Report report = report_at(declaration.place);
    if (!item.is(Item::Kind::table)) return report(owner + ": expected { failures = 5 }, got " + item.describe());
    if (const Item* on = item.find("on")) eject.on = failure_set(owner + ": on", *on, report);
    const auto settings = check(declaration.place, owner, item, eject_shape);
    if (!settings) return;
    eject.threshold = failure_threshold(owner, *settings, report);
    eject.time = settings->duration("time");
    eject.longest = settings->duration("longest");
    eject.most = settings->number("most");
    const Item* const longest = item.find("longest");
    if (!longest)
        eject.longest = std::max(eject.longest, eject.time);
    else if (eject.longest < eject.time)
        report(owner + ": longest: expected at least as long as time, got " + longest->describe());
}

}  // namespace tollgate::config
