// tests/plugins/auth/signature/content_digest_test.cpp - bodies that are what Content-Digest says, and others.
#include "signature/content_digest.h"

#include <boost/test/unit_test.hpp>

#include <string>

using tollgate::auth::signature::ContentDigest;

namespace {

// RFC 9530 appendix D, and RFC 9421 appendix B.2 (sha-512).
const std::string hello = "{\"hello\": \"world\"}";
const std::string by_256 = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";
const std::string by_512 =
    "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:";

bool matches(const std::string& field, const std::string& body) {
    auto digest = ContentDigest::read(field);
    if (!digest) return false;
    for (std::size_t at = 0; at < body.size(); at += 5) digest->add(std::string_view{body}.substr(at, 5));
    return digest->matches();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(auth_signature_content_digest)

BOOST_AUTO_TEST_CASE(a_body_matches_its_digests_and_no_other_does) {
    for (const std::string& field :
         {by_256, by_512, by_256 + ", " + by_512, "md5=:Sd/dVLAcvNLSq16eXua5uQ==:, " + by_256}) {
        BOOST_TEST(matches(field, hello), field);
        BOOST_TEST(!matches(field, hello + " "), field);
        BOOST_TEST(!matches(field, ""), field);
    }
    BOOST_TEST(matches("sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:", ""));
}

BOOST_AUTO_TEST_CASE(all_digests_that_are_known_must_match) {
    BOOST_TEST(!matches(by_256 + ", sha-512=:" + std::string(86, 'A') + "==:", hello));
    BOOST_TEST(!matches("sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBA==:", hello));  // cut short
    BOOST_TEST(!matches("sha-256=::", hello));
}

BOOST_AUTO_TEST_CASE(without_a_strong_digest_there_is_none) {
    for (const char* field : {"", "md5=:Sd/dVLAcvNLSq16eXua5uQ==:", "sha-256=1", "sha-256", "sha-256=(:aGk=:)",
                              "sha-256=:aGk", "SHA-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"})
        BOOST_TEST(!ContentDigest::read(field), field);
}

BOOST_AUTO_TEST_SUITE_END()
