// core/store/key_json.cpp - keys to JSON, and what is said of them from JSON.
#include "store/key_json.h"

#include "support/text.h"

#include <Poco/JSON/Array.h>

#include <algorithm>
#include <array>
#include <limits>

namespace tollgate::store {

using Poco::JSON::Array;
using Poco::JSON::Object;

namespace {

Poco::Dynamic::Var as_json(const std::optional<Time>& time) {
    return time ? Poco::Dynamic::Var{show(*time)} : Poco::Dynamic::Var{};
}

// POCO takes a number that is too large for one that is unsigned.
bool fits(const Poco::Dynamic::Var& integer) {
    return integer.type() != typeid(Poco::UInt64) ||
           integer.extract<Poco::UInt64>() <= Poco::UInt64(std::numeric_limits<std::int64_t>::max());
}

class Reading {
public:
    Reading(Time now, std::vector<FieldProblem>& problems) : now_{now}, problems_{problems} {}

    void take(const std::string& name, const Poco::Dynamic::Var& value) {
        if (name == "owner") changes.owner = text(name, value);
        else if (name == "name") changes.name = text(name, value);
        else if (name == "tier") changes.tier = value.isEmpty() ? std::string{} : text(name, value);
        else if (name == "scopes") changes.scopes = scopes(value);
        else if (name == "active") take_active(value);
        else if (name == "rate") take_rate(value);
        else if (name == "expires_at") take_expiry(value);
        else if (name == "expires_in") take_lifetime(value);
        else wrong(name, "there is no such field" + text::did_you_mean(name, names));
    }

    KeyChanges changes;

private:
    static constexpr std::array<std::string_view, 8> names{"owner",  "name", "tier",       "scopes",
                                                           "active", "rate", "expires_at", "expires_in"};
    void wrong(const std::string& field, const std::string& problem) { problems_.push_back({field, problem}); }

    std::string text(const std::string& name, const Poco::Dynamic::Var& value) {
        if (value.isString()) return value.convert<std::string>();
        wrong(name, "expected a text");
        return name == "owner" ? "-" : "";  // said to be wrong once
    }
    std::string scopes(const Poco::Dynamic::Var& value) {
        if (value.isString()) return value.convert<std::string>();
        std::string all;
        if (value.type() != typeid(Array::Ptr)) return wrong("scopes", "expected a list of texts"), all;
        for (const auto& scope : *value.extract<Array::Ptr>()) {
            if (!scope.isString()) return wrong("scopes", "expected a list of texts"), std::string{};
            const auto word = scope.convert<std::string>();
            if (word.find(' ') != word.npos || word.empty()) return wrong("scopes", "expected words without blanks"), std::string{};
            all += (all.empty() ? "" : " ") + word;
        }
        return all;
    }
    void take_active(const Poco::Dynamic::Var& value) {
        if (value.isBoolean()) changes.active = value.convert<bool>();
        else wrong("active", "expected true or false");
    }
    void take_rate(const Poco::Dynamic::Var& value) {
        if (value.isEmpty()) {
            changes.rate.emplace();
        } else if (value.isString()) {
            if (const auto rate = parse_rate(value.convert<std::string>())) changes.rate.emplace(*rate);
            else wrong("rate", "expected requests in a time, like \"100/60s\"");
        } else if (value.type() == typeid(Object::Ptr)) {
            const auto& object = *value.extract<Object::Ptr>();
            const auto count = object.get("count"), seconds = object.get("seconds"), burst = object.get("burst");
            if (object.size() == (object.has("burst") ? 3 : 2) && count.isInteger() && seconds.isInteger() &&
                (burst.isEmpty() || burst.isInteger()) && fits(count) && fits(seconds) && fits(burst))
                changes.rate.emplace(KeyRate{count.convert<std::int64_t>(), seconds.convert<std::int64_t>(),
                                             burst.isEmpty() ? 0 : burst.convert<std::int64_t>()});
            else
                wrong("rate", "expected {\"count\": 100, \"seconds\": 60}, perhaps with a \"burst\"");
        } else {
            wrong("rate", "expected {\"count\": 100, \"seconds\": 60}, \"100/60s\" or null");
        }
    }
    void take_expiry(const Poco::Dynamic::Var& value) {
        if (value.isEmpty()) {
            changes.expires.emplace();
            return;
        }
        const auto time = value.isString() ? parse_time(value.convert<std::string>()) : std::nullopt;
        if (time) changes.expires.emplace(*time);
        else wrong("expires_at", "expected a time like \"2027-01-31T12:00:00Z\", or null");
    }
    void take_lifetime(const Poco::Dynamic::Var& value) {
        const auto time = value.isString() ? parse_duration(value.convert<std::string>()) : std::nullopt;
        if (time) changes.expires.emplace(now_ + *time);
        else wrong("expires_in", "expected a time like \"30d\", \"12h\" or \"90s\"");
    }

    const Time now_;
    std::vector<FieldProblem>& problems_;
};

}  // namespace

Object::Ptr as_json(const Key& key, Time now) {
    Object::Ptr object = new Object(Poco::JSON_PRESERVE_KEY_ORDER);
    object->set("id", key.id);
    object->set("owner", key.owner);
    object->set("name", key.name);
    object->set("tier", key.tier);
    Array scopes;
    for (std::size_t begin = 0; begin < key.scopes.size();) {
        const auto end = std::min(key.scopes.find(' ', begin), key.scopes.size());
        scopes.add(key.scopes.substr(begin, end - begin));
        begin = end + 1;
    }
    object->set("scopes", scopes);
    if (key.rate) {
        Object rate{Poco::JSON_PRESERVE_KEY_ORDER};
        rate.set("count", key.rate->count);
        rate.set("seconds", key.rate->seconds);
        rate.set("burst", key.rate->burst > 0 ? Poco::Dynamic::Var{key.rate->burst} : Poco::Dynamic::Var{});
        object->set("rate", rate);
    } else {
        object->set("rate", Poco::Dynamic::Var{});
    }
    object->set("active", key.active);
    object->set("state", std::string{!key.active ? "revoked" : key.expires && *key.expires <= now ? "expired" : "active"});
    object->set("expires_at", as_json(key.expires));
    object->set("created_at", show(key.created));
    object->set("last_used_at", as_json(key.last_used));
    object->set("previous_until", as_json(key.previous_until));
    return object;
}

KeyChanges changes_of(const Object& object, Time now, std::vector<FieldProblem>& problems) {
    Reading reading{now, problems};
    for (const auto& [name, value] : object) reading.take(name, value);
    if (object.has("expires_at") && object.has("expires_in"))
        problems.push_back({"expires_in", "expected one of expires_at and expires_in, got both"});
    return reading.changes;
}

}  // namespace tollgate::store
