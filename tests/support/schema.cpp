// tests/support/schema.cpp - reading the part of JSON Schema that the admin API's document uses.
#include "support/schema.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace tollgate::test {

using Poco::Dynamic::Var;
using Poco::JSON::Array;
using Poco::JSON::Object;
using Problems = std::vector<std::string>;

namespace {

bool is_of(const Var& value, const std::string& type) {
    if (type == "null") return value.isEmpty();
    if (value.isEmpty()) return false;
    if (type == "object") return value.type() == typeid(Object::Ptr);
    if (type == "array") return value.type() == typeid(Array::Ptr);
    if (type == "string") return value.isString();
    if (type == "boolean") return value.isBoolean();
    if (type == "integer") return value.isInteger() && !value.isBoolean();
    if (type == "number") return value.isNumeric() && !value.isBoolean() && !value.isString();
    throw std::runtime_error{"a schema has the unknown type " + type};
}

bool is_one_of(const Var& value, const Array& choices) {
    for (const Var& choice : choices)
        if (choice.convert<std::string>() == value.convert<std::string>()) return true;
    return false;
}

void append(Problems& all, Problems more) { all.insert(all.end(), more.begin(), more.end()); }

}  // namespace

Schemas::Schemas(const std::string& document)
    : document_{Poco::JSON::Parser{}.parse(document).extract<Object::Ptr>()} {}

Object::Ptr Schemas::at(const std::string& reference) const {
    std::istringstream words{reference.substr(0, 2) == "#/" ? reference.substr(2) : "?"};
    Object::Ptr here = document_;
    for (std::string word; here && std::getline(words, word, '/');) here = here->getObject(word);
    return here;
}

Object::Ptr Schemas::of_answer(const std::string& method, const std::string& path, int status) const {
    Object::Ptr here = document_->getObject("paths");
    for (const std::string& name : {path, method, std::string{"responses"}, std::to_string(status)})
        if (here) here = here->getObject(name);
    if (here && here->has("$ref")) here = at(here->getValue<std::string>("$ref"));
    if (here) here = here->getObject("content");
    if (here) here = here->getObject("application/json");
    return here ? here->getObject("schema") : here;
}

Problems Schemas::problems(const Var& value, const Object::Ptr& schema, const std::string& place) const {
    if (!schema) return {place + ": there is no such schema"};
    if (schema->has("$ref")) return problems(value, at(schema->getValue<std::string>("$ref")), place);
    if (schema->has("anyOf")) {
        Problems all;
        const auto choices = schema->getArray("anyOf");
        for (unsigned i = 0; i < choices->size(); ++i) {
            auto wrong = problems(value, choices->getObject(i), place);
            if (wrong.empty()) return {};
            append(all, std::move(wrong));
        }
        return all;
    }
    if (!schema->has("type")) return {};
    const auto type = schema->getValue<std::string>("type");
    const std::string said = value.isEmpty() ? "null" : value.isStruct() ? "{...}" : value.toString().substr(0, 80);
    if (!is_of(value, type)) return {place + ": wanted " + type + ", got " + said};
    if (schema->has("enum") && !is_one_of(value, *schema->getArray("enum"))) return {place + ": not a choice: " + said};
    Problems all;
    if (type == "array" && schema->has("items")) {
        const auto& items = *value.extract<Array::Ptr>();
        for (unsigned i = 0; i < items.size(); ++i)
            append(all, problems(items.get(i), schema->getObject("items"), place + '[' + std::to_string(i) + ']'));
    }
    if (type != "object") return all;
    const auto& object = *value.extract<Object::Ptr>();
    const auto properties = schema->getObject("properties"), others = schema->getObject("additionalProperties");
    for (const auto& [name, member] : object) {
        const auto its = properties && properties->has(name) ? properties->getObject(name) : others;
        if (its) append(all, problems(member, its, place + '.' + name));
        else all.push_back(place + ": the document does not name its member " + name);
    }
    if (const auto required = schema->getArray("required"))
        for (const Var& name : *required)
            if (!object.has(name.convert<std::string>())) all.push_back(place + ": without " + name.convert<std::string>());
    return all;
}

}  // namespace tollgate::test
