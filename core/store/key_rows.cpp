// core/store/key_rows.cpp - the columns of a key, bound and read in one order.
#include "store/key_rows.h"

#include <Poco/Data/RecordSet.h>
#include <Poco/Nullable.h>

#include <string>

namespace tollgate::store {

using Poco::Data::Session;
using Poco::Data::Statement;
using namespace Poco::Data::Keywords;

namespace {

using Number = Poco::Nullable<Poco::Int64>;

Number number(const std::optional<Time>& time) {
    return time ? Number{Poco::Int64(time->time_since_epoch().count())} : Number{};
}
Time time_of(Poco::Int64 microseconds) { return Time{std::chrono::microseconds{microseconds}}; }

// What an INSERT and an UPDATE bind, in one order. Lives as long as the statement runs.
struct Bound {
    explicit Bound(const Key& key)
        : id{key.id}, owner{key.owner}, name{key.name}, tier{key.tier}, scopes{key.scopes}, secret{key.secret_sha256},
          active{key.active ? 1 : 0}, expires{number(key.expires)}, created{key.created.time_since_epoch().count()},
          previous_until{number(key.previous_until)}, revision{key.revision} {
        if (key.rate) {
            count = Poco::Int64(key.rate->count);
            seconds = Poco::Int64(key.rate->seconds);
            if (key.rate->burst > 0) burst = Poco::Int64(key.rate->burst);
        }
        if (!key.previous_sha256.empty()) previous = key.previous_sha256;
    }
    std::string id, owner, name, tier, scopes, secret;
    Poco::Nullable<std::string> previous;
    Number count, seconds, burst;
    int active;
    Number expires;
    Poco::Int64 created;
    Number previous_until;
    Poco::Int64 revision;
};

}  // namespace

const char* const key_columns =
    "id, owner, name, tier, scopes, rate_count, rate_seconds, rate_burst, active, expires_at, created_at, last_used_at, "
    "previous_until, secret_sha256, previous_sha256, revision";

std::vector<Key> keys_of(Statement& select) {
    select.execute();
    Poco::Data::RecordSet rows{select};
    std::vector<Key> keys;
    for (bool more = rows.moveFirst(); more; more = rows.moveNext()) {
        std::size_t column = 0;
        const auto text = [&] { return rows.value(column++).convert<std::string>(); };
        const auto number = [&]() -> std::optional<Poco::Int64> {
            const auto value = rows.value(column++);
            if (value.isEmpty()) return std::nullopt;
            return value.convert<Poco::Int64>();
        };
        const auto time = [&]() -> std::optional<Time> {
            const auto value = number();
            return value ? std::optional{time_of(*value)} : std::nullopt;
        };
        Key key;
        key.id = text();
        key.owner = text();
        key.name = text();
        key.tier = text();
        key.scopes = text();
        const auto count = number(), seconds = number(), burst = number();
        if (count && seconds) key.rate = KeyRate{*count, *seconds, burst.value_or(0)};
        key.active = number().value_or(0) != 0;
        key.expires = time();
        key.created = time().value_or(Time{});
        key.last_used = time();
        key.previous_until = time();
        key.secret_sha256 = text();
        const auto previous = rows.value(column++);
        if (!previous.isEmpty()) key.previous_sha256 = previous.convert<std::string>();
        key.revision = number().value_or(0);
        keys.push_back(std::move(key));
    }
    return keys;
}

void insert_key(Session& session, const Key& key) {
    Bound b{key};
    session << "INSERT INTO api_keys (id, owner, name, tier, scopes, secret_sha256, previous_sha256, rate_count, rate_seconds, "
               "rate_burst, active, expires_at, created_at, previous_until, revision) "
               "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        use(b.id), use(b.owner), use(b.name), use(b.tier), use(b.scopes), use(b.secret), use(b.previous), use(b.count),
        use(b.seconds), use(b.burst), use(b.active), use(b.expires), use(b.created), use(b.previous_until), use(b.revision), now;
}

void replace_key(Session& session, const Key& key) {
    Bound b{key};
    session << "UPDATE api_keys SET owner = $1, name = $2, tier = $3, scopes = $4, secret_sha256 = $5, previous_sha256 = $6, "
               "rate_count = $7, rate_seconds = $8, rate_burst = $9, active = $10, expires_at = $11, previous_until = $12, revision = $13 "
               "WHERE id = $14",
        use(b.owner), use(b.name), use(b.tier), use(b.scopes), use(b.secret), use(b.previous), use(b.count), use(b.seconds),
        use(b.burst), use(b.active), use(b.expires), use(b.previous_until), use(b.revision), use(b.id), now;
}

}  // namespace tollgate::store
