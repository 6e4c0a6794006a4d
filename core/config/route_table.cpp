// core/config/route_table.cpp - describe_routes(): what `tollgate routes` prints.
#include "config/builder.h"
#include "config/outline.h"
#include "snapshot/shaping.h"
#include "support/secrets.h"
#include "support/text.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <algorithm>
#include <array>
#include <sstream>

namespace tollgate::config {

namespace {

using Chain = std::vector<const PluginUse*>;

std::vector<std::string> plugins_of(const Chain& chain, std::size_t from = 0) {
    std::vector<std::string> names;
    for (; from < chain.size(); ++from) names.emplace_back(chain[from]->descriptor->name);
    return names;
}

std::string named(const upstream::Upstream& upstream) {
    return upstream.name + " (" + text::count(upstream.targets.size(), "target") + ")";
}

std::string destination(const Route& route) {
    if (route.upstream) return named(*route.upstream);
    if (route.split) return route.split->by ? "split by " + route.split->by.describe() : "split";
    if (route.answer) return "answer " + std::to_string(route.answer->status);
    if (route.registration) return "register";
    if (route.shaping && route.shaping->redirect) return "redirect " + std::to_string(route.shaping->redirect->status);
    return route.name == "(none)" ? "answer 404" : "plugins";
}

std::vector<std::string> hosts_of(const Route& route) {
    std::vector<std::string> hosts;
    for (const auto& host : route.hosts) hosts.push_back(host.text());
    return hosts;
}

// What has to be so, besides method and path.
std::vector<std::string> conditions_of(const Route& route) {
    std::vector<std::string> all;
    if (!route.hosts.empty()) all.push_back("host: " + text::join(hosts_of(route), " or "));
    for (const auto& condition : route.conditions.all) all.push_back(text::printable(condition.describe()));
    if (route.when) all.emplace_back("when says so");
    return all;
}

// Of a split: "95 of 100 to orders (2 targets), balancer".
std::vector<std::string> branches_of(const Route& route) {
    std::vector<std::string> all;
    if (!route.split) return all;
    const auto& shares = route.split->shares;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        const Branch& branch = route.split->branches[i];
        std::string line = text::number(shares.weight(i)) + " of " + text::number(shares.total()) + " to " +
                           text::printable(named(*branch.upstream));
        for (const auto& plugin : plugins_of(branch.chain, route.chain.size())) line += ", " + plugin;
        all.push_back(std::move(line));
    }
    return all;
}

// [{"plugin": "ratelimit", "where": "routes.lua:26", "settings": {"rate": "60 / minute"}}]
Poco::JSON::Array::Ptr uses_of(const Chain& chain, const Outline* outline) {
    Poco::JSON::Array::Ptr all = new Poco::JSON::Array;
    for (const PluginUse* use : chain) {
        Poco::JSON::Object::Ptr one = new Poco::JSON::Object{Poco::JSON_PRESERVE_KEY_ORDER};
        Poco::JSON::Object::Ptr settings = new Poco::JSON::Object{Poco::JSON_PRESERVE_KEY_ORDER};
        one->set("plugin", std::string{use->descriptor->name});
        one->set("where", use->where);
        if (outline && use->number < outline->uses.size())
            for (const auto& setting : outline->uses[use->number].settings) settings->set(setting.name, setting.shown);
        one->set("settings", settings);
        all->add(one);
    }
    return all;
}

Poco::JSON::Array::Ptr array_of(const std::vector<std::string>& texts) {
    Poco::JSON::Array::Ptr array = new Poco::JSON::Array;
    for (const auto& text : texts) array->add(text);
    return array;
}

// {"of": "header", "name": "X-Beta", "any_of": [true, "text", {"matches": "^a"}]}
Poco::JSON::Object::Ptr as_json(const routing::Condition& condition) {
    Poco::JSON::Object::Ptr object = new Poco::JSON::Object{Poco::JSON_PRESERVE_KEY_ORDER};
    object->set("of", std::string{routing::word_of(condition.subject)});
    if (!condition.name.empty()) object->set("name", condition.name);
    Poco::JSON::Array::Ptr any_of = new Poco::JSON::Array;
    for (const auto& wanted : condition.wanted) {
        if (const auto* present = std::get_if<bool>(&wanted)) {
            any_of->add(*present);
        } else if (const auto* text = std::get_if<std::string>(&wanted)) {
            any_of->add(condition.carries_secrets() ? std::string{hidden} : *text);
        } else if (const auto* expression = std::get_if<routing::RegularExpression>(&wanted)) {
            Poco::JSON::Object::Ptr matches = new Poco::JSON::Object;
            matches->set("matches", expression->text());
            any_of->add(matches);
        } else {
            any_of->add(routing::describe(wanted));
        }
    }
    object->set("any_of", any_of);
    return object;
}

// {"by": "caller", "branches": [{"upstream": "orders", "weight": 95, "plugins": ["auth", "balancer"]}]}
Poco::Dynamic::Var as_json(const Split* split) {
    if (!split) return {};
    Poco::JSON::Array::Ptr branches = new Poco::JSON::Array;
    for (std::size_t i = 0; i < split->branches.size(); ++i) {
        Poco::JSON::Object::Ptr branch = new Poco::JSON::Object{Poco::JSON_PRESERVE_KEY_ORDER};
        branch->set("upstream", split->branches[i].upstream->name);
        branch->set("weight", split->shares.weight(i));
        branch->set("plugins", array_of(plugins_of(split->branches[i].chain)));
        branches->add(branch);
    }
    Poco::JSON::Object::Ptr object = new Poco::JSON::Object{Poco::JSON_PRESERVE_KEY_ORDER};
    object->set("by", split->by ? Poco::Dynamic::Var{split->by.describe()} : Poco::Dynamic::Var{});
    object->set("branches", branches);
    return object;
}

// {"upstream": "shadow", "share": 0.1}
Poco::Dynamic::Var as_json(const std::optional<Mirror>& mirror) {
    if (!mirror) return {};
    Poco::JSON::Object::Ptr object = new Poco::JSON::Object{Poco::JSON_PRESERVE_KEY_ORDER};
    object->set("upstream", mirror->upstream->name);
    object->set("share", mirror->share);
    return object;
}

// A route as a table shows it; what else is to be said of it stands below.
struct Line {
    std::array<std::string, 4> cells;
    std::vector<std::string> below{};
};

std::string as_text(const Snapshot& snapshot) {
    std::vector<Line> lines{{{"ROUTE", "PLUGINS", "TO", "WHERE"}}};
    const auto add = [&](const Route& route) {
        const auto plugins = plugins_of(route.chain);
        lines.push_back({{text::printable(route.name), plugins.empty() ? "-" : text::join(plugins),
                          text::printable(destination(route)), route.where}});
        for (const auto& condition : conditions_of(route)) lines.back().below.push_back("if " + condition);
        for (auto& branch : branches_of(route)) lines.back().below.push_back(std::move(branch));
        if (route.mirror)
            lines.back().below.push_back("copies, a share of " + text::number(route.mirror->share) + ", to " +
                                         text::printable(named(*route.mirror->upstream)));
    };
    for (const auto& route : snapshot.routes) add(route);
    add(snapshot.unmatched);
    std::array<std::size_t, 3> widths{};
    for (const auto& line : lines)
        for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], line.cells[i].size());
    std::string table;
    for (const auto& line : lines) {
        for (std::size_t i = 0; i < widths.size(); ++i) table += text::padded(line.cells[i], widths[i] + 2);
        table += line.cells.back() + '\n';
        for (const auto& below : line.below) table += "  " + below + '\n';
    }
    return table;
}

std::string as_json(const Snapshot& snapshot) {
    Poco::JSON::Array all;
    const auto add = [&](const Route& route) {
        Poco::JSON::Object::Ptr object = new Poco::JSON::Object{Poco::JSON_PRESERVE_KEY_ORDER};
        Poco::JSON::Array::Ptr conditions = new Poco::JSON::Array;
        for (const auto& condition : route.conditions.all) conditions->add(as_json(condition));
        object->set("route", route.name);
        object->set("hosts", array_of(hosts_of(route)));
        object->set("conditions", conditions);
        object->set("when", route.when != 0);
        object->set("plugins", array_of(plugins_of(route.chain)));
        object->set("uses", uses_of(route.chain, snapshot.outline.get()));
        object->set("upstream", route.upstream ? Poco::Dynamic::Var{route.upstream->name} : Poco::Dynamic::Var{});
        object->set("split", as_json(route.split.get()));
        object->set("mirror", as_json(route.mirror));
        object->set("answer", route.answer ? Poco::Dynamic::Var{route.answer->status} : Poco::Dynamic::Var{});
        object->set("where", route.where);
        all.add(object);
    };
    for (const auto& route : snapshot.routes) add(route);
    add(snapshot.unmatched);
    std::ostringstream out;
    all.stringify(out, 2);
    return out.str() + '\n';
}

}  // namespace

std::string describe_routes(const Snapshot& snapshot, bool json) {
    return json ? as_json(snapshot) : as_text(snapshot);
}

}  // namespace tollgate::config
