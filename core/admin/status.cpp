// core/admin/status.cpp - GET /status: one small object, for a status page or somebody who looks in.
#include "admin/bodies.h"
#include "history/record.h"
#include "snapshot/snapshot.h"
#include "support/instance.h"
#include "support/log.h"
#include "support/version.h"

#include <Poco/JSON/Array.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tollgate::admin {

namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

Array::Ptr array_of(const std::vector<std::string>& texts) {
    Array::Ptr json = new Array;
    for (const std::string& text : texts) json->add(text);
    return json;
}

Object::Ptr as_json(const Configuration& state) {
    Object::Ptr json = new_object();
    json->set("file", state.file.string());
    json->set("loaded", log::timestamp(state.loaded));
    json->set("checked", log::timestamp(state.checked));
    json->set("ok", state.ok);
    json->set("problems", array_of(state.problems));
    return json;
}

Object::Ptr as_json(const Traffic& traffic) {
    const auto of = [&](history::Result result) { return traffic.requests[std::size_t(result)]; };
    Object::Ptr json = new_object();
    json->set("total", std::accumulate(traffic.requests.begin(), traffic.requests.end(), std::uint64_t{0}));
    json->set("in_flight", traffic.in_flight);
    json->set("per_second", std::round(traffic.per_second * 10) / 10);
    json->set("ok", of(history::Result::ok));
    json->set("refused", of(history::Result::refused));
    json->set("limited", of(history::Result::limited));
    json->set("failed", of(history::Result::failed));
    return json;
}

const char* state_of(const upstream::Upstream& upstream) {
    const auto in = std::count_if(upstream.targets.begin(), upstream.targets.end(),
                                  [](const auto& target) { return target->available(); });
    return in == 0 ? "down" : std::size_t(in) < upstream.targets.size() ? "degraded" : "up";
}

}  // namespace

Answer show_status(const Call&, const Controls& controls) {
    const Health health = controls.health();
    const Traffic traffic = controls.traffic();
    const auto snapshot = controls.current();
    Object::Ptr upstreams = new_object(), json = new_object();
    for (const auto& upstream : snapshot->upstreams) upstreams->set(upstream->name, std::string{state_of(*upstream)});
    json->set("version", std::string{version()});
    json->set("instance", instance());
    json->set("started", log::timestamp(health.started));
    json->set("uptime_seconds", Poco::Int64(health.uptime.count()));
    json->set("listening", array_of(health.listening));
    json->set("serving", health.serving);
    json->set("unready", array_of(health.unready));
    json->set("config", as_json(controls.configuration()));
    json->set("requests", as_json(traffic));
    json->set("connections", Poco::UInt64(traffic.connections));
    json->set("routes", Poco::UInt64(snapshot->routes.size()));
    json->set("upstreams", upstreams);
    return as_answer(200, *json);
}

}  // namespace tollgate::admin
