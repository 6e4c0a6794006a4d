// tests/plugins/auth/credentials_test.cpp - what is hashed, found and not found.
#include "credentials.h"

#include <boost/test/unit_test.hpp>

#include <set>
#include <thread>

using namespace tollgate::auth;

namespace {

Credential credential(const std::string& secret, const std::string& owner = "", const std::string& tier = "") {
    return {sha256(secret), owner, tier};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(auth_credentials)

BOOST_AUTO_TEST_CASE(the_hash_is_that_of_fips_180) {
    // The examples "abc" and "" of FIPS 180-4.
    const Digest abc{0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
                     0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
    BOOST_TEST(sha256("abc") == abc, boost::test_tools::per_element());
    BOOST_TEST(int(sha256("")[0]) == 0xe3);
}

BOOST_AUTO_TEST_CASE(one_threads_hash_does_not_disturb_anothers) {
    const Digest wanted = sha256("the same text");
    std::vector<int> wrong(4, -1);
    std::vector<std::thread> threads;
    for (int& count : wrong)
        threads.emplace_back([&count, &wanted] {
            count = 0;
            for (int i = 0; i < 2000; ++i) count += sha256("the same text") != wanted;
        });
    for (std::thread& thread : threads) thread.join();
    for (const int count : wrong) BOOST_TEST(count == 0);
}

BOOST_AUTO_TEST_CASE(a_known_secret_finds_its_credential) {
    const Credentials known{{credential("one", "alice", "free"), credential("two", "bob", "premium")}};
    const std::size_t found = known.find(sha256("two"));
    BOOST_REQUIRE(found == 1u);
    BOOST_TEST(known[found].owner == "bob");
    BOOST_TEST(known[found].tier == "premium");
}

BOOST_AUTO_TEST_CASE(an_unknown_secret_finds_nothing) {
    const Credentials known{{credential("one"), credential("two")}};
    BOOST_TEST(known.find(sha256("three")) == Credentials::none);
    BOOST_TEST(known.find(sha256("one ")) == Credentials::none);
}

BOOST_AUTO_TEST_CASE(nothing_is_known_to_no_credentials) {
    BOOST_TEST(Credentials{}.find(sha256("one")) == Credentials::none);
    BOOST_TEST(Credentials{std::vector<Credential>{}}.find(sha256("one")) == Credentials::none);
}

BOOST_AUTO_TEST_CASE(a_digest_that_differs_only_in_its_last_byte_is_another) {
    Credential twin = credential("one", "twin");
    twin.digest[31] ^= 1;  // the same slot, the same prefix
    const Credentials known{{credential("one", "original"), twin}};
    BOOST_TEST(known[known.find(sha256("one"))].owner == "original");
    BOOST_TEST(known[known.find(twin.digest)].owner == "twin");
    twin.digest[31] ^= 2;
    BOOST_TEST(known.find(twin.digest) == Credentials::none);
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_keys_are_all_found) {
    std::vector<Credential> many;
    for (int i = 0; i < 100'000; ++i) many.push_back(credential("key " + std::to_string(i), std::to_string(i)));
    const Credentials known{std::move(many)};
    int wrong = 0;
    for (int i = 0; i < 100'000; ++i) wrong += known.find(sha256("key " + std::to_string(i))) != std::size_t(i);
    BOOST_TEST(wrong == 0);
    BOOST_TEST(known.find(sha256("key 100000")) == Credentials::none);
}

BOOST_AUTO_TEST_CASE(an_id_shows_no_more_than_twelve_digits_of_the_hash) {
    BOOST_TEST(credential("abc").id() == "key-ba7816bf8f01");
}

BOOST_AUTO_TEST_SUITE_END()
