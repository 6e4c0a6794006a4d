// core/admin/answer.cpp - which handler answers which method and path.
#include "admin/handlers.h"

#include "support/log.h"
#include "support/text.h"

#include <Poco/JSON/Object.h>

#include <array>
#include <sstream>

namespace tollgate::admin {

namespace {

struct Place {
    std::string_view method;  // "": any
    std::string_view path;    // with '/' at the end: everything below it
    AdminAnswer (*handler)(const Call&, const Controls&);
};

constexpr std::array<Place, 13> places{{
    {"GET", "/health", show_health},
    {"GET", "/ready", show_ready},
    {"GET", "/metrics", show_metrics},
    {"GET", "/routes", show_routes},
    {"GET", "/upstreams", show_upstreams},
    {"GET", "/upstreams/", show_next_target},
    {"POST", "/upstreams/", change_upstream},
    {"", "/keys", keys},
    {"", "/keys/", key},
    {"GET", "/plugins", show_plugins},
    {"", "/plugins/", show_page},
    {"POST", "/command", run_command},
    {"POST", "/reload", reload},
}};

bool takes(const Place& place, std::string_view path) {
    return place.path.ends_with('/') ? path.starts_with(place.path) : path == place.path;
}

// HEAD is GET without a body, which the listener leaves out.
bool takes_method(const Place& place, std::string_view method) {
    return place.method.empty() || place.method == method || (place.method == "GET" && method == "HEAD");
}

AdminAnswer dispatch(Call& call, const Controls& controls) {
    std::string wanted;
    for (const Place& place : places) {
        if (!takes(place, call.path)) continue;
        call.rest = call.path.substr(place.path.size());
        if (takes_method(place, call.method)) return place.handler(call, controls);
        wanted += (wanted.empty() ? std::string{place.path} + ": wanted " : " or ") + std::string{place.method};
    }
    if (!wanted.empty()) return refused(405, wanted + ", got " + text::printable(call.method));
    std::vector<std::string_view> known;
    for (const Place& place : places) known.push_back(place.path);
    return refused(404, "no page " + text::quote(call.path) + " here" + text::did_you_mean(call.path, known));
}

}  // namespace

AdminAnswer refused(int status, const std::string& error) {
    Poco::JSON::Object json{Poco::JSON_PRESERVE_KEY_ORDER};
    json.set("ok", false);
    json.set("error", error);
    std::ostringstream out;
    json.stringify(out);
    return {status, "application/json", out.str() + '\n'};
}

AdminAnswer answer(Call call, const Controls& controls) {
    try {
        return dispatch(call, controls);
    } catch (const std::exception& thrown) {
        log::error("admin", call.method + ' ' + call.path + " failed: " + thrown.what());
        return refused(500, "the gateway failed; its log says why");
    }
}

}  // namespace tollgate::admin
