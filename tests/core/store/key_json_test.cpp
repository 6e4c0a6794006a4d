// tests/core/store/key_json_test.cpp - what JSON says of a key, and what is wrong with it.
#include "store/key_json.h"

#include <Poco/JSON/Parser.h>

#include <boost/test/unit_test.hpp>

using namespace tollgate::store;

namespace {

std::vector<FieldProblem> problems_in(const std::string& json) {
    std::vector<FieldProblem> problems;
    const auto value = Poco::JSON::Parser{}.parse(json);
    changes_of(*value.extract<Poco::JSON::Object::Ptr>(), Time{}, problems);
    return problems;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_key_json)

BOOST_AUTO_TEST_CASE(numbers_too_large_are_the_clients_mistake) {
    BOOST_TEST(problems_in(R"({"rate": {"count": 9223372036854775807, "seconds": 1}})").empty());
    for (const char* rate : {R"({"count": 18446744073709551615, "seconds": 1})", R"({"count": 1, "seconds": 9223372036854775808})",
                             R"({"count": 1, "seconds": 1, "burst": 18446744073709551615})"}) {
        const auto problems = problems_in(std::string{R"({"rate": )"} + rate + "}");
        BOOST_TEST_REQUIRE(problems.size() == 1u);
        BOOST_TEST(problems[0].field == "rate");
    }
}

BOOST_AUTO_TEST_SUITE_END()
