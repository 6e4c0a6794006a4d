// tests/plugins/auth/jwt/key_set_test.cpp - JWK sets and PEM: what is taken, what is passed over, what is refused.
#include "jwt/key_set.h"

#include "support/tokens.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate::auth::jwt;
using tollgate::test::Tokens;

namespace {

std::string problem_with(std::string_view text) {
    std::string problem;
    return KeySet::parse(text, problem) ? "none" : problem;
}

std::optional<KeySet> set_of(std::string_view text) {
    std::string problem;
    return KeySet::parse(text, problem);
}

std::string names_of(const AlgorithmSet& set) {
    std::string names;
    for (const AlgorithmFacts& facts : all_algorithms())
        if (set.has(facts.algorithm)) (names += names.empty() ? "" : " ") += facts.name;
    return names;
}

const std::string rsa_jwk_members = R"("kty":"RSA","e":"AQAB","n":")";

}  // namespace

BOOST_AUTO_TEST_SUITE(auth_jwt_key_set)

BOOST_AUTO_TEST_CASE(of_a_jwk_set_the_keys_for_signatures_are_taken) {
    const auto set = set_of(Tokens::all().file("jwks.json"));
    BOOST_REQUIRE(set);
    BOOST_TEST(set->size() == 5u);
    BOOST_TEST(names_of(set->algorithms()) == "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA");
    BOOST_TEST(set->knows("rsa"));
    BOOST_TEST(!set->knows("rsa2"));
    BOOST_TEST(!set->knows("oct"));
    BOOST_TEST(!set->knows("enc"));
    BOOST_TEST(set->knows(""));
}

BOOST_AUTO_TEST_CASE(pem_may_hold_several_public_keys_and_any_kid_may_mean_them) {
    const auto set = set_of(Tokens::all().file("rsa.pem") + "between\n" + Tokens::all().file("ec384.pem"));
    BOOST_REQUIRE(set);
    BOOST_TEST(set->size() == 2u);
    BOOST_TEST(names_of(set->algorithms()) == "RS256 RS384 RS512 PS256 PS384 PS512 ES384");
    BOOST_TEST(set->knows("whatever"));
}

BOOST_AUTO_TEST_CASE(what_is_no_set_of_public_keys_is_refused_in_words) {
    BOOST_TEST(problem_with("") == "expected a public key in PEM or a JWK set, got neither");
    BOOST_TEST(problem_with("hello") == "expected a public key in PEM or a JWK set, got neither");
    BOOST_TEST(problem_with("{") == "expected JSON, got something else");
    BOOST_TEST(problem_with(R"({"kty":"RSA"})") == "expected a JWK set ({\"keys\": [...]}), got other JSON");
    BOOST_TEST(problem_with(R"({"keys":[]})") ==
               "expected a key that signatures can be verified with, got none of 0");
    BOOST_TEST(problem_with(R"({"keys":[{"kty":"oct","k":"AAAA"}]})") ==
               "expected a key that signatures can be verified with, got none of 1; the first: "
               "expected kty RSA, EC or OKP, got \"oct\"");
    BOOST_TEST(problem_with(Tokens::all().file("rsa.key.pem")) ==
               "expected public keys, got a private one: it has no business here");
    BOOST_TEST(problem_with("-----BEGIN DH PARAMETERS-----\nMAMCAQE=\n-----END DH PARAMETERS-----\n") ==
               "expected public keys or certificates, got a \"DH PARAMETERS\"");
    std::string many = R"({"keys":[)";
    for (int i = 0; i < 101; ++i) many += i ? ",{}" : "{}";
    BOOST_TEST(problem_with(many + "]}") == "expected at most 100 keys, got 101");
}

BOOST_AUTO_TEST_CASE(weak_and_broken_keys_are_refused) {
    const auto only = [](const std::string& members) { return problem_with("{\"keys\":[{" + members + "}]}"); };
    const std::string none = "expected a key that signatures can be verified with, got none of 1; the first: ";
    // 1024 bits, and an exponent of 1, with which every text is its own signature.
    BOOST_TEST(only(rsa_jwk_members + "g" + std::string(169, 'A') + "Q\"") ==
               none + "expected an RSA key of 2048 to 8192 bits, got 1024");
    BOOST_TEST(only(R"("kty":"RSA","e":"AQ","n":")" + ("g" + std::string(340, 'A')) + "Q\"") ==
               none + "expected the members of a public key of kty RSA, got others");
    BOOST_TEST(only(R"("kty":"RSA","e":"AQAB")") == none + "expected the members of a public key of kty RSA, got others");
    // A point that is not on the curve: the way of invalid-curve attacks.
    const std::string coordinate(43, 'B');
    BOOST_TEST(only(R"("kty":"EC","crv":"P-256","x":")" + coordinate.substr(0, 42) + R"(A","y":")" +
                    coordinate.substr(0, 42) + "A\"") ==
               none + "expected the members of a public key of kty EC, got others");
    BOOST_TEST(only(R"("kty":"EC","crv":"secp256k1","x":"AA","y":"AA")") ==
               none + "expected the members of a public key of kty EC, got others");
    BOOST_TEST(only(R"("kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")") ==
               none + "expected the members of a public key of kty OKP, got others");
    BOOST_TEST(only(R"("kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUQ")") ==
               none + "expected the members of a public key of kty OKP, got others");
}

BOOST_AUTO_TEST_CASE(a_keys_own_alg_and_use_are_heeded) {
    const std::string ed = R"("kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")";
    const auto taken = [&](const std::string& more) { return set_of("{\"keys\":[{" + ed + more + "}]}").has_value(); };
    BOOST_TEST(taken(""));
    BOOST_TEST(taken(R"(,"alg":"EdDSA","use":"sig","key_ops":["verify"])"));
    BOOST_TEST(!taken(R"(,"alg":"RS256")"));
    BOOST_TEST(!taken(R"(,"alg":"none")"));
    BOOST_TEST(!taken(R"(,"use":"enc")"));
    BOOST_TEST(!taken(R"(,"key_ops":["sign"])"));
}

BOOST_AUTO_TEST_CASE(a_secret_serves_those_algorithms_it_is_long_enough_for) {
    BOOST_TEST(names_of(KeySet::of_secret(std::string(32, 's')).algorithms()) == "HS256");
    BOOST_TEST(names_of(KeySet::of_secret(std::string(48, 's')).algorithms()) == "HS256 HS384");
    BOOST_TEST(names_of(KeySet::of_secret(std::string(64, 's')).algorithms()) == "HS256 HS384 HS512");
}

BOOST_AUTO_TEST_SUITE_END()
