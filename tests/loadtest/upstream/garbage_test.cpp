// tests/loadtest/upstream/garbage_test.cpp - garbage is refused by who reads answers strictly.
#include "loadtest/upstream/garbage.h"

#include "http/parser.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate;

BOOST_AUTO_TEST_SUITE(loadtest_upstream_garbage)

namespace {

// True if the gateway's parser takes the bytes, or the first of them, for an answer that it reads to its end.
bool is_an_answer(std::string_view bytes) {
    http::ParsedHead head;
    http::ResponseParser parser{{8 << 10, 32 << 10, 100}, head};
    try {
        std::size_t consumed = 0;
        if (!parser.parse_head(bytes, consumed)) return false;  // more is wanted, and none comes
        while (!parser.body_done()) {
            bytes.remove_prefix(consumed);
            std::string_view piece;
            if (parser.parse_body(bytes, consumed, piece)) return true;
            if (consumed == 0) return false;
        }
        return true;
    } catch (const http::Malformed&) {
        return false;
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(no_kind_is_an_answer) {
    for (std::uint64_t variant = 0; variant < 100 * loadtest::garbage_kinds; ++variant)
        BOOST_TEST(!is_an_answer(loadtest::garbage(variant)), "variant " << variant);
    BOOST_TEST(is_an_answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"));
}

BOOST_AUTO_TEST_CASE(the_same_number_is_the_same_garbage) {
    for (std::uint64_t variant = 0; variant < 2 * loadtest::garbage_kinds; ++variant)
        BOOST_TEST((loadtest::garbage(variant) == loadtest::garbage(variant)));
    BOOST_TEST((loadtest::garbage(0) != loadtest::garbage(loadtest::garbage_kinds)));
}

BOOST_AUTO_TEST_SUITE_END()
