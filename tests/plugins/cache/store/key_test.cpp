// tests/plugins/cache/store/key_test.cpp - against OpenSSL's SipHash.
#include "store/key.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <memory>
#include <string>

using namespace tollgate;
using namespace tollgate::cache;

namespace {

Key by_openssl(const std::string& text, const Secret& secret) {
    const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> mac{EVP_MAC_fetch(nullptr, "SIPHASH", nullptr),
                                                                EVP_MAC_free};
    BOOST_REQUIRE(mac);
    const std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> context{EVP_MAC_CTX_new(mac.get()),
                                                                            EVP_MAC_CTX_free};
    unsigned per_word = 1, at_end = 3;
    std::size_t size = 16;
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_C_ROUNDS, &per_word),
                                     OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_D_ROUNDS, &at_end),
                                     OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
                                     OSSL_PARAM_construct_end()};
    unsigned char key[16], result[16];
    std::memcpy(key, secret.data(), sizeof key);
    BOOST_REQUIRE(EVP_MAC_init(context.get(), key, sizeof key, parameters) == 1);
    BOOST_REQUIRE(EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1);
    BOOST_REQUIRE(EVP_MAC_final(context.get(), result, &size, sizeof result) == 1);
    Key both;
    std::memcpy(&both.low, result, 8);
    std::memcpy(&both.high, result + 8, 8);
    return both;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_key)

BOOST_AUTO_TEST_CASE(texts_of_all_lengths_have_the_hash_that_openssl_says) {
    const Secret secret{0x0706050403020100, 0x0f0e0d0c0b0a0908};
    std::string text;
    for (int i = 0; i < 100; ++i) {
        const Key ours = key_of(text, secret), theirs = by_openssl(text, secret);
        BOOST_TEST(ours.low == theirs.low, "low half of " << i << " bytes");
        BOOST_TEST(ours.high == theirs.high, "high half of " << i << " bytes");
        text += static_cast<char>(i * 37);
    }
}

BOOST_AUTO_TEST_CASE(another_secret_is_another_hash) {
    const Secret one = random_secret(), other = random_secret();
    BOOST_TEST((one != other));
    BOOST_TEST((key_of("text", one) == key_of("text", one)));
    BOOST_TEST((key_of("text", one) != key_of("text", other)));
}

BOOST_AUTO_TEST_SUITE_END()
