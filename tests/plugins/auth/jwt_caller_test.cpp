// tests/plugins/auth/jwt_caller_test.cpp - what of a token's claims becomes of the caller.
#include "jwt_caller.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate::auth;

namespace {

std::shared_ptr<const tollgate::Caller> caller(const std::string& members,
                                               const ClaimNames& names = {"sub", "org", "plan", {"scope", "scp"}}) {
    return make_jwt_caller(jwt::Json::parse("{" + members + "}", {}).value(), names, CallerIds{"jwt"});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(auth_jwt_caller)

BOOST_AUTO_TEST_CASE(named_claims_become_id_owner_tier_and_scopes) {
    const auto made = caller(R"("sub":"alice","org":"acme","plan":"gold","scope":"a b","scp":["c","d"])");
    BOOST_REQUIRE(made);
    BOOST_TEST(made->id() == "alice");
    BOOST_TEST(made->owner() == "acme");
    BOOST_TEST(made->tier() == "gold");
    BOOST_TEST(made->claim("scopes") == "a b c d");
}

BOOST_AUTO_TEST_CASE(claims_are_found_by_name_and_by_path) {
    const auto made = caller(R"("sub":"a","yes":true,"level":7,"half":0.50,"none":null,"roles":["x",1,false,["y"]],
                               "realm":{"deep":{"er":"z"},"list":["p","q"]})");
    BOOST_REQUIRE(made);
    for (const auto& [name, value] : {std::pair{"yes", "true"}, {"level", "7"}, {"half", "0.50"}, {"none", ""},
                                      {"roles", "x 1 false y"}, {"realm.deep.er", "z"}, {"realm.list", "p q"},
                                      {"realm", ""}, {"absent", ""}, {"", ""}, {"scopes", ""}})
        BOOST_TEST(made->claim(name) == value, name);
}

BOOST_AUTO_TEST_CASE(a_member_counts_before_a_path_of_the_same_name) {
    BOOST_TEST(caller(R"("sub":"a","x":{"y":"path"},"x.y":"member")")->claim("x.y") == "member");
    BOOST_TEST(caller(R"("sub":"a","x.y":"member","x":{"y":"path"})")->claim("x.y") == "member");
}

BOOST_AUTO_TEST_CASE(paths_are_found_also_where_names_have_dots) {
    const auto made = caller(R"("sub":"a","a.b":{"c":"1","d.e":"2"},"a":{"b":{"f":"3"},"x":null})");
    for (const auto& [name, value] :
         {std::pair{"a.b.c", "1"}, {"a.b.d.e", "2"}, {"a.b.f", "3"}, {"a.b", ""}, {"a.x", ""}, {"a.b.g", ""}, {".", ""}})
        BOOST_TEST(made->claim(name) == value, name);
}

BOOST_AUTO_TEST_CASE(a_subject_cannot_pass_for_a_caller_whom_the_gateway_has_named) {
    for (const auto& [subject, id] : {std::pair{"alice", "alice"}, {"key-6163937e6547", "jwt-key-6163937e6547"},
                                      {"ip-127.0.0.1", "jwt-ip-127.0.0.1"}, {"cert-1", "jwt-cert-1"},
                                      {"jwt-key-1", "jwt-jwt-key-1"}, {"keyhole", "keyhole"}})
        BOOST_TEST(caller("\"sub\":\"" + std::string{subject} + '"')->id() == id, subject);
    BOOST_TEST(CallerIds("jwt", "token:")("key-1") == "token:key-1");
    BOOST_TEST(CallerIds("basic")("jwt-alice") == "basic-jwt-alice");
}

BOOST_AUTO_TEST_CASE(a_claim_called_scopes_gives_no_scopes_unless_it_is_named) {
    BOOST_TEST(caller(R"("sub":"a","scopes":"admin")")->claim("scopes") == "");
    BOOST_TEST(caller(R"("sub":"a","scopes":"admin")", {"sub", "", "", {"scopes"}})->claim("scopes") == "admin");
}

BOOST_AUTO_TEST_CASE(what_the_gateway_grants_is_no_claim_of_a_token) {
    const auto made = caller(R"("sub":"a","tollgate.rate":"9/1s","tollgate":{"rate":"9/1s","burst":"9"},"tollgates":"x")");
    BOOST_REQUIRE(made);
    for (const char* name : {"tollgate.rate", "tollgate.burst", "tollgate."}) BOOST_TEST(made->claim(name) == "", name);
    BOOST_TEST(made->claim("tollgates") == "x");
}

BOOST_AUTO_TEST_CASE(an_id_that_is_absent_or_no_name_makes_no_caller) {
    for (const char* members : {R"("org":"acme")", R"("sub":"")", R"("sub":null)", R"("sub":["alice"])", R"("sub":{"a":1})",
                                R"("sub":true)", R"("sub":"a\nb")", R"("sub":"a\u0000b")", R"("sub":"a\u007f")",
                                R"("sub":"a","plan":["gold"])", R"("sub":"a","org":"x\r\ny")"})
        BOOST_TEST(!caller(members), members);
    BOOST_TEST(!caller("\"sub\":\"" + std::string(257, 'a') + '"'));
    BOOST_TEST(caller("\"sub\":\"" + std::string(256, 'a') + '"'));
    BOOST_TEST(caller(R"("sub":12345678901234567890)")->id() == "12345678901234567890");
    BOOST_TEST(caller(R"("sub":"a")", {"sub", "", "", {}})->tier() == "");
}

BOOST_AUTO_TEST_SUITE_END()
