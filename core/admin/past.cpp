// core/admin/past.cpp - saying counts and times, and that there is no answer.
#include "admin/past.h"

#include "gateway/usage_reports.h"

#include <cmath>

namespace tollgate::admin {

using Poco::JSON::Object;

std::optional<Source> source_of(const std::string& value) {
    if (value == "memory") return Source::memory;
    if (value == "database") return Source::database;
    return std::nullopt;
}

Answer of_the_past(const std::function<Answer()>& work) {
    try {
        return work();
    } catch (const store::StoreError& error) {
        if (error.kind() != store::StoreError::Kind::unavailable) throw;
        return refused(503, std::string{error.what()} + "; source=memory asks what the gateway itself remembers");
    } catch (const LoopsSilent& error) {
        return refused(503, error.what());
    }
}

Poco::Dynamic::Var milliseconds(std::optional<std::chrono::nanoseconds> time) {
    if (!time) return {};
    return std::round(double(time->count()) / 1000) / 1000;
}

Object::Ptr by_class(const history::Statuses& statuses) {
    Object::Ptr json = new_object();
    for (std::size_t first = 1; first < statuses.by_class.size(); ++first)
        json->set(std::to_string(first) + "xx", statuses.by_class[first]);
    json->set("429", statuses.limited);
    return json;
}

void set_counts(Object& json, const history::Statuses& statuses) {
    json.set("count", statuses.total());
    json.set("ok", statuses.ok());
    json.set("limited", statuses.limited);
    json.set("failed", statuses.failed());
}

}  // namespace tollgate::admin
