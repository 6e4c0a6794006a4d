// tests/plugins/auth/jwt/verify_test.cpp - tokens of the RFCs and of PyJWT pass, and no forged sibling of theirs.
#include "jwt/verify.h"

#include "support/tokens.h"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace tollgate::auth::jwt;
using tollgate::test::Tokens;

namespace {

KeySet set_of(const std::string& text) {
    std::string problem;
    auto set = KeySet::parse(text, problem);
    BOOST_REQUIRE_MESSAGE(set, problem);
    return std::move(*set);
}
const KeySet& published() {
    static const KeySet set = set_of(Tokens::all().file("jwks.json"));
    return set;
}
const KeySet& shared() {
    static const KeySet set = KeySet::of_secret(Tokens::all().file("secret"));
    return set;
}

double now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

AlgorithmSet every_algorithm() {
    AlgorithmSet all;
    for (const AlgorithmFacts& facts : all_algorithms()) all.add(facts.algorithm);
    return all;
}

// Every algorithm is accepted: what keeps keys and algorithms apart must not be the operator's list.
std::variant<Verified, Fault> outcome(std::string_view token, const KeySet& keys, const Rules& rules = {},
                                      double at = now()) {
    return verify(token, keys, every_algorithm(), rules, at);
}
std::string name_of(const std::variant<Verified, Fault>& outcome) {
    constexpr const char* names[] = {"malformed", "algorithm",     "key_unknown", "signature", "expired",
                                     "not_yet_valid", "issuer", "audience", "claims", "no_key_signed", "type"};
    if (const Fault* fault = std::get_if<Fault>(&outcome)) return names[static_cast<std::size_t>(*fault)];
    return "good";
}
std::string judged(const std::string& name, const KeySet& keys, const Rules& rules = {}) {
    return name_of(outcome(Tokens::all()[name], keys, rules));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(auth_jwt_verify)

BOOST_AUTO_TEST_CASE(the_example_of_rfc_7515_appendix_a1_passes) {
    const KeySet keys = KeySet::of_secret(
        "\x03\x23\x35\x4b\x2b\x0f\xa5\xbc\x83\x7e\x06\x65\x77\x7b\xa6\x8f\x5a\xb3\x28\xe6\xf0\x54\xc9\x28\xa9\x0f\x84\xb2\xd2\x50"
        "\x2e\xbf\xd3\xfb\x5a\x92\xd2\x06\x47\xef\x96\x8a\xb4\xc3\x77\x62\x3d\x22\x3d\x2e\x21\x72\x05\x2e\x4f\x08\xc0\xcd\x9a\xf5"
        "\x67\xd0\x80\xa3");
    const std::string token =
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
        "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const auto result = outcome(token, keys, {}, 1300819379);
    BOOST_REQUIRE(std::holds_alternative<Verified>(result));
    BOOST_TEST(*std::get<Verified>(result).claims.text_of("iss") == "joe");
    BOOST_TEST(std::get<Verified>(result).end == 1300819380.0 + 30);
    BOOST_TEST(name_of(outcome(token, keys, {}, 1300819380 + 30)) == "expired");
}

// Its payload is no JSON: the signature is right, the token is none.
BOOST_AUTO_TEST_CASE(the_signature_of_rfc_8037_appendix_a4_passes) {
    const KeySet keys =
        set_of(R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})");
    const std::string input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    const std::string good = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    BOOST_TEST(name_of(outcome(input + '.' + good, keys)) == "malformed");
    BOOST_TEST(name_of(outcome(input + '.' + 'i' + good.substr(1), keys)) == "no_key_signed");
}

BOOST_AUTO_TEST_CASE(tokens_of_every_algorithm_pass) {
    for (const AlgorithmFacts& facts : all_algorithms()) {
        const KeySet& keys = facts.family == Family::hmac ? shared() : published();
        BOOST_TEST(judged(std::string{facts.name}, keys) == "good", facts.name);
    }
}

BOOST_AUTO_TEST_CASE(no_bit_of_a_token_may_be_turned) {
    for (const AlgorithmFacts& facts : all_algorithms()) {
        const KeySet& keys = facts.family == Family::hmac ? shared() : published();
        const std::string& good = Tokens::all()[std::string{facts.name}];
        for (std::size_t at = 0; at < good.size(); at += facts.family == Family::hmac ? 1 : 7) {
            std::string forged = good;
            forged[at] = forged[at] == 'A' ? 'B' : 'A';
            BOOST_TEST(name_of(outcome(forged, keys)) != "good", facts.name << " at " << at);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_token_that_is_cut_or_continued_is_none) {
    const std::string& good = Tokens::all()["ES256"];
    for (std::size_t length = 0; length < good.size(); ++length)
        BOOST_TEST(name_of(outcome(good.substr(0, length), published())) != "good", length);
    for (const char* more : {"A", "AA", "AAAA", ".", "=", "==", " ", "\n", ".AAAA"}) {
        BOOST_TEST(name_of(outcome(good + more, published())) != "good", more);
        BOOST_TEST(name_of(outcome(more + good, published())) != "good", more);
    }
}

BOOST_AUTO_TEST_CASE(a_token_is_good_for_its_own_key_only) {
    for (const AlgorithmFacts& facts : all_algorithms()) {
        const KeySet& other = facts.family == Family::hmac ? published() : shared();
        BOOST_TEST(judged(std::string{facts.name}, other) != "good", facts.name);
    }
    const KeySet rsa2 = set_of(Tokens::all().file("rsa2.pem"));
    for (const char* name : {"RS256", "PS256", "ES256", "EdDSA"}) BOOST_TEST(judged(name, rsa2) == "signature", name);
    BOOST_TEST(judged("rotated", rsa2) == "good");
}

BOOST_AUTO_TEST_CASE(no_signature_is_no_algorithm) {
    for (const char* name : {"none", "None", "NONE", "nOnE", "none_with_kid"}) {
        BOOST_TEST(judged(name, published()) == "algorithm", name);
        BOOST_TEST(judged(name, shared()) == "algorithm", name);
    }
}

BOOST_AUTO_TEST_CASE(a_public_key_is_no_secret) {
    const KeySet pem = set_of(Tokens::all().file("rsa.pem"));
    for (const char* name : {"confused", "confused_der", "empty_secret", "by_the_published_secret"})
        for (const KeySet* keys : {&published(), &pem, &shared()}) BOOST_TEST(judged(name, *keys) != "good", name);
    BOOST_TEST(judged("confused", pem) == "signature");
}

BOOST_AUTO_TEST_CASE(a_token_does_not_say_whom_to_trust) {
    BOOST_TEST(judged("by_a_stranger", published()) == "signature");
    BOOST_TEST(judged("with_its_own_key", published()) == "signature");
    BOOST_TEST(judged("zero_es256", published()) == "signature");
}

BOOST_AUTO_TEST_CASE(what_two_readers_could_read_in_two_ways_is_malformed) {
    BOOST_TEST(judged("with_crit", published()) == "malformed");
    BOOST_TEST(judged("twice", shared()) == "malformed");
    BOOST_TEST(judged("no_object", shared()) == "malformed");
    BOOST_TEST(judged("text_exp", shared()) == "claims");
}

BOOST_AUTO_TEST_CASE(the_kid_chooses_among_keys_that_have_one) {
    BOOST_TEST(judged("unknown_kid", published()) == "key_unknown");
    BOOST_TEST(judged("rotated", published()) == "key_unknown");
    BOOST_TEST(judged("without_kid", published()) == "good");
    BOOST_TEST(judged("unknown_kid", set_of(Tokens::all().file("rsa.pem"))) == "good");
}

BOOST_AUTO_TEST_CASE(a_token_without_kid_may_mean_a_key_that_is_not_here) {
    BOOST_TEST(judged("without_kid", set_of(Tokens::all().file("rsa2.pem"))) == "no_key_signed");
    BOOST_TEST(judged("RS256", set_of(Tokens::all().file("rsa2.pem"))) == "signature");
}

BOOST_AUTO_TEST_CASE(a_type_is_compared_as_a_media_type_where_types_are_wanted) {
    Rules access, any_of_two;
    access.types = {"at+jwt"};
    any_of_two.types = {"jwt", "at+jwt"};
    BOOST_TEST(judged("at_jwt", published()) == "good");
    BOOST_TEST(judged("at_jwt", published(), access) == "good");
    BOOST_TEST(judged("at_jwt", published(), any_of_two) == "good");
    BOOST_TEST(judged("RS256", published(), any_of_two) == "good");  // "JWT"
    BOOST_TEST(judged("RS256", published(), access) == "type");
    BOOST_TEST(judged("without_typ", published(), access) == "type");
    BOOST_TEST(judged("without_typ", published()) == "good");
    BOOST_TEST(judged("typ_that_is_no_text", published()) == "malformed");
}

BOOST_AUTO_TEST_CASE(claims_are_judged_once_the_signature_is_good) {
    const Rules rules{{"https://issuer.example"}, {"orders"}};
    BOOST_TEST(judged("RS256", published(), rules) == "good");
    BOOST_TEST(judged("one_audience", published(), rules) == "good");
    BOOST_TEST(judged("expired", published(), rules) == "expired");
    BOOST_TEST(judged("expired_a_moment_ago", published(), rules) == "good");
    BOOST_TEST(judged("not_yet", published(), rules) == "not_yet_valid");
    BOOST_TEST(judged("issued_later", published(), rules) == "not_yet_valid");
    BOOST_TEST(judged("begins_soon", published(), rules) == "good");
    BOOST_TEST(judged("without_exp", published(), rules) == "claims");
    BOOST_TEST(judged("other_issuer", published(), rules) == "issuer");
    BOOST_TEST(judged("without_issuer", published(), rules) == "issuer");
    BOOST_TEST(judged("other_audience", published(), rules) == "audience");
    BOOST_TEST(judged("without_audience", published(), rules) == "audience");
}

BOOST_AUTO_TEST_CASE(only_accepted_algorithms_pass_and_the_rest_is_not_even_verified) {
    AlgorithmSet only;
    only.add(Algorithm::ps256);
    BOOST_TEST(name_of(verify(Tokens::all()["PS256"], published(), only, {}, now())) == "good");
    BOOST_TEST(name_of(verify(Tokens::all()["RS256"], published(), only, {}, now())) == "algorithm");
}

BOOST_AUTO_TEST_CASE(a_long_text_is_no_token) {
    BOOST_TEST(name_of(outcome(std::string(Token::longest + 1, 'A'), published())) == "malformed");
    BOOST_TEST(name_of(outcome(std::string(5000, '.'), published())) == "malformed");
}

BOOST_AUTO_TEST_SUITE_END()
