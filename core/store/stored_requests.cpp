// core/store/stored_requests.cpp - a batch of lines is one parameter, which the databases take apart themselves.
#include "store/stored_requests.h"

#include "store/migrations.h"

#include <algorithm>
#include <chrono>
#include <vector>

namespace tollgate::store {

using Poco::Data::Session;
using Poco::Data::Statement;
using namespace Poco::Data::Keywords;

namespace {

// A column, where its value is in a line, and of what type that is.
struct Column {
    const char *name, *member, *type;
};
constexpr Column columns[] = {
    {"id", "id", "uuid"},
    {"timestamp_utc", "time", "timestamp with time zone"},
    {"key_id", "caller", "text"},
    {"tier", "tier", "text"},
    {"request_path", "path", "text"},
    {"route", "route", "text"},
    {"status_code", "status", "integer"},
    {"reason", "reason", "text"},
    {"latency_ms", "duration_ms", "double precision"},
    {"gateway_ms", "gateway_ms", "double precision"},
    {"upstream", "upstream", "text"},
    {"target", "target", "text"},
    {"attempts", "attempts", "integer"},
    {"upstream_status", "upstream_status", "integer"},
    {"cache", "cache", "text"},
    {"bytes_received", "bytes_received", "bigint"},
    {"bytes_sent", "bytes_sent", "bigint"},
    {"complete", "complete", "boolean"},
    {"request_id", "request_id", "text"},
    {"client_ip", "client_ip", "text"},
};

// For what walks through as many rows as there are: tens of millions take seconds.
constexpr std::chrono::minutes long_answer{2};

// Bound as one text each: of many rows of many parameters POCO makes more work than the database has.
std::string insert_statement(bool sqlite) {
    const auto value = [sqlite](const std::string& member) {
        return sqlite ? "json_extract(value, '$." + member + "')" : '"' + member + '"';
    };
    std::string names = "user_id, http_method",
                values =
                    "coalesce(" + value("owner") + ", " + value("caller") + "), substr(" + value("method") + ", 1, 10)",
                types = "\"owner\" text, \"method\" text";
    for (const auto& [name, member, type] : columns) {
        names += std::string{", "} + name;
        values += ", " + value(member);
        types += std::string{", \""} + member + "\" " + type;
    }
    return "INSERT INTO request_log (" + names + ") SELECT " + values +
           (sqlite ? " FROM json_each($1) WHERE TRUE"
                   : " FROM json_to_recordset(CAST($1 AS json)) AS line(" + types + ')') +
           " ON CONFLICT (id) DO NOTHING";
}

// Whether what stands there is an escape, and not the end of an escaped backslash.
bool is_escape(std::string_view text, std::size_t backslash) {
    std::size_t before = 0;
    while (before < backslash && text[backslash - 1 - before] == '\\') ++before;
    return before % 2 == 0;
}

}  // namespace

std::string json_array(std::string_view lines) {
    std::string array{'['};
    array.append(lines);
    while (array.back() == '\n') array.pop_back();
    std::replace(array.begin(), array.end(), '\n', ',');  // inside of a line it is escaped
    constexpr std::string_view zero = "\\u0000", replacement = "\\ufffd";
    for (auto at = array.find(zero); at != array.npos; at = array.find(zero, at + zero.size()))
        if (is_escape(array, at)) array.replace(at, zero.size(), replacement);
    array += ']';
    return array;
}

template <class Work>
auto StoredRequests::ask(Work work) -> decltype(work()) {
    try {
        {
            const std::lock_guard lock{mutex_};
            if (!prepared_) migrate(database_);
            prepared_ = true;
        }
        return work();
    } catch (const StoreError& problem) {
        if (problem.kind() == StoreError::Kind::unavailable) throw DatabaseUnavailable{problem.what()};
        throw;
    }
}

void StoredRequests::add(std::string_view lines) {
    std::string array = json_array(lines);
    ask([&] {
        database_.write([&](Session& session) { session << insert_statement(database_.is_sqlite()), use(array), now; });
    });
}

std::string StoredRequests::moment_of(std::uint64_t nth) {
    return ask([&] {
        return database_.with([&](SessionPool::Lease& lease) {
            lease.allow(long_answer);
            const std::string moment =
                database_.is_sqlite()
                    ? "timestamp_utc"
                    : "to_char(timestamp_utc AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";
            std::vector<std::string> found;
            *lease << "SELECT " + moment + " FROM request_log ORDER BY timestamp_utc DESC LIMIT 1 OFFSET " +
                          std::to_string(std::max<std::uint64_t>(nth, 1) - 1),
                into(found), now;
            return found.empty() ? std::string{} : found.front();
        });
    });
}

std::uint64_t StoredRequests::forget(std::string_view before, std::uint64_t most) {
    std::string moment{before};
    return ask([&] {
        return database_.write([&](SessionPool::Lease& lease) {
            lease.allow(long_answer);
            const std::string bound =
                database_.is_sqlite() ? "$1" : "CAST(CAST($1 AS text) AS timestamp with time zone)";
            Statement remove{*lease};
            remove << "DELETE FROM request_log WHERE id IN (SELECT id FROM request_log WHERE timestamp_utc < " + bound +
                          " ORDER BY timestamp_utc LIMIT " + std::to_string(most) + ")",
                use(moment);
            return std::uint64_t{remove.execute()};
        });
    });
}

}  // namespace tollgate::store
