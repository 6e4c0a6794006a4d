// core/config/route_assembly.cpp - `route "GET /path" { ... }`: pattern, chain, and what answers.
#include "config/assembly.h"

#include "config/assembly_use.h"
#include "http/upgrade.h"
#include "support/text.h"

#include <algorithm>

namespace tollgate::config {

namespace {

// What a route has of `names`, as a list in words.
std::string present(const Item& table, std::initializer_list<std::string_view> names) {
    std::vector<std::string_view> found;
    for (const auto name : names)
        if (table.find(name)) found.push_back(name);
    return text::join(found, " and ");
}

}  // namespace

void Assembly::add_route(const Declaration& declaration) {
    const std::string owner = "route " + text::quote(declaration.name);
    const Place place = declaration.place;
    Route route;
    route.name = declaration.name;
    route.where = where(place);
    check(place, owner, declaration.item, route_shape);

    std::vector<int> uses;
    const Item* plugins = declaration.item.find("plugins");
    if (plugins) collect_uses(place, owner + ": plugins", *plugins, uses);
    route.chain = snapshot_->unmatched.chain;  // what `always` says, then the route's own, then its upstream's
    add_to_chain(place, owner, uses, route.chain);

    const Item *to = declaration.item.find("upstream"), *answer = declaration.item.find("answer");
    if (to) set_upstream(declaration, owner, *to, route);
    if (const Item* mirror = declaration.item.find("mirror")) set_mirror(declaration, owner, *mirror, route);
    if (answer) set_answer(declaration, owner, *answer, route);
    if (const Item* registration = declaration.item.find("register"))
        set_registration(declaration, owner, *registration, route);
    const auto destinations = present(declaration.item, {"upstream", "answer", "redirect", "register"});
    if (destinations.find(' ') != destinations.npos)
        add_problem(place, owner + ": expected an upstream, an answer or a redirect, got " + destinations);
    set_shaping(declaration, owner, route);
    if (const Item* upgrade = declaration.item.find("upgrade")) set_upgrade(declaration, owner, *upgrade, route);
    const bool nothing = destinations.empty() && uses.empty() && !declaration.item.is(Item::Kind::mistake);
    if (nothing && (!plugins || plugins->is(Item::Kind::table)))
        add_problem(place, owner + ": expected an upstream, an answer, a redirect or plugins that answer, got none");
    if (const Item* limits = declaration.item.find("limits"); limits && !limits->is(Item::Kind::mistake)) {
        const auto settings = check(place, owner + ": limits", *limits, route_limits_shape);
        if (!limits->is(Item::Kind::table))
            add_problem(place, owner + ": limits: expected { ... }, got " + limits->describe());
        else if (settings && settings->has("body"))
            route.body_limit = settings->size("body");
    }
    add_to_router(declaration, std::move(route));
}

// An upstream, its name, or a split among several.
void Assembly::set_upstream(const Declaration& declaration, const std::string& owner, const Item& item, Route& route) {
    if (item.is(Item::Kind::split))
        return set_split(declaration.place, owner, splits_[std::size_t(item.index)], route);
    const auto* plan = find_upstream(declaration.place, owner + ": upstream", item,
                                     "an upstream (upstream \"name\" { ... }), its name or a split");
    if (!plan) return;
    route.upstream = plan->upstream;
    add_to_chain(declaration.place, owner, plan->uses, route.chain);
}

// { status = 200, body = "...", headers = { ... } }, or just the body.
void Assembly::set_answer(const Declaration& declaration, const std::string& owner, const Item& item, Route& route) {
    const std::string what = owner + ": answer";
    if (item.is(Item::Kind::mistake)) return;
    FixedAnswer answer;
    std::string body;
    if (item.is(Item::Kind::text)) {
        body = item.text;
    } else if (item.is(Item::Kind::table)) {
        const auto settings = check(declaration.place, what, item, answer_shape);
        if (settings && settings->has("status")) answer.status = int(settings->integer("status"));
        if (settings && settings->has("body")) body = settings->text("body");
        if (const Item* headers = item.find("headers"))
            answer.headers = fixed_headers(what + ": headers", *headers, origin_, report_at(declaration.place));
    } else {
        add_problem(declaration.place,
                    what + ": expected { status = 200, body = \"...\" } or a text, got " + item.describe());
        return;
    }
    // RFC 9110 section 6.4.1: these have no content.
    if (!body.empty() && (answer.status == 204 || answer.status == 304))
        add_problem(declaration.place, what + ": expected no body with status " + std::to_string(answer.status));
    if (!body.empty() && !answer.headers.has("Content-Type"))
        answer.headers.add("Content-Type", "text/plain; charset=utf-8");
    answer.body = std::make_shared<const std::string>(std::move(body));
    route.answer = std::move(answer);
}

// "websocket", { "websocket", "tcp" }, or false.
void Assembly::set_upgrade(const Declaration& declaration, const std::string& owner, const Item& item, Route& route) {
    if (item.is(Item::Kind::mistake)) return;
    route.upgrade.clear();
    if (item.is(Item::Kind::boolean) && !item.truth) return;
    const auto wrong = [&](const std::string& what) { add_problem(declaration.place, owner + ": upgrade: " + what); };
    std::vector<const Item*> names{&item};
    if (item.is(Item::Kind::table) && item.named.empty() && !item.list.empty()) {
        names.clear();
        for (const auto& name : item.list) names.push_back(&name);
    }
    for (const auto* name : names) {
        if (name->is(Item::Kind::mistake)) continue;
        if (!name->is(Item::Kind::text) || !http::is_protocol(name->text))
            wrong("expected a protocol (\"websocket\"), a list of them, or false, got " + name->describe());
        else if (http::passes_routes_by(name->text))
            wrong("expected a protocol that holds no requests, got " + text::quote(name->text) +
                  ", whose requests would pass all routes by");
        else
            route.upgrade.push_back(name->text);
    }
    if (!declaration.item.find("upstream"))
        wrong("expected an upstream that the request goes to, got none");
}

void Assembly::set_shaping(const Declaration& declaration, const std::string& owner, Route& route) {
    const bool has_upstream = declaration.item.find("upstream"), has_register = declaration.item.find("register");
    route.shaping = shaping_.of_route(owner, declaration.item, {declaration.name, has_upstream, has_register},
                                      report_at(declaration.place));
    if (route.shaping && route.shaping->cors) snapshot_->has_cors = true;
}

// No `place`: of requests without a route. What is in the chain already has been told of.
void Assembly::add_to_chain(Place place, const std::string& owner, const std::vector<int>& uses,
                            std::vector<const PluginUse*>& chain) {
    for (const int index : uses) {
        const PluginUse* made = use(index);
        if (std::find(chain.begin(), chain.end(), made) != chain.end()) {
            const auto& declared = reader_.uses()[std::size_t(index)];
            const Place here = place.line ? place : declared.place;
            add_problem(here, owner + ": the " + declared.descriptor->name + " of " + seen_from(here, declared.place) +
                                  " is in the chain twice");
        }
        chain.push_back(made);
    }
}

}  // namespace tollgate::config
