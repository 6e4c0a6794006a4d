// core/admin/keys.cpp - /keys: making, listing, changing and revoking the API keys of the database.
#include "admin/bodies.h"
#include "store/key_json.h"
#include "support/text.h"

#include <Poco/JSON/Array.h>

#include <algorithm>
#include <optional>

namespace tollgate::admin {

using Poco::JSON::Object;
using store::KeyTable;

namespace {

store::Time now() { return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now()); }

Answer no_such_key(const std::string& id) { return refused(404, "there is no key " + text::quote(id)); }

// What a body says of a key, or the answer to one that says it wrongly.
std::optional<Answer> read(const Call& call, const KeyDatabase& keys, bool creating, store::KeyChanges& changes) {
    const auto object = object_of(call.body);
    if (!object) return refused(400, R"(expected a JSON object like {"owner": "alice", "tier": "free"})");
    std::vector<store::FieldProblem> problems;
    changes = store::changes_of(*object, now(), problems);
    const auto said = [&](const std::string& field) {
        return std::any_of(problems.begin(), problems.end(), [&](const auto& problem) { return problem.field == field; });
    };
    for (auto& problem : store::problems_of(changes, creating, keys.has_tier))
        if (!said(problem.field)) problems.push_back(std::move(problem));
    if (!problems.empty()) return wrong_fields(problems);
    return std::nullopt;
}

Answer told_with_secret(int status, const store::Key& key, const store::KeySecret& secret) {
    Object::Ptr json = store::as_json(key, now());
    json->set("secret", secret.shown);
    return as_answer(status, *json);
}

Answer create(const Call& call, const KeyDatabase& keys) {
    store::KeyChanges changes;
    if (const auto wrong = read(call, keys, true, changes)) return *wrong;
    const auto [key, secret] = KeyTable{*keys.database}.create(changes, now());
    Answer answer = told_with_secret(201, key, secret);
    answer.what = "made key " + key.id + " of " + key.owner;
    return answer;
}

// ?owner=&tier=&active=true&after=ID&limit=100. "next" is the `after` of the next page, where there may be one.
Answer list(const Call& call, const KeyDatabase& keys) {
    store::KeyFilter filter;
    for (const auto& [name, value] : parameters_of(call.query)) {
        if (name == "owner") filter.owner = value;
        else if (name == "tier") filter.tier = value;
        else if (name == "after") filter.after = value;
        else if (name == "active" && (value == "true" || value == "false")) filter.active = value == "true";
        else if (name == "limit") {
            const auto limit = number_of(value, 1, 1000);
            if (!limit)
                return wrong_fields({{"limit", "expected a number from 1 to 1000, got " + text::quote(value)}});
            filter.limit = *limit;
        } else {
            return wrong_fields({{name, "expected owner, tier, active (true or false), after or limit"}});
        }
    }
    const auto found = KeyTable{*keys.database}.list(filter);
    Poco::JSON::Array all;
    for (const auto& key : found) all.add(store::as_json(key, now()));
    Object json{Poco::JSON_PRESERVE_KEY_ORDER};
    json.set("keys", all);
    json.set("next", found.size() < filter.limit ? Poco::Dynamic::Var{} : Poco::Dynamic::Var{found.back().id});
    return as_answer(200, json);
}

Answer update(const Call& call, const KeyDatabase& keys, const std::string& id) {
    store::KeyChanges changes;
    if (const auto wrong = read(call, keys, false, changes)) return *wrong;
    const auto key = KeyTable{*keys.database}.update(id, changes);
    return key ? as_answer(200, *store::as_json(*key, now())) : no_such_key(id);
}

Answer revoke(const KeyDatabase& keys, const std::string& id) {
    store::KeyChanges changes;
    changes.active = false;
    const auto key = KeyTable{*keys.database}.update(id, changes);
    return key ? as_answer(200, *store::as_json(*key, now())) : no_such_key(id);
}

// {"grace": "24h"}: how long the secret before works as well.
Answer rotate(const Call& call, const KeyDatabase& keys, const std::string& id) {
    const auto object = object_of(call.body);
    if (!object) return refused(400, R"(expected a JSON object like {"grace": "24h"})");
    std::optional<std::chrono::seconds> grace = std::chrono::hours{24};
    for (const auto& [name, value] : *object) {
        if (name != "grace") return wrong_fields({{name, "there is no such field"}});
        grace = value.isString() ? store::parse_duration(value.convert<std::string>()) : std::nullopt;
        if (!grace) return wrong_fields({{"grace", "expected a time like \"24h\" or \"0s\""}});
    }
    const auto rotated = KeyTable{*keys.database}.rotate(id, now() + *grace);
    return rotated ? told_with_secret(200, rotated->first, rotated->second) : no_such_key(id);
}

Answer show(const KeyDatabase& keys, const std::string& id) {
    const auto key = KeyTable{*keys.database}.find(id);
    return key ? as_answer(200, *store::as_json(*key, now())) : no_such_key(id);
}

Answer with_keys(const Controls& controls, const std::function<Answer(const KeyDatabase&)>& work) {
    try {
        return work(controls.keys());
    } catch (const store::StoreError& error) {
        if (error.kind() == store::StoreError::Kind::refused) return refused(409, error.what());
        if (error.kind() == store::StoreError::Kind::unavailable) return refused(503, error.what());
        throw;
    }
}

}  // namespace

Answer list_keys(const Call& call, const Controls& controls) {
    return with_keys(controls, [&](const KeyDatabase& keys) { return list(call, keys); });
}

Answer create_key(const Call& call, const Controls& controls) {
    return with_keys(controls, [&](const KeyDatabase& keys) { return create(call, keys); });
}

Answer show_key(const Call& call, const Controls& controls) {
    return with_keys(controls, [&](const KeyDatabase& keys) { return show(keys, call.parts[0]); });
}

Answer update_key(const Call& call, const Controls& controls) {
    return with_keys(controls, [&](const KeyDatabase& keys) { return update(call, keys, call.parts[0]); });
}

Answer revoke_key(const Call& call, const Controls& controls) {
    return with_keys(controls, [&](const KeyDatabase& keys) { return revoke(keys, call.parts[0]); });
}

Answer rotate_key(const Call& call, const Controls& controls) {
    return with_keys(controls, [&](const KeyDatabase& keys) { return rotate(call, keys, call.parts[0]); });
}

}  // namespace tollgate::admin
