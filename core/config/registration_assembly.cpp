// core/config/registration_assembly.cpp - `register = { tier = "free" }` of a route: what clients' own keys get.
#include "config/assembly.h"

#include "snapshot/registration.h"
#include "support/text.h"

namespace tollgate::config {

void Assembly::set_registration(const Declaration& declaration, const std::string& owner, const Item& item, Route& route) {
    const std::string what = owner + ": register";
    const auto wrong = [&](const std::string& problem) { add_problem(declaration.place, what + ": " + problem); };
    if (item.is(Item::Kind::mistake)) return;
    if (!item.is(Item::Kind::table)) return wrong("expected { tier = \"...\" }, got " + item.describe());
    if (!declaration.name.starts_with("POST "))
        wrong("expected a route of POST alone (\"POST /register\"), got " + text::quote(declaration.name));
    const auto settings = check(declaration.place, what, item, register_shape);
    if (!settings) return;
    auto registration = std::make_shared<Registration>();
    auto& gives = registration->gives;
    if (settings->has("tier")) gives.tier = settings->text("tier");
    if (settings->has("scopes")) gives.scopes = text::join(settings->texts("scopes"), " ");
    if (settings->has("rate")) {
        const Rate rate = settings->rate("rate");
        gives.rate.emplace(store::KeyRate{std::int64_t(rate.count), std::chrono::floor<std::chrono::seconds>(rate.per).count(),
                                          settings->has("burst") ? settings->integer("burst") : 0});
    } else if (settings->has("burst")) {
        wrong("burst: expected a rate beside it");
    }
    if (settings->has("form")) {
        gives.form = settings->text("form");
        if (const auto problem = store::problem_of_form(gives.form); !problem.empty())
            wrong("form: " + problem + ", got " + text::quote(gives.form));
    }
    if (settings->has("expires")) registration->lifetime = std::chrono::floor<std::chrono::seconds>(settings->duration("expires"));
    const auto has_tier = [&](const std::string& tier) { return settings->has_tier(tier); };
    for (const auto& problem : store::problems_of(gives, false, has_tier)) wrong(problem.field + ": " + problem.problem);
    if (!route.body_limit) route.body_limit = Registration::largest_body;
    route.registration = std::move(registration);
}

}  // namespace tollgate::config
