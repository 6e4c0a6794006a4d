// core/history/request_sql.cpp - composing statements; what clients and operators wrote is bound, never part of one.
#include "history/request_sql.h"

#include "history/record.h"

#include <optional>
#include <string_view>

namespace tollgate::history {

namespace {

// A member of the JSON, and what it is of.
struct Member {
    const char *name, *column;
};
constexpr Member members[] = {
    {"request_id", "request_id"},
    {"client_ip", "client_ip"},
    {"method", "http_method"},
    {"path", "request_path"},
    {"route", "route"},
    {"status", "status_code"},
    {"reason", "reason"},
    {"caller", "key_id"},
    {"owner", "user_id"},
    {"tier", "tier"},
    {"upstream", "upstream"},
    {"target", "target"},
    {"attempts", "attempts"},
    {"upstream_status", "upstream_status"},
    {"cache", "cache"},
    {"bytes_received", "bytes_received"},
    {"bytes_sent", "bytes_sent"},
    {"duration_ms", "latency_ms"},
    {"gateway_ms", "gateway_ms"},
};

// The time as text, to the microsecond.
const char* moment_of(bool sqlite) {
    return sqlite ? "timestamp_utc" : "to_char(timestamp_utc AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";
}

// Made by the database: of rows of twenty columns POCO makes more work than it has. What is null is left out.
std::string json_of(bool sqlite) {
    std::string json = sqlite ? "json_patch('{}', json_object(" : "CAST(json_strip_nulls(json_build_object(";
    json += std::string{"'id', id, 'time', "} + moment_of(sqlite);
    for (const auto& [name, column] : members) json += std::string{", '"} + name + "', " + column;
    json += sqlite ? ", 'complete', json(CASE WHEN complete THEN 'true' ELSE 'false' END)))"
                   : ", 'complete', complete)) AS TEXT)";
    return json;
}

class Composed {
public:
    explicit Composed(bool sqlite, std::string sql) : sqlite_{sqlite}, question_{std::move(sql), {}} {}

    std::string bind(std::string value) {
        question_.values.push_back(std::move(value));
        return "CAST($" + std::to_string(question_.values.size()) + " AS TEXT)";
    }
    std::string bind_moment(std::string moment) {
        const std::string bound = bind(std::move(moment));
        return sqlite_ ? bound : "CAST(" + bound + " AS TIMESTAMP WITH TIME ZONE)";
    }
    std::string bind_id(std::string id) {
        const std::string bound = bind(std::move(id));
        return sqlite_ ? bound : "CAST(" + bound + " AS UUID)";
    }
    void say(std::string_view more) { question_.sql += more; }
    RequestQuestion take() { return std::move(question_); }

private:
    const bool sqlite_;
    RequestQuestion question_;
};

// That 400 stands there in digits lets the databases use the index of those that failed.
std::string of_status(const Filter& filter) {
    if (filter.status_from <= 0 && filter.status_to >= 999) return {};
    std::string said = " AND status_code BETWEEN " + std::to_string(filter.status_from) + " AND " +
                       std::to_string(filter.status_to);
    if (filter.status_from >= 400) said += " AND status_code >= 400";
    return said;
}

// By Ranking: what is counted, and under which condition. No plain column where there is an index by it: SQLite would
// walk that, all of it and not since when is asked, to have the values in their order.
struct Counted {
    const char *column, *only;
};
constexpr Counted counted[] = {
    {"request_path", ""},
    {"route", ""},
    {"coalesce(user_id, '')", "user_id IS NOT NULL"},
    {"coalesce(client_ip, '')", "status_code >= 400 AND status_code IN (401, 403, 429)"},
};

}  // namespace

// The first of the row's two comparisons says nothing new, but is one that an index answers.
RequestQuestion ask_for_page(bool sqlite, const Filter& filter, std::size_t limit, const std::string& cursor) {
    Composed asked{sqlite, std::string{"SELECT "} + moment_of(sqlite) + " AS moment, CAST(id AS TEXT), " +
                               json_of(sqlite) + " FROM request_log WHERE 1 = 1"};
    if (filter.since) asked.say(" AND timestamp_utc >= " + asked.bind_moment(time_text(*filter.since)));
    if (filter.until) asked.say(" AND timestamp_utc < " + asked.bind_moment(time_text(*filter.until)));
    if (!cursor.empty()) {
        const auto between = cursor.find('~');
        const std::string moment = cursor.substr(0, between), id = cursor.substr(between + 1);
        asked.say(" AND timestamp_utc <= " + asked.bind_moment(moment));
        asked.say(" AND (timestamp_utc, id) < (" + asked.bind_moment(moment) + ", ");
        asked.say(asked.bind_id(id) + ")");
    }
    asked.say(of_status(filter));
    const auto same = [&](const char* column, const std::optional<std::string>& value) {
        if (value) asked.say(std::string{" AND "} + column + " = " + asked.bind(*value));
    };
    same("key_id", filter.caller);
    same("user_id", filter.owner);
    same("tier", filter.tier);
    same("route", filter.route);
    same("upstream", filter.upstream);
    same("http_method", filter.method);
    same("client_ip", filter.client_ip);
    same("request_id", filter.request_id);
    if (filter.path) {
        asked.say(" AND substr(request_path, 1, length(" + asked.bind(*filter.path) + "))");
        asked.say(" = " + asked.bind(*filter.path));
    }
    asked.say(" ORDER BY timestamp_utc DESC, id DESC LIMIT " + std::to_string(limit));
    return asked.take();
}

RequestQuestion ask_for_hours(bool sqlite, const std::string& since) {
    Composed asked{sqlite, sqlite ? "SELECT substr(timestamp_utc, 1, 13) AS hour, status_code, COUNT(*)"
                                  : "SELECT to_char(hour, 'YYYY-MM-DD\"T\"HH24'), status_code, number FROM (SELECT"
                                    " date_trunc('hour', timestamp_utc AT TIME ZONE 'UTC') AS hour, status_code,"
                                    " COUNT(*) AS number"};
    asked.say(" FROM request_log WHERE timestamp_utc >= " + asked.bind_moment(since) + " GROUP BY 1, 2");
    if (!sqlite) asked.say(") AS counted");
    return asked.take();
}

RequestQuestion ask_for_minutes(bool sqlite, const std::string& since) {
    const std::string about =
        "CASE WHEN latency_ms < 1 THEN round(latency_ms * 100) / 100"
        " WHEN latency_ms < 10 THEN round(latency_ms * 10) / 10 WHEN latency_ms < 100 THEN round(latency_ms)"
        " WHEN latency_ms < 1000 THEN round(latency_ms / 10) * 10"
        " ELSE round(latency_ms / 100) * 100 END AS about";
    Composed asked{sqlite, (sqlite ? "SELECT substr(timestamp_utc, 1, 16) AS minute, status_code, " + about +
                                         ", COUNT(*)"
                                   : "SELECT to_char(minute, 'YYYY-MM-DD\"T\"HH24:MI'), status_code, about, number FROM"
                                     " (SELECT date_trunc('minute', timestamp_utc AT TIME ZONE 'UTC') AS minute,"
                                     " status_code, " +
                                         about + ", COUNT(*) AS number")};
    asked.say(" FROM request_log WHERE timestamp_utc >= " + asked.bind_moment(since) + " GROUP BY 1, 2, 3");
    if (!sqlite) asked.say(") AS counted");
    asked.say(" ORDER BY 1, 3");
    return asked.take();
}

RequestQuestion ask_for_tops(bool sqlite, const std::string& since, Ranking of, std::size_t most) {
    const auto& [column, only] = counted[std::size_t(of)];
    Composed asked{sqlite, std::string{"SELECT "} + column + ", COUNT(*) AS number FROM request_log WHERE "};
    asked.say("timestamp_utc >= " + asked.bind_moment(since));
    if (*only) asked.say(std::string{" AND "} + only);
    asked.say(std::string{" GROUP BY "} + column + " ORDER BY number DESC, " + column +
              (sqlite ? "" : " COLLATE \"C\"") + " LIMIT " + std::to_string(most));
    return asked.take();
}

}  // namespace tollgate::history
