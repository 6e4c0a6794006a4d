// core/config/breaker_assembly.cpp - `breaker = { ... }` of an upstream.
#include "config/assembly.h"
#include "config/failure_items.h"

namespace tollgate::config {

// nullopt, and problems, where something is wrong.
std::optional<upstream::BreakerSettings> Assembly::breaker_of(Place place, const std::string& owner, const Item& item) {
    if (item.is(Item::Kind::mistake)) return std::nullopt;
    if (!item.is(Item::Kind::table)) {
        add_problem(place, owner + ": expected { failures = 5, open = 10 * seconds }, got " + item.describe());
        return std::nullopt;
    }
    const auto settings = check(place, owner, item, breaker_shape);
    if (!settings) return std::nullopt;
    upstream::BreakerSettings breaker;
    breaker.threshold = failure_threshold(owner, *settings, report_at(place));
    if (const Item* on = item.find("on")) breaker.on = failure_set(owner + ": on", *on, report_at(place));
    breaker.open = settings->duration("open");
    breaker.half_open = std::uint32_t(settings->integer("half_open"));
    const auto scope = settings->text("scope");
    breaker.of_target = scope != "upstream";
    breaker.of_upstream = scope != "target";
    for (const char* name : {"minimum", "window"})
        if (item.find(name) && breaker.threshold.rate == 0)
            add_problem(place, owner + ": " + name + ": expected error_rate beside it, got none");
    return breaker;
}

}  // namespace tollgate::config
