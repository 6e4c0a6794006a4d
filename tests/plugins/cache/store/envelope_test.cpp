// tests/plugins/cache/store/envelope_test.cpp - what comes back, and what is garbage.
#include "store/envelope.h"

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>

using namespace tollgate::cache;

BOOST_AUTO_TEST_SUITE(cache_envelope)

BOOST_AUTO_TEST_CASE(everything_comes_back_as_it_was) {
    const std::string bytes("a\0b\n", 4), large(100'000, 'x');
    for (const std::string& text : {std::string{}, std::string{"GET http://a/?x=1"}, bytes})
        for (const std::string& body : {std::string{}, bytes, large}) {
            const std::string written = Envelope{{0x0123456789abcdef}, text, body}.written();
            const auto read = Envelope::read(written);
            BOOST_REQUIRE(read);
            BOOST_TEST(read->begun.number == 0x0123456789abcdefU);
            BOOST_TEST(read->text == text);
            BOOST_TEST(read->bytes == body);
        }
}

BOOST_AUTO_TEST_CASE(what_is_cut_longer_or_changed_anywhere_is_nothing) {
    const std::string good = Envelope{{7}, "text", "bytes"}.written();
    for (std::size_t size = 0; size < good.size(); ++size) BOOST_TEST(!Envelope::read(good.substr(0, size)));
    BOOST_TEST(!Envelope::read(good + '\0'));
    BOOST_TEST(!Envelope::read(good + good));
    for (std::size_t at = 0; at < good.size(); ++at)
        for (int bit = 0; bit < 8; ++bit) {
            std::string bad = good;
            bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
            BOOST_TEST(!Envelope::read(bad), "bit " << bit << " of byte " << at);
        }
}

BOOST_AUTO_TEST_CASE(any_bytes_are_nothing) {
    std::mt19937 random{3};
    for (int i = 0; i < 10'000; ++i) {
        std::string bytes = i % 2 ? "tollgate cache 1" : "";
        for (auto size = random() % 80; size > 0; --size) bytes += static_cast<char>(random());
        BOOST_TEST(!Envelope::read(bytes));
    }
}

BOOST_AUTO_TEST_SUITE_END()
