// tests/plugins/auth/signer_file_test.cpp - the file of signers, and the words for every way to get it wrong.
#include "signer_file.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate::auth;

namespace {

const std::string secret = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=";  // 32 bytes
const std::string ed25519 = "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=";

SignerFile read(const std::string& text) {
    return SignerFile::parse(text, "signers", [](std::string_view tier) { return tier == "gold"; },
                             [](std::string_view id) { return std::string{id}; });
}
std::string problem(const std::string& text) {
    const SignerFile file = read(text);
    BOOST_TEST_REQUIRE(file.problems().size() == 1u, text);
    BOOST_TEST(file.problems()[0].find(secret) == std::string::npos);
    return file.problems()[0];
}

}  // namespace

BOOST_AUTO_TEST_SUITE(auth_signer_file)

BOOST_AUTO_TEST_CASE(a_line_says_who_signs_how_and_may_do_what) {
    const SignerFile file = read("# id\n\nalice hmac-sha256 " + secret +
                                 " acme gold orders:read,orders:write # until May\nbob ed25519 " + ed25519 + " - -\n");
    BOOST_TEST(file.problems().empty());
    const Signer* alice = file.find("alice");
    BOOST_REQUIRE(alice);
    BOOST_TEST(alice->algorithm_name == "hmac-sha256");
    BOOST_TEST(alice->caller->id() == "alice");
    BOOST_TEST(alice->caller->owner() == "acme");
    BOOST_TEST(alice->caller->tier() == "gold");
    BOOST_TEST(alice->caller->claim("scopes") == "orders:read orders:write");
    const Signer* bob = file.find("bob");
    BOOST_REQUIRE(bob);
    BOOST_TEST(bob->caller->owner() == "");
    BOOST_TEST(bob->caller->tier() == "");
    BOOST_TEST(bob->caller->claim("scopes") == "");
    BOOST_TEST(!file.find("carol"));
}

BOOST_AUTO_TEST_CASE(mistakes_are_told_by_line_and_never_quote_a_key) {
    BOOST_TEST(problem("") == "signers: expected at least one signer, got none");
    BOOST_TEST(problem("alice " + secret) ==
               "signers:1: expected an id, an algorithm, a key, an owner, a tier, and scopes or none, got 2 words");
    BOOST_TEST(problem("alice hs256 " + secret + " - -") ==
               "signers:1: expected an algorithm (hmac-sha256, rsa-pss-sha512, rsa-v1_5-sha256, ecdsa-p256-sha256, "
               "ecdsa-p384-sha384, "
               "ed25519), got another word");
    BOOST_TEST(problem("alice hmac-sha256 not*base64 - -") == "signers:1: expected a key in base64, got another text");
    BOOST_TEST(problem("\nalice hmac-sha256 QUFB - -") ==
               "signers:2: expected a secret of at least 32 bytes, got 3; try: openssl rand -base64 32");
    BOOST_TEST(problem("alice ed25519 " + secret + " - -") ==
               "signers:1: expected a public key in DER and base64 (openssl pkey -in key.pem -pubout -outform DER | "
               "base64 -w 0), got "
               "another text");
    BOOST_TEST(problem("alice rsa-pss-sha512 " + ed25519 + " - -") ==
               "signers:1: expected a key of the algorithm beside it, got one of another kind");
    BOOST_TEST(problem("alice hmac-sha256 " + secret + " - silver") ==
               "signers:1: expected a tier of routes.lua, got \"silver\"");
    BOOST_TEST(problem("alice hmac-sha256 " + secret + " - -\nalice hmac-sha256 " + secret + " - -") ==
               "signers:2: expected each id once, got \"alice\" again");
}

BOOST_AUTO_TEST_CASE(a_public_key_is_no_secret_and_a_part_of_one_is_no_key) {
    BOOST_TEST(problem("alice hmac-sha256 " + ed25519 + " - -") ==
               "signers:1: expected a secret for hmac-sha256, got a public key, which everybody may know");
    BOOST_TEST(!read("alice ed25519 " + ed25519.substr(0, 56) + " - -").problems().empty());
    BOOST_TEST(!read("alice ed25519 " + ed25519.substr(0, ed25519.size() - 1) + "BBBBB - -").problems().empty());
}

BOOST_AUTO_TEST_SUITE_END()
