// tests/plugins/logging/escape_test.cpp - nothing a client sends comes out with a meaning of its own.
#include "escape.h"

#include <boost/test/unit_test.hpp>

#include <Poco/JSON/Parser.h>

#include <string>
#include <vector>

using namespace tollgate::logging;

namespace {

std::string escaped(Format format, std::string_view value) {
    std::vector<char> out(value.size() * longest_escape + 8 + 1, '#');
    char* const end = escape(format, value, out.data());
    BOOST_REQUIRE(out.back() == '#');  // it stayed inside what it may use
    return {out.data(), end};
}
std::string json(std::string_view value) {
    return escaped(Format::json, value);
}
std::string text(std::string_view value) {
    return escaped(Format::text, value);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(logging_escape)

BOOST_AUTO_TEST_CASE(harmless_text_stays_as_it_is) {
    const std::string plain = "GET /orders/7 Mozilla/5.0 (X11; Linux) caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 end";
    BOOST_TEST(json(plain) == plain);
    BOOST_TEST(text(plain) == plain);
    BOOST_TEST(json("") == "");
}

BOOST_AUTO_TEST_CASE(a_line_cannot_be_ended_or_begun) {
    BOOST_TEST(json("a\r\n{\"forged\":1}") == "a\\r\\n{\\\"forged\\\":1}");
    BOOST_TEST(text("a\r\nforged") == "a\\r\\nforged");
}

BOOST_AUTO_TEST_CASE(quotes_and_backslashes_are_escaped) {
    BOOST_TEST(json("\\\"") == "\\\\\\\"");
    BOOST_TEST(text("\\\"") == "\\\\\\\"");
}

BOOST_AUTO_TEST_CASE(a_text_lines_members_cannot_be_forged) {
    BOOST_TEST(text("x | ID: forged") == "x \\x7c ID: forged");
    BOOST_TEST(json("x | y") == "x | y");
}

BOOST_AUTO_TEST_CASE(terminals_are_left_alone) {
    BOOST_TEST(json("\x1b[2J\x7f\t") == "\\u001b[2J\\u007f\\t");
    BOOST_TEST(text("\x1b[2J\x7f\t") == "\\x1b[2J\\x7f\\t");
    BOOST_TEST(json("\xc2\x9b" "2J") == "\\u009b2J");  // CSI as one C1 character
    BOOST_TEST(text("\xc2\x9b" "2J") == "\\u009b2J");
}

BOOST_AUTO_TEST_CASE(the_direction_of_reading_cannot_be_turned) {
    BOOST_TEST(json("\xe2\x80\xae" "abc\xe2\x81\xa6") == "\\u202eabc\\u2066");
    BOOST_TEST(text("\xe2\x80\xa8\xef\xbb\xbf") == "\\u2028\\ufeff");
    const std::string marks = "\xe2\x80\x8e" "a\xe2\x80\x8f" "b\xd8\x9c";  // LRM, RLM, ALM
    BOOST_TEST(json(marks) == "\\u200ea\\u200fb\\u061c");
    BOOST_TEST(text(marks) == "\\u200ea\\u200fb\\u061c");
    BOOST_TEST(text("\xe2\x80\x8d\xd8\x9b") == "\xe2\x80\x8d\xd8\x9b");  // their neighbours: a joiner, a semicolon
}

BOOST_AUTO_TEST_CASE(a_nul_is_a_byte_like_others) {
    BOOST_TEST(json(std::string_view{"a\0b", 3}) == "a\\u0000b");
    BOOST_TEST(text(std::string_view{"a\0b", 3}) == "a\\x00b");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_utf8_are_marked_one_by_one) {
    BOOST_TEST(json("a\xff\xfe") == "a\\ufffd\\ufffd");
    BOOST_TEST(text("a\xff\xfe") == "a\\xff\\xfe");
    BOOST_TEST(text("\xc3") == "\\xc3");                              // cut short
    BOOST_TEST(text("\xe2\x82") == "\\xe2\\x82");                     // cut short
    BOOST_TEST(text("\xc0\xaf") == "\\xc0\\xaf");                     // overlong '/'
    BOOST_TEST(text("\xe0\x80\xaf") == "\\xe0\\x80\\xaf");            // overlong '/'
    BOOST_TEST(text("\xed\xa0\x80") == "\\xed\\xa0\\x80");            // a surrogate
    BOOST_TEST(text("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // beyond U+10FFFF
    BOOST_TEST(text("\xc3" "A") == "\\xc3" "A");
}

BOOST_AUTO_TEST_CASE(each_byte_is_seen_at_each_place_of_a_word) {
    for (int byte = 0; byte < 256; ++byte)
        for (std::size_t at = 0; at < 9; ++at) {
            std::string value = "abcdefghi";
            value[at] = static_cast<char>(byte);
            const bool plain = byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
            BOOST_TEST((json(value) == value) == plain);
            BOOST_TEST((text(value) == value) == (plain && byte != '|'));
        }
}

BOOST_AUTO_TEST_CASE(any_bytes_make_a_json_string_without_controls) {
    std::uint32_t seed = 7;
    for (int round = 0; round < 3000; ++round) {
        std::string value;
        for (int i = 0; i < 40; ++i) value += static_cast<char>((seed = seed * 1664525 + 1013904223) >> 24);
        const std::string out = json(value);
        bool clean = true;
        for (const char c : out + text(value)) clean = clean && static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
        BOOST_REQUIRE(clean);
        BOOST_REQUIRE_NO_THROW(Poco::JSON::Parser{}.parse("{\"v\":\"" + out + "\"}"));
    }
}

BOOST_AUTO_TEST_CASE(a_beginning_does_not_end_inside_a_character) {
    BOOST_TEST(beginning("abc", 3) == "abc");
    BOOST_TEST(beginning("abcd", 3) == "abc");
    BOOST_TEST(beginning("ab\xe2\x82\xac", 4) == "ab");
    BOOST_TEST(beginning("ab\xe2\x82\xac" "c", 5) == "ab\xe2\x82\xac");
    BOOST_TEST(beginning("\x80\x80\x80\x80\x80\x80", 5) == "\x80\x80");  // no UTF-8 anyway: at most three bytes back
}

BOOST_AUTO_TEST_SUITE_END()
