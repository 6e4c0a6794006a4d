// tests/plugins/auth/jwt/json_test.cpp - what is JSON is read, what two readers could read in two ways is not.
#include "jwt/json.h"

#include <boost/test/unit_test.hpp>

#include <string>

using tollgate::auth::jwt::Json;

namespace {

std::optional<Json> parsed(std::string_view text) { return Json::parse(text, {4, 10}); }

}  // namespace

BOOST_AUTO_TEST_SUITE(auth_jwt_json)

BOOST_AUTO_TEST_CASE(values_of_all_kinds_are_read) {
    const auto json = parsed(R"( { "text" : "a\"\\\/\b\f\n\r\tz", "number": -1.5e+2, "yes":true,"no":false , "nothing":null,
                                "list":[1,"x"] } )");
    BOOST_REQUIRE(json);
    BOOST_TEST(*json->text_of("text") == "a\"\\/\b\f\n\r\tz");
    BOOST_TEST(json->find("number")->number == -150.0);
    BOOST_TEST(json->find("number")->text == "-1.5e+2");
    BOOST_TEST(json->find("yes")->truth);
    BOOST_TEST(!json->find("no")->truth);
    BOOST_TEST(json->find("nothing")->is(Json::Kind::null));
    BOOST_TEST(json->find("list")->elements.at(1).text == "x");
    BOOST_TEST(!json->find("absent"));
    BOOST_TEST(!json->text_of("number"));
}

BOOST_AUTO_TEST_CASE(escaped_characters_become_utf8) {
    BOOST_TEST(parsed(R"("\u0041\u00e4\u20ac\ud83d\ude00")")->text == "A\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
    for (const char* text : {R"("\ud83d")", R"("\ude00")", R"("\ud83dx")", R"("\ud83d\u0041")", R"("\u12")", R"("\u12g4")",
                             R"("\x41")", R"("\u+041")", R"("\)"})
        BOOST_TEST(!parsed(text), text);
}

BOOST_AUTO_TEST_CASE(a_member_twice_is_refused_also_when_one_is_escaped) {
    BOOST_TEST(!parsed(R"({"alg":"none","alg":"RS256"})"));
    BOOST_TEST(!parsed(R"({"alg":"none","\u0061lg":"RS256"})"));
    BOOST_TEST(!parsed(R"({"a":{"b":1,"b":2}})"));
    BOOST_TEST(parsed(R"({"a":{"b":1},"b":2})").has_value());
}

BOOST_AUTO_TEST_CASE(what_is_no_json_is_refused) {
    for (const char* text : {"", " ", "{", "}", "{}x", "{} {}", "[1,]", "[,1]", "{\"a\":1,}", "{\"a\"}", "{a:1}", "{'a':1}",
                             "\"a", "\"a\nb\"", "tru", "nul", "True", "NaN", "Infinity", "01", "-", "1.", ".5", "+1", "1e",
                             "1e+", "0x10", "1e999", "/*c*/1", "[1 2]", "{\"a\" 1}", "\"\t\""})
        BOOST_TEST(!parsed(text), text);
    BOOST_TEST(!parsed(std::string_view{"{}\0", 3}));
    BOOST_TEST(!parsed(std::string_view{"\"a\0b\"", 5}));
}

BOOST_AUTO_TEST_CASE(what_is_no_utf8_is_refused) {
    BOOST_TEST(parsed("\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\xed\x9f\xbf\xf4\x8f\xbf\xbf\"").has_value());
    for (const char* text : {"\"\x80\"", "\"\xc3\"", "\"\xc0\xaf\"", "\"\xe0\x80\xaf\"", "\"\xed\xa0\x80\"", "\"\xf0\x80\x80\xaf\"",
                             "\"\xf4\x90\x80\x80\"", "\"\xf5\x80\x80\x80\"", "\"\xff\"", "\"\xe2\x82\""})
        BOOST_TEST(!parsed(text), text);
}

BOOST_AUTO_TEST_CASE(depth_and_number_of_values_are_bounded) {
    BOOST_TEST(parsed("[[[[1]]]]").has_value());
    BOOST_TEST(!parsed("[[[[[1]]]]]"));
    BOOST_TEST(parsed("[1,2,3,4,5,6,7,8,9]").has_value());
    BOOST_TEST(!parsed("[1,2,3,4,5,6,7,8,9,10]"));
    BOOST_TEST(!Json::parse(std::string(1'000'000, '['), {8, 1000}));
    BOOST_TEST(!Json::parse("{\"a\":" + std::string(1'000'000, '{'), {8, 1000}));
}

BOOST_AUTO_TEST_CASE(every_beginning_of_a_text_is_refused) {
    const std::string text = R"({"a":[1,-2.5e1,"x\u00e4\ud83d\ude00",true,null],"b":{"c":false}})";
    BOOST_TEST(parsed(text).has_value());
    for (std::size_t length = 0; length < text.size(); ++length) BOOST_TEST(!parsed(text.substr(0, length)), length);
}

BOOST_AUTO_TEST_SUITE_END()
