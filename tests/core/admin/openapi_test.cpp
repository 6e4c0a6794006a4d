// tests/core/admin/openapi_test.cpp - the OpenAPI document: whole, and without loose ends.
#include "admin/endpoints.h"
#include "support/schema.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <boost/test/unit_test.hpp>

#include <set>

using namespace tollgate;
using Poco::Dynamic::Var;
using Poco::JSON::Array;
using Poco::JSON::Object;

namespace {

// Every value of "$ref" below.
void collect(const Var& value, std::set<std::string>& references) {
    if (value.type() == typeid(Object::Ptr)) {
        for (const auto& [name, member] : *value.extract<Object::Ptr>()) {
            if (name == "$ref") references.insert(member.convert<std::string>());
            collect(member, references);
        }
    } else if (value.type() == typeid(Array::Ptr)) {
        for (const Var& item : *value.extract<Array::Ptr>()) collect(item, references);
    }
}

struct Fixture {
    const test::Schemas schemas{admin::openapi()};

    std::vector<std::pair<std::string, Object::Ptr>> operations() const {
        std::vector<std::pair<std::string, Object::Ptr>> all;
        const auto paths = schemas.document()->getObject("paths");
        for (const auto& [path, methods] : *paths)
            for (const auto& [method, operation] : *methods.extract<Object::Ptr>())
                all.emplace_back(method + ' ' + path, operation.extract<Object::Ptr>());
        return all;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(admin_openapi)
BOOST_FIXTURE_TEST_SUITE(document, Fixture)

BOOST_AUTO_TEST_CASE(every_reference_names_something) {
    std::set<std::string> references;
    collect(Var{schemas.document()}, references);
    BOOST_TEST(references.contains("#/components/schemas/Error"));
    for (const std::string& reference : references) BOOST_TEST((schemas.at(reference) != nullptr), reference);
}

BOOST_AUTO_TEST_CASE(every_shape_is_used) {
    std::set<std::string> references;
    collect(Var{schemas.document()}, references);
    for (const admin::Shape* shape : admin::shapes())
        BOOST_TEST(references.contains("#/components/schemas/" + std::string{shape->name}), shape->name);
}

BOOST_AUTO_TEST_CASE(every_row_is_in_it_with_its_answers) {
    for (const admin::Endpoint& endpoint : admin::endpoints()) {
        std::string path{endpoint.path}, method{endpoint.method.empty() ? "GET" : endpoint.method};
        path.erase(std::remove(path.begin(), path.end(), '*'), path.end());
        for (char& c : method) c = char(std::tolower(static_cast<unsigned char>(c)));
        const auto operation = schemas.document()->getObject("paths")->getObject(path)->getObject(method);
        BOOST_REQUIRE_MESSAGE(operation, endpoint.path);
        BOOST_TEST(!endpoint.replies.empty(), endpoint.path);
        for (const admin::Reply& reply : endpoint.replies) {
            const auto response = operation->getObject("responses")->getObject(std::to_string(reply.status));
            BOOST_REQUIRE_MESSAGE(response, endpoint.path);
            const std::string type{reply.content_type};
            BOOST_TEST((type.empty() || response->getObject("content")->has(type)), endpoint.path << ": " << type);
        }
        BOOST_TEST(operation->getObject("responses")->has("401") == !endpoint.open, endpoint.path);
    }
}

BOOST_AUTO_TEST_CASE(every_operation_has_its_own_id_a_known_tag_and_words) {
    std::set<std::string> ids, tags;
    for (const admin::Tag& tag : admin::tags()) tags.emplace(tag.name);
    for (const auto& [name, operation] : operations()) {
        BOOST_TEST(ids.insert(operation->getValue<std::string>("operationId")).second, name);
        BOOST_TEST(tags.contains(operation->getArray("tags")->getElement<std::string>(0)), name);
        BOOST_TEST(!operation->getValue<std::string>("summary").empty(), name);
    }
    BOOST_TEST(ids.contains("get_upstreams_upstream_next"));
}

BOOST_AUTO_TEST_CASE(what_a_path_leaves_open_is_a_parameter_and_the_other_way_round) {
    for (const auto& [name, operation] : operations()) {
        std::set<std::string> wanted, got;
        for (auto begin = name.find('{'); begin != name.npos; begin = name.find('{', begin + 1))
            wanted.insert(name.substr(begin + 1, name.find('}', begin) - begin - 1));
        if (const auto parameters = operation->getArray("parameters"))
            for (unsigned i = 0; i < parameters->size(); ++i)
                if (parameters->getObject(i)->getValue<std::string>("in") == "path")
                    got.insert(parameters->getObject(i)->getValue<std::string>("name"));
        BOOST_TEST(wanted == got, name << ": " << boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(the_checker_of_answers_sees_what_is_wrong) {
    const auto problems = [&](const std::string& json) {
        return schemas.problems(Poco::JSON::Parser{}.parse(json), schemas.at("#/components/schemas/Health"), "health");
    };
    const std::string right = R"({"status":"serving","version":"1","uptime_seconds":1,"listening":["a"]})";
    BOOST_TEST(problems(right).empty());
    for (const char* wrong : {R"({"status":"odd","version":"1","uptime_seconds":1,"listening":[]})",
                              R"({"status":"serving","version":1,"uptime_seconds":1,"listening":[]})",
                              R"({"status":"serving","version":"1","uptime_seconds":1.5,"listening":[]})",
                              R"({"status":"serving","version":"1","uptime_seconds":1,"listening":[1]})",
                              R"({"status":"serving","version":"1","uptime_seconds":1})",
                              R"({"status":"serving","version":"1","uptime_seconds":1,"listening":[],"more":1})", "[]"})
        BOOST_TEST(problems(wrong).size() == 1u, wrong);
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()
