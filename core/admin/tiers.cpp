// core/admin/tiers.cpp - GET /tiers: what callers of each tier may.
#include "admin/bodies.h"
#include "snapshot/snapshot.h"

#include <Poco/JSON/Array.h>

#include <chrono>

namespace tollgate::admin {

namespace {

Poco::Dynamic::Var as_json(const std::optional<Rate>& rate) {
    if (!rate) return {};
    Poco::JSON::Object::Ptr json = new_object();
    json->set("count", rate->count);
    json->set("seconds", std::chrono::duration<double>(rate->per).count());
    return json;
}

}  // namespace

Answer show_tiers(const Call&, const Controls& controls) {
    const auto snapshot = controls.current();
    Poco::JSON::Array::Ptr all = new Poco::JSON::Array;
    for (const auto& [name, tier] : snapshot->tiers) {
        Poco::JSON::Object::Ptr json = new_object();
        json->set("name", name);
        json->set("where", tier.where_);
        json->set("rate", as_json(tier.rate_));
        json->set("burst", tier.burst_ ? Poco::Dynamic::Var{*tier.burst_} : Poco::Dynamic::Var{});
        json->set("quota", as_json(tier.quota_));
        all->add(json);
    }
    Poco::JSON::Object::Ptr json = new_object();
    json->set("tiers", all);
    return as_answer(200, *json);
}

}  // namespace tollgate::admin
