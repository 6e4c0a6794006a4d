// core/snapshot/registration.cpp - reading what clients say of the keys they want, and wording what they get.
#include "snapshot/registration.h"

#include "store/key_json.h"
#include "support/text.h"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <array>
#include <sstream>

namespace tollgate {

using Poco::JSON::Object;

namespace {

Response json_answer(int status, const Object& json) {
    std::ostringstream out;
    json.stringify(out);
    // A secret is for its owner, and for nothing on the way.
    const Headers headers{{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
    return Response{status, headers, std::make_shared<const std::string>(out.str() + '\n')};
}

std::optional<Object> object_of(std::string_view body) {
    try {
        Poco::JSON::Parser parser;
        parser.setDepth(8);
        const auto value = parser.parse(std::string{body});
        if (value.type() != typeid(Object::Ptr)) return std::nullopt;
        return *value.extract<Object::Ptr>();
    } catch (const Poco::Exception&) {
        return std::nullopt;  // the client is told what was wanted
    }
}

}  // namespace

std::optional<store::KeyChanges> Registration::read(std::string_view body, store::Time now,
                                                    std::vector<store::FieldProblem>& problems) const {
    const auto object = object_of(body);
    if (!object) return std::nullopt;
    constexpr std::array<std::string_view, 2> names{"owner", "name"};
    store::KeyChanges about = gives;
    if (lifetime) about.expires.emplace(now + *lifetime);
    for (const auto& [name, value] : *object) {
        if (name != "owner" && name != "name") {
            problems.push_back({text::printable(name), "there is no such field" + text::did_you_mean(name, names)});
            continue;
        }
        auto& said = name == "owner" ? about.owner : about.name;
        if (value.isString()) said = value.convert<std::string>();
        else problems.push_back({name, "expected a text"});
    }
    for (auto& problem : store::problems_of(about, true, [](const auto&) { return true; }))
        if (problems.empty() || problems.back().field != problem.field) problems.push_back(std::move(problem));
    return about;
}

Response registered_answer(const store::Key& key, const store::KeySecret& secret, store::Time now) {
    Object json{Poco::JSON_PRESERVE_KEY_ORDER};
    const Object::Ptr known = store::as_json(key, now);
    for (const char* name : {"id", "owner", "name", "tier", "scopes", "rate", "expires_at", "created_at"})
        json.set(name, known->get(name));
    json.set("secret", secret.shown);
    return json_answer(201, json);
}

Response wrong_fields_answer(const std::vector<store::FieldProblem>& problems, std::string_view request_id) {
    Object json{Poco::JSON_PRESERVE_KEY_ORDER};
    json.set("error", std::string{"fields_invalid"});
    json.set("message", "there is something wrong with " + text::count(problems.size(), "field"));
    Object fields{Poco::JSON_PRESERVE_KEY_ORDER};
    for (const auto& [field, problem] : problems) fields.set(field, problem);
    json.set("fields", fields);
    json.set("request_id", std::string{request_id});
    return json_answer(422, json);
}

}  // namespace tollgate
