// tests/plugins/auth/jwt/token_cache_test.cpp - tokens are known until their time is over, in bounded memory.
#include "jwt/token_cache.h"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

using Cache = tollgate::auth::jwt::TokenCache<const int>;

namespace {

// As tokens are: the same at the beginning, their own at the end.
std::string token(std::uint32_t number) {
    std::uint64_t mixed = (number + 1) * 0x9e3779b97f4a7c15u;
    std::string text = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.";
    for (int i = 0; i < 40; ++i) {
        mixed ^= mixed << 13, mixed ^= mixed >> 7, mixed ^= mixed << 17;
        text += static_cast<char>('a' + mixed % 26);
    }
    return text;
}
std::shared_ptr<const int> value(int number) { return std::make_shared<const int>(number); }

}  // namespace

BOOST_AUTO_TEST_SUITE(auth_jwt_token_cache)

BOOST_AUTO_TEST_CASE(what_was_put_is_found_until_its_end) {
    Cache cache{100};
    BOOST_TEST(!cache.find(token(1), 0, 1));
    cache.put(token(1), value(7), 50, 0, 1);
    BOOST_REQUIRE(cache.find(token(1), 49.9, 1));
    BOOST_TEST(**cache.find(token(1), 49.9, 1) == 7);
    BOOST_TEST(!cache.find(token(1), 50, 1));
    BOOST_TEST(!cache.find(token(2), 0, 1));
}

BOOST_AUTO_TEST_CASE(other_keys_make_all_tokens_unknown) {
    Cache cache{100};
    cache.put(token(1), value(7), 50, 0, 1);
    BOOST_TEST(!cache.find(token(1), 0, 2));
    cache.put(token(1), value(8), 50, 0, 2);
    BOOST_TEST(**cache.find(token(1), 0, 2) == 8);
}

BOOST_AUTO_TEST_CASE(one_that_differs_in_any_byte_is_another) {
    Cache cache{8};
    cache.put(token(1), value(7), 50, 0, 1);
    for (std::size_t at = 0; at < token(1).size(); ++at) {
        std::string other = token(1);
        other[at] ^= 1;
        BOOST_TEST(!cache.find(other, 0, 1), at);
    }
    BOOST_TEST(!cache.find(token(1).substr(1), 0, 1));
    BOOST_TEST(!cache.find('e' + token(1), 0, 1));
    BOOST_TEST(!cache.find("", 0, 1));
    BOOST_TEST(cache.find(token(1), 0, 1));
}

BOOST_AUTO_TEST_CASE(no_more_are_held_than_it_has_room_for) {
    Cache cache{1000};
    std::weak_ptr<const int> first;
    for (std::uint32_t i = 0; i < 100'000; ++i) {
        auto known = value(int(i));
        if (i == 0) first = known;
        cache.put(token(i), std::move(known), 50, 0, 1);
    }
    std::size_t held = 0;
    for (std::uint32_t i = 0; i < 100'000; ++i) held += cache.find(token(i), 0, 1) != nullptr;
    BOOST_TEST(held > 0u);
    BOOST_TEST(held <= cache.capacity());
    BOOST_TEST(cache.capacity() <= 2048u);
    BOOST_TEST(first.expired());
}

BOOST_AUTO_TEST_CASE(what_is_in_use_stays_and_what_is_over_makes_room_first) {
    Cache cache{8};  // one set
    for (std::uint32_t i = 0; i < 8; ++i) cache.put(token(i), value(int(i)), i == 5 ? 10 : 1000, 0, 1);
    cache.find(token(0), 0, 1);
    cache.put(token(100), value(100), 1000, 20, 1);  // 5 is over
    BOOST_TEST(!cache.find(token(5), 0, 1));
    for (const std::uint32_t i : {0u, 1u, 7u, 100u}) BOOST_TEST(cache.find(token(i), 20, 1));
    Cache lru{8};
    for (std::uint32_t i = 0; i < 8; ++i) lru.put(token(i), value(int(i)), 1000, 0, 1);
    lru.find(token(0), 0, 1);
    lru.put(token(100), value(100), 1000, 0, 1);
    BOOST_TEST(lru.find(token(0), 0, 1));
    BOOST_TEST(!lru.find(token(1), 0, 1));
}

BOOST_AUTO_TEST_CASE(a_cache_of_none_knows_none) {
    Cache cache{0};
    cache.put(token(1), value(7), 50, 0, 1);
    BOOST_TEST(!cache.find(token(1), 0, 1));
    BOOST_TEST(cache.capacity() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
