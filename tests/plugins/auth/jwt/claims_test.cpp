// tests/plugins/auth/jwt/claims_test.cpp - times, issuers and audiences, at and beside their edges.
#include "jwt/claims.h"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <optional>
#include <string>

using namespace tollgate::auth::jwt;

namespace {

constexpr double now = 1'000'000;

struct Judged {
    std::optional<Fault> fault;
    double end = 0;
};
Judged judged(const std::string& members, const Rules& rules = {}) {
    Judged made;
    made.fault = fault_of(Json::parse("{" + members + "}", {}).value(), rules, now, made.end);
    return made;
}
bool is(const Judged& outcome, Fault fault) { return outcome.fault == fault; }

}  // namespace

BOOST_AUTO_TEST_SUITE(auth_jwt_claims)

BOOST_AUTO_TEST_CASE(a_token_is_good_until_exp_and_the_leeway) {
    BOOST_TEST(!judged(R"("exp":1000001)").fault);
    BOOST_TEST(judged(R"("exp":1000001)").end == 1'000'031.0);
    BOOST_TEST(!judged(R"("exp":999970.5)").fault);
    BOOST_TEST(is(judged(R"("exp":999970)"), Fault::expired));
    BOOST_TEST(is(judged(R"("exp":0)"), Fault::expired));
    BOOST_TEST(is(judged(R"("exp":-1e300)"), Fault::expired));
    BOOST_TEST(!judged(R"("exp":1e300)").fault);
    BOOST_TEST(is(judged(R"("exp":1000000)", {.issuers = {}, .audiences = {}, .leeway = 0}), Fault::expired));
}

BOOST_AUTO_TEST_CASE(exp_is_required_unless_told) {
    BOOST_TEST(is(judged(R"("sub":"a")"), Fault::claims));
    const auto endless = judged(R"("sub":"a")", {.issuers = {}, .audiences = {}, .leeway = 0, .expiry_required = false});
    BOOST_TEST(!endless.fault);
    BOOST_TEST(std::isinf(endless.end));
}

BOOST_AUTO_TEST_CASE(a_token_is_good_from_nbf_and_iat_less_the_leeway) {
    for (const std::string claim : {"nbf", "iat"}) {
        BOOST_TEST(!judged(R"("exp":2000000,")" + claim + R"(":1000030)").fault);
        BOOST_TEST(is(judged(R"("exp":2000000,")" + claim + R"(":1000030.5)"), Fault::not_yet_valid));
    }
}

BOOST_AUTO_TEST_CASE(times_that_are_no_numbers_are_refused) {
    for (const std::string claim : {"exp", "nbf", "iat"})
        for (const std::string value : {"\"2000000\"", "null", "true", "[2000000]", "{}"}) {
            const std::string others = claim == "exp" ? "" : "\"exp\":2000000,";
            BOOST_TEST(is(judged(others + '"' + claim + "\":" + value), Fault::claims), claim << value);
        }
}

BOOST_AUTO_TEST_CASE(one_of_the_issuers_must_have_issued_it) {
    const Rules rules{.issuers = {"a", "b"}, .audiences = {}};
    BOOST_TEST(!judged(R"("exp":2000000,"iss":"b")", rules).fault);
    for (const std::string value : {"\"c\"", "\"\"", "\"ab\"", "[\"a\"]", "null", "1"})
        BOOST_TEST(is(judged("\"exp\":2000000,\"iss\":" + value, rules), Fault::issuer), value);
    BOOST_TEST(is(judged(R"("exp":2000000)", rules), Fault::issuer));
}

BOOST_AUTO_TEST_CASE(one_of_the_audiences_must_be_meant) {
    const Rules rules{.issuers = {}, .audiences = {"x", "y"}};
    for (const std::string value : {"\"y\"", "[\"a\",\"x\"]", "[\"x\"]"})
        BOOST_TEST(!judged("\"exp\":2000000,\"aud\":" + value, rules).fault, value);
    for (const std::string value : {"\"z\"", "[]", "[\"z\",1,null]", "[[\"x\"]]", "{\"x\":\"x\"}", "null"})
        BOOST_TEST(is(judged("\"exp\":2000000,\"aud\":" + value, rules), Fault::audience), value);
    BOOST_TEST(is(judged(R"("exp":2000000)", rules), Fault::audience));
}

BOOST_AUTO_TEST_SUITE_END()
