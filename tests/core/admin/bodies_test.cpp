// tests/core/admin/bodies_test.cpp - what queries and bodies say.
#include "admin/bodies.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate;

BOOST_AUTO_TEST_SUITE(admin_bodies)

BOOST_AUTO_TEST_CASE(a_query_is_taken_apart_and_decoded) {
    const auto all = admin::parameters_of("a=1&b=x%20y+z&&c&d=&e=1=2&%66=%zz");
    const std::vector<std::pair<std::string, std::string>> wanted{{"a", "1"}, {"b", "x y z"}, {"c", ""},
                                                                  {"d", ""},  {"e", "1=2"},   {"f", "%zz"}};
    BOOST_TEST((all == wanted));
    BOOST_TEST(admin::parameters_of("").empty());
}

BOOST_AUTO_TEST_CASE(a_number_is_whole_and_within_its_bounds) {
    BOOST_TEST(admin::number_of("1", 1, 10).value_or(0) == 1u);
    BOOST_TEST(admin::number_of("10", 1, 10).value_or(0) == 10u);
    for (const char* wrong : {"", "0", "11", "-1", "1.5", "1x", " 1", "99999999999999999999999"})
        BOOST_TEST(!admin::number_of(wrong, 1, 10), wrong);
}

BOOST_AUTO_TEST_CASE(a_body_is_an_object_or_none) {
    BOOST_TEST(admin::object_of("")->size() == 0u);
    BOOST_TEST(admin::object_of(R"({"a":1})")->has("a"));
    for (const char* wrong : {"[]", "1", "null", "{", R"({"a":)", "{} x"}) BOOST_TEST(!admin::object_of(wrong), wrong);
    std::string deep;
    for (int i = 0; i < 100; ++i) deep += R"({"a":)";
    BOOST_TEST(!admin::object_of(deep + "1" + std::string(100, '}')));
}

BOOST_AUTO_TEST_CASE(each_wrong_field_is_told) {
    const auto answer = admin::wrong_fields({{"a", "expected b"}, {"c", "expected d"}});
    BOOST_TEST(answer.status == 422);
    BOOST_TEST(answer.body == "{\"ok\":false,\"error\":\"there is something wrong with 2 fields\",\"fields\":{\"a\":"
                              "\"expected b\",\"c\":\"expected d\"}}\n");
    BOOST_TEST(answer.what == "there is something wrong with 2 fields");
}

BOOST_AUTO_TEST_SUITE_END()
