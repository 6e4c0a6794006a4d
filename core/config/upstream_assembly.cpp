// core/config/upstream_assembly.cpp - `upstream "name" { ... }`: targets, times, what chooses among the targets.
#include "config/assembly.h"

#include "support/text.h"

#include <algorithm>

namespace tollgate::config {

void Assembly::add_upstream(const Declaration& declaration, int index) {
    const std::string owner = "upstream " + text::quote(declaration.name);
    auto made = std::make_unique<upstream::Upstream>();
    made->name = declaration.name;
    made->state = surroundings_.upstream_state(declaration.name);
    made->number = snapshot_->upstreams.size();
    made->where = where(declaration.place);
    if (const auto settings = check(declaration.place, owner, declaration.item, upstream_shape)) {
        const auto time = [&](const char* name, std::chrono::nanoseconds& time) {
            if (settings->has(name)) time = settings->duration(name);
        };
        time("timeout", made->timeout);
        time("connect_timeout", made->connect_timeout);
        time("idle_timeout", made->idle_timeout);
        time("deadline", made->deadline);
        time("keep_alive_time", made->keep_alive_time);
        if (settings->has("keep_alive")) made->keep_alive = std::size_t(settings->integer("keep_alive"));
        if (settings->has("preserve_host")) made->preserve_host = settings->boolean("preserve_host");
        set_gate(declaration, owner, *settings, *made);
        time("slow_start", made->slow_start);
        made->panic = settings->number("panic");
    }
    if (const Item* health = declaration.item.find("health"))
        set_health(declaration, owner + ": health", *health, *made);
    if (const Item* eject = declaration.item.find("eject")) set_eject(declaration, owner + ": eject", *eject, *made);
    if (const Item* retry = declaration.item.find("retry")) set_retry(declaration, owner + ": retry", *retry, made->retry);
    if (made->retry.hedge_quantile > 0) made->hedge_delay = made->state->hedge_delay();
    if (const Item* item = declaration.item.find("breaker"))
        made->breaker = breaker_of(declaration.place, owner + ": breaker", *item);
    const Item* targets = declaration.item.find("targets");
    if (targets) add_targets(declaration, owner, *targets, *made);
    if (!targets || (made->targets.empty() && targets->is(Item::Kind::table) && targets->list.empty()))
        add_problem(declaration.place, owner + ": targets: missing; expected addresses ({ \"10.0.0.11:9001\", ... })");
    set_tls(declaration, owner + ": tls", *made);
    UpstreamPlan plan{made.get(), declaration.place, {}};
    for (const char* name : {"balance", "plugins"})
        if (const Item* plugins = declaration.item.find(name))
            collect_uses(declaration.place, owner + ": " + name, *plugins, plan.uses);
    const auto [first, fresh] = upstream_names_.try_emplace(declaration.name, index);
    if (!fresh)
        add_problem(declaration.place, owner + ": already declared in " +
                                           seen_from(declaration.place, upstreams_.at(first->second).place));
    upstreams_.emplace(index, std::move(plan));
    snapshot_->upstreams.push_back(std::move(made));
}

const Assembly::UpstreamPlan* Assembly::find_upstream(Place place, const std::string& what, const Item& item,
                                                      const char* wanted) {
    int index = item.index;
    if (item.is(Item::Kind::text)) {
        const auto known = upstream_names_.find(item.text);
        if (known == upstream_names_.end()) {
            std::vector<std::string_view> names;
            for (const auto& [name, number] : upstream_names_) names.emplace_back(name);
            add_problem(place, what + ": there is none called " + text::quote(item.text) +
                                   text::did_you_mean(item.text, names));
            return nullptr;
        }
        index = known->second;
    } else if (!item.is(Item::Kind::upstream)) {
        if (!item.is(Item::Kind::mistake))
            add_problem(place, what + ": expected " + wanted + ", got " + item.describe());
        return nullptr;
    }
    const auto plan = upstreams_.find(index);
    return plan == upstreams_.end() ? nullptr : &plan->second;
}

// A list of addresses and of { "address", weight = 2 }; lists within it flatten.
void Assembly::add_targets(const Declaration& declaration, const std::string& owner, const Item& targets,
                           upstream::Upstream& upstream) {
    if (targets.is(Item::Kind::mistake)) return;
    if (!targets.is(Item::Kind::table) || !targets.named.empty())
        return add_target(declaration, owner, targets, upstream);
    for (const auto& target : targets.list) add_targets(declaration, owner, target, upstream);
}

void Assembly::add_target(const Declaration& declaration, const std::string& owner, const Item& target,
                          upstream::Upstream& upstream) {
    const bool plain = target.is(Item::Kind::text);
    const bool weighted =
        target.is(Item::Kind::table) && target.list.size() == 1 && target.list[0].is(Item::Kind::text);
    if (!plain && !weighted) {
        add_problem(
            declaration.place,
            owner + ": targets: expected \"host:port\" or { \"host:port\", weight = 2 }, got " + target.describe());
        return;
    }
    const std::string& text = plain ? target.text : target.list[0].text;
    const std::string named = owner + ": target " + text::quote(text);
    std::uint32_t weight = 1;
    if (weighted) {
        Item names = target;
        names.list.clear();
        const auto settings = check(declaration.place, named, names, target_shape);
        if (settings && settings->has("weight")) weight = std::uint32_t(settings->integer("weight"));
    }
    std::string problem;
    auto address = upstream::TargetAddress::parse(text, problem);
    if (!address) return add_problem(declaration.place, owner + ": targets: " + problem);
    for (const auto& other : upstream.targets)
        if (other->place().same_as(*address))
            return add_problem(declaration.place, named + ": is there twice; give it a weight");
    upstream.targets.push_back(std::make_unique<upstream::UpstreamTarget>(upstream, std::move(*address), weight,
                                                                          upstream.state->target(text)));
}

}  // namespace tollgate::config
