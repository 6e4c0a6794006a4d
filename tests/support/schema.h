// tests/support/schema.h - holding JSON against the schemas of an OpenAPI document.
#pragma once

#include <Poco/JSON/Object.h>

#include <string>
#include <vector>

namespace tollgate::test {

// As much of JSON Schema as the admin API's document uses: type, properties, required, items, additionalProperties,
// enum, anyOf, $ref. Strict: members that a schema does not name are complained of, so that the document is whole.
class Schemas {
public:
    explicit Schemas(const std::string& document);

    // What is wrong with a value that is to be of the schema; empty: nothing. `place` is what complaints begin with.
    std::vector<std::string> problems(const Poco::Dynamic::Var& value, const Poco::JSON::Object::Ptr& schema,
                                      const std::string& place) const;

    // The schema of an answer; null where the document has none of that method, path ("/upstreams/{upstream}/next") and status, or says it
    // is no JSON.
    Poco::JSON::Object::Ptr of_answer(const std::string& method, const std::string& path, int status) const;

    // What "#/components/schemas/Key" names; null where it names nothing.
    Poco::JSON::Object::Ptr at(const std::string& reference) const;

    const Poco::JSON::Object::Ptr& document() const { return document_; }

private:
    Poco::JSON::Object::Ptr document_;
};

}  // namespace tollgate::test
