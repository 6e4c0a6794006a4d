// core/config/route_table.cpp - describe_routes(): what `tollgate routes` prints.
#include "config/builder.h"
#include "support/text.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <algorithm>
#include <array>
#include <sstream>

namespace tollgate::config {

namespace {

std::vector<std::string> plugins_of(const Route& route) {
    std::vector<std::string> names;
    for (const auto* use : route.chain) names.emplace_back(use->descriptor->name);
    return names;
}

std::string destination(const Route& route) {
    if (route.upstream)
        return route.upstream->name + " (" + text::count(route.upstream->targets.size(), "target") + ")";
    if (route.answer) return "answer " + std::to_string(route.answer->status);
    return route.name == "(none)" ? "answer 404" : "plugins";
}

using Line = std::array<std::string, 4>;

std::string as_text(const Snapshot& snapshot) {
    std::vector<Line> lines{{"ROUTE", "PLUGINS", "TO", "WHERE"}};
    const auto add = [&](const Route& route) {
        const auto plugins = plugins_of(route);
        lines.push_back({text::printable(route.name) + (route.when ? " (when)" : ""),
                         plugins.empty() ? "-" : text::join(plugins), text::printable(destination(route)),
                         route.where});
    };
    for (const auto& route : snapshot.routes) add(route);
    add(snapshot.unmatched);
    std::array<std::size_t, 3> widths{};
    for (const auto& line : lines)
        for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
    std::string table;
    for (const auto& line : lines) {
        for (std::size_t i = 0; i < widths.size(); ++i) table += text::padded(line[i], widths[i] + 2);
        table += line[3] + '\n';
    }
    return table;
}

std::string as_json(const Snapshot& snapshot) {
    Poco::JSON::Array all;
    const auto add = [&](const Route& route) {
        Poco::JSON::Object::Ptr object = new Poco::JSON::Object{Poco::JSON_PRESERVE_KEY_ORDER};
        Poco::JSON::Array::Ptr plugins = new Poco::JSON::Array;
        for (const auto& name : plugins_of(route)) plugins->add(name);
        object->set("route", route.name);
        object->set("when", route.when != 0);
        object->set("plugins", plugins);
        object->set("upstream", route.upstream ? Poco::Dynamic::Var{route.upstream->name} : Poco::Dynamic::Var{});
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
