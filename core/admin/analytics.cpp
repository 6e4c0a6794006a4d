// core/admin/analytics.cpp - GET /analytics: requests over time, and who and what came most.
#include "admin/past.h"
#include "gateway/usage_reports.h"
#include "history/feed.h"
#include "history/request_history.h"
#include "support/text.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Parser.h>

namespace tollgate::admin {

using history::Analytics;
using history::Ranking;
using Poco::JSON::Array;
using Poco::JSON::Object;

namespace {

constexpr std::size_t hours_in_memory = history::Timeline::kept_hours, hours_in_database = 31 * 24;
constexpr std::size_t most_errors = 10;

Object::Ptr as_json(const Analytics::Hour& hour) {
    const std::string time = history::time_text(hour.time);
    Object::Ptr json = new_object();
    json->set("hour", time.substr(11, 5));
    json->set("time", time);
    set_counts(*json, hour.statuses);
    return json;
}

Object::Ptr as_json(const Analytics::Minute& minute) {
    Object::Ptr json = new_object();
    json->set("time", history::time_text(minute.time));
    set_counts(*json, minute.statuses);
    json->set("p50_ms", milliseconds(minute.p50));
    json->set("p99_ms", milliseconds(minute.p99));
    return json;
}

template <class Times>
Array::Ptr times_as_json(const Times& times) {
    Array::Ptr all = new Array;
    for (const auto& time : times) all->add(as_json(time));
    return all;
}

Array::Ptr as_json(const std::vector<history::Top>& tops, const char* name) {
    Array::Ptr all = new Array;
    for (const auto& top : tops) {
        Object::Ptr json = new_object();
        json->set(name, text::printable(top.name));
        json->set("count", top.count);
        all->add(json);
    }
    return all;
}

// A record, by the names that the table request_log has.
Object::Ptr as_error(const std::string& record) {
    Poco::JSON::Parser parser;
    const auto json = parser.parse(record).extract<Object::Ptr>();
    Object::Ptr error = new_object();
    for (const auto& [name, member] : {std::pair{"id", "id"},
                                       {"timestamp_utc", "time"},
                                       {"request_path", "path"},
                                       {"status_code", "status"},
                                       {"method", "method"},
                                       {"route", "route"},
                                       {"reason", "reason"},
                                       {"user_id", "owner"},
                                       {"key_id", "caller"},
                                       {"client_ip", "client_ip"},
                                       {"request_id", "request_id"}})
        if (json->has(member)) error->set(name, json->get(member));
    if (!error->has("user_id") && error->has("key_id")) error->set("user_id", error->get("key_id"));
    return error;
}

struct Told {
    Analytics analytics;
    std::vector<std::string> errors;  // records
};

Told from_memory(const Controls& controls, int hours) {
    Told told{controls.usage->analytics(hours), {}};
    history::Filter failed;
    failed.status_from = 400;
    failed.since = told.analytics.since();
    controls.feed->look([&](const history::Recent& recent) {
        for (const auto& one : recent.find(failed, most_errors)) told.errors.push_back(history::json(*one.record));
    });
    return told;
}

Told from_database(const Controls& controls, int hours) {
    const auto requests = controls.stored_requests();
    Told told{requests->analytics(std::chrono::system_clock::now(), hours), {}};
    history::Filter failed;
    failed.status_from = 400;
    failed.since = told.analytics.since();
    told.errors = requests->page(failed, most_errors).records;
    return told;
}

Answer tell(const Told& told, Source source) {
    const Analytics& analytics = told.analytics;
    const history::Statuses all = analytics.statuses();
    Array::Ptr errors = new Array;
    for (const auto& record : told.errors) errors->add(as_error(record));
    Object json{Poco::JSON_PRESERVE_KEY_ORDER};
    json.set("source", name_of(source));
    json.set("since", history::time_text(analytics.since()));
    json.set("total_requests", all.total());
    json.set("successful_requests", all.ok());
    json.set("total_errors", all.errors());
    json.set("status_code_counts", by_class(all));
    json.set("requests_over_time", times_as_json(analytics.hours));
    json.set("minutes", times_as_json(analytics.minutes));
    json.set("top_endpoints", as_json(analytics.tops[Ranking::paths], "request_path"));
    json.set("top_routes", as_json(analytics.tops[Ranking::routes], "route"));
    json.set("top_users", as_json(analytics.tops[Ranking::users], "user_id"));
    json.set("top_blocked", as_json(analytics.tops[Ranking::blocked], "client_ip"));
    json.set("recent_errors", errors);
    return as_answer(200, json);
}

}  // namespace

Answer show_analytics(const Call& call, const Controls& controls) {
    Source source = controls.requests_are_stored() ? Source::database : Source::memory;
    std::size_t hours = 24;
    std::string said_hours = "24";
    for (const auto& [name, value] : parameters_of(call.query)) {
        if (name == "source") {
            const auto said = source_of(value);
            if (!said) return wrong_fields({{name, wanted_source + (", got " + text::quote(value))}});
            source = *said;
        } else if (name == "hours") {
            said_hours = value;
        } else {
            return wrong_fields({{name, "expected hours or source"}});
        }
    }
    const std::size_t most = source == Source::memory ? hours_in_memory : hours_in_database;
    const auto said = number_of(said_hours, 1, most);
    if (!said)
        return wrong_fields({{"hours", "expected a number from 1 to " + std::to_string(most) + " (source=" +
                                           name_of(source) + "), got " + text::quote(said_hours)}});
    hours = *said;
    return of_the_past([&] {
        return tell(source == Source::memory ? from_memory(controls, int(hours)) : from_database(controls, int(hours)),
                    source);
    });
}

}  // namespace tollgate::admin
