// core/admin/bodies.h - JSON as requests bring it and answers take it, and what a query says.
#pragma once

#include "admin/handlers.h"
#include "store/key_facts.h"

#include <Poco/JSON/Object.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tollgate::admin {

Poco::JSON::Object::Ptr new_object();  // which keeps the order in which its members are set

// With a line feed.
Answer as_answer(int status, const Poco::JSON::Object& json);

// A body as an object; an empty body is an empty one. nullopt: it is none.
std::optional<Poco::JSON::Object> object_of(const std::string& body);

// 422, with what is wrong with each field.
Answer wrong_fields(const std::vector<store::FieldProblem>& problems);

// What a query says, in its order, decoded.
std::vector<std::pair<std::string, std::string>> parameters_of(const std::string& query);

// The number that `value` says, if it is one from `least` to `most`.
std::optional<std::size_t> number_of(const std::string& value, std::size_t least, std::size_t most);

}  // namespace tollgate::admin
