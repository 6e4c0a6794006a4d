// core/admin/plugins.cpp - GET /plugins: what is loaded and what it offers; below it the plugins' own pages.
#include "admin/handlers.h"
#include "plugins/catalogue.h"
#include "plugins/describe.h"
#include "support/text.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <sstream>

namespace tollgate::admin {

namespace {

std::string offered(const plugins::Pages& pages, bool commands) {
    Poco::JSON::Array all;
    for (const plugins::Pages::Listed& listed : pages.list()) {
        if (listed.is_command != commands) continue;
        Poco::JSON::Object one{Poco::JSON_PRESERVE_KEY_ORDER};
        one.set("plugin", listed.plugin);
        one.set(commands ? "name" : "path", commands ? listed.name : "/plugins/" + listed.plugin + '/' + listed.name);
        if (commands) one.set("help", listed.help);
        all.add(one);
    }
    std::ostringstream out;
    all.stringify(out);
    return out.str();
}

}  // namespace

Answer show_plugins(const Call&, const Controls& controls) {
    return {200, "application/json",
            "{\"plugins\":" + plugins::describe_json(controls.catalogue) + ",\"pages\":" +
                offered(controls.pages, false) + ",\"commands\":" + offered(controls.pages, true) + "}\n"};
}

Answer show_page(const Call& call, const Controls& controls) {
    const std::string &plugin = call.parts[0], &path = call.parts[1];
    const AdminRequest request{call.method, path, call.query, call.body, {}};
    if (auto answer = controls.pages.page(plugin, path, request)) {
        if (answer->status < 200 || answer->status > 599) answer->status = 500;
        return {*std::move(answer)};
    }
    if (!controls.catalogue.find(plugin)) return refused(404, "no plugin " + text::quote(plugin) + " is loaded");
    return refused(404,
                   "plugin " + text::quote(plugin) + " has no page " + text::quote(path) + " in this configuration");
}

}  // namespace tollgate::admin
