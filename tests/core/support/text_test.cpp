// tests/core/support/text_test.cpp - quoting, guessing and counting.
#include "support/text.h"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace tollgate;
using namespace std::literals;

BOOST_AUTO_TEST_SUITE(support_text)

BOOST_AUTO_TEST_CASE(a_slip_of_the_finger_is_guessed) {
    const std::vector<std::string> words{"rate", "burst", "by", "algorithm"};
    BOOST_TEST(text::nearest("rates", words) == "rate");
    BOOST_TEST(text::nearest("rtae", words) == "rate");
    BOOST_TEST(text::nearest("algoritm", words) == "algorithm");
    BOOST_TEST(text::did_you_mean("brust", words) == "; did you mean \"burst\"?");
}

BOOST_AUTO_TEST_CASE(another_word_altogether_is_not_guessed) {
    const std::vector<std::string_view> words{"rate", "by"};
    BOOST_TEST(text::nearest("upstream", words) == "");
    BOOST_TEST(text::nearest("x", words) == "");
    BOOST_TEST(text::did_you_mean("", words) == "");
}

BOOST_AUTO_TEST_CASE(the_nearest_of_several_wins) {
    const std::vector<std::string> words{"listed", "listen", "listing"};
    BOOST_TEST(text::nearest("listn", words) == "listen");
}

BOOST_AUTO_TEST_CASE(a_swap_of_neighbours_is_one_step) {
    BOOST_TEST(text::edit_distance("route", "ruote") == 1u);
    BOOST_TEST(text::edit_distance("", "abc") == 3u);
    BOOST_TEST(text::edit_distance("kitten", "sitting") == 3u);
}

BOOST_AUTO_TEST_CASE(a_word_without_end_costs_nothing) {
    const std::vector<std::string> words{std::string(1'000'000, 'a'), "rate"};
    BOOST_TEST(text::nearest(std::string(1'000'000, 'b'), words) == "");
}

BOOST_AUTO_TEST_CASE(quoted_text_stays_on_one_line) {
    BOOST_TEST(text::quote("a\nb\x1b[2J\0"sv) == "\"a\\nb\\x1b[2J\\x00\"");
    BOOST_TEST(text::quote("na\xc3\xafve") == "\"na\xc3\xafve\"");
    BOOST_TEST(text::quote("\xff\xc3") == "\"\\xff\\xc3\"");
    BOOST_TEST(text::quote("\xc2\x9b"
                           "31m") == "\"\\xc2\\x9b31m\"");
}

BOOST_AUTO_TEST_CASE(long_text_is_cut_between_letters) {
    BOOST_TEST(text::quote("abcdef", 3) == "\"abc...\"");
    BOOST_TEST(text::quote("ab\xc3\xa4", 3) == "\"ab...\"");
    BOOST_TEST(text::quote("abc", 3) == "\"abc\"");
}

BOOST_AUTO_TEST_CASE(overlong_and_surrogate_forms_are_no_letters) {
    BOOST_TEST(text::printable("\xc0\xaf") == "\\xc0\\xaf");
    BOOST_TEST(text::printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");
    BOOST_TEST(text::printable("\xf0\x9f\x9a\xa7") == "\xf0\x9f\x9a\xa7");
}

BOOST_AUTO_TEST_CASE(one_is_not_a_plural) {
    BOOST_TEST(text::count(0, "route") == "0 routes");
    BOOST_TEST(text::count(1, "route") == "1 route");
    BOOST_TEST(text::count(2, "route") == "2 routes");
}

BOOST_AUTO_TEST_CASE(words_are_lower_case_names) {
    BOOST_TEST(text::is_word("rate_limit2"));
    BOOST_TEST(!text::is_word(""));
    BOOST_TEST(!text::is_word("2fast"));
    BOOST_TEST(!text::is_word("Rate"));
    BOOST_TEST(!text::is_word("rate-limit"));
}

BOOST_AUTO_TEST_CASE(only_letters_of_ascii_have_a_lower_case) {
    BOOST_TEST(text::lower("X-API-Key") == "x-api-key");
    BOOST_TEST(text::lower("AZ@[`{09_") == "az@[`{09_");
    BOOST_TEST(text::lower("\xc3\x84\xc4\0A"sv) == "\xc3\x84\xc4\0a"sv);
    BOOST_TEST(text::lower("") == "");
}

BOOST_AUTO_TEST_CASE(numbers_are_whole_texts) {
    BOOST_TEST(text::whole_number<int>("-17").value_or(0) == -17);
    BOOST_TEST(text::whole_number<std::size_t>("017").value_or(0) == 17u);
    BOOST_TEST(text::whole_number<double>("0.5").value_or(0) == 0.5);
    for (const char* wrong : {"", " 1", "1 ", "+1", "1.0", "0x1", "ten", "2147483648"})
        BOOST_TEST(!text::whole_number<int>(wrong), wrong);
    BOOST_TEST(!text::whole_number<unsigned>("-1"));
}

BOOST_AUTO_TEST_CASE(columns_are_as_wide_as_they_look) {
    BOOST_TEST(text::padded("ab", 4) == "ab  ");
    BOOST_TEST(text::padded("\xc3\xa4", 2) == "\xc3\xa4 ");
    BOOST_TEST(text::padded("long", 2) == "long");
}

BOOST_AUTO_TEST_CASE(json_is_valid_whatever_the_bytes) {
    const auto json = [](std::string_view text) {
        std::string out = "{";
        text::append_json(out, text);
        return out;
    };
    BOOST_TEST(json("") == "{");
    BOOST_TEST(json("too many requests") == "{too many requests");
    BOOST_TEST(json("a \"b\"") == "{a \\\"b\\\"");
    BOOST_TEST(json("c:\\users") == "{c:\\\\users");
    BOOST_TEST(json("ends in a line\n") == "{ends in a line\\u000a");
    BOOST_TEST(json("\x7f") == "{\\u007f");
    BOOST_TEST(json("a text with \xc3\xa4 in it") == "{a text with \\u00c3\\u00a4 in it");
}

BOOST_AUTO_TEST_CASE(durations_have_at_most_two_units) {
    using namespace std::chrono_literals;
    BOOST_TEST(text::duration(0ns) == "0 ms");
    BOOST_TEST(text::duration(250'999us) == "250 ms");
    BOOST_TEST(text::duration(1s) == "1 s");
    BOOST_TEST(text::duration(12'590ms) == "12.5 s");
    BOOST_TEST(text::duration(59'999ms) == "59.9 s");
    BOOST_TEST(text::duration(60s) == "1 min");
    BOOST_TEST(text::duration(200s) == "3 min 20 s");
    BOOST_TEST(text::duration(2h) == "2 h");
    BOOST_TEST(text::duration(49h + 5min + 59s) == "49 h 5 min");
}

BOOST_AUTO_TEST_SUITE_END()
