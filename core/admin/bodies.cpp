// core/admin/bodies.cpp - reading and writing what the handlers speak.
#include "admin/bodies.h"

#include "http/target.h"
#include "support/text.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Parser.h>

#include <sstream>

namespace tollgate::admin {

using Poco::JSON::Object;

Object::Ptr new_object() { return new Object{Poco::JSON_PRESERVE_KEY_ORDER}; }

Answer as_answer(int status, const Object& json) {
    std::ostringstream out;
    json.stringify(out);
    return {status, "application/json", out.str() + '\n'};
}

std::optional<Object> object_of(const std::string& body) {
    if (body.empty()) return Object{};
    try {
        Poco::JSON::Parser parser;
        parser.setDepth(8);
        const auto value = parser.parse(body);
        if (value.type() != typeid(Object::Ptr)) return std::nullopt;
        return *value.extract<Object::Ptr>();
    } catch (const Poco::Exception&) {
        return std::nullopt;  // the caller says what was wanted
    }
}

Answer wrong_fields(const std::vector<store::FieldProblem>& problems) {
    Object::Ptr json = new_object(), fields = new_object();
    for (const auto& [field, problem] : problems) fields->set(field, problem);
    const std::string error = "there is something wrong with " + text::count(problems.size(), "field");
    json->set("ok", false);
    json->set("error", error);
    json->set("fields", fields);
    Answer answer = as_answer(422, *json);
    answer.what = error;
    return answer;
}

std::vector<std::pair<std::string, std::string>> parameters_of(const std::string& query) {
    std::vector<std::pair<std::string, std::string>> all;
    std::istringstream pairs{query};
    for (std::string pair; std::getline(pairs, pair, '&');) {
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        all.emplace_back(http::decode_query(pair.substr(0, equals)),
                         equals == pair.npos ? "" : http::decode_query(pair.substr(equals + 1)));
    }
    return all;
}

std::optional<std::size_t> number_of(const std::string& value, std::size_t least, std::size_t most) {
    const auto number = text::whole_number<std::size_t>(value);
    return number && *number >= least && *number <= most ? number : std::nullopt;
}

}  // namespace tollgate::admin
