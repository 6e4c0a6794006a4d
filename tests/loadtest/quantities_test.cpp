// tests/loadtest/quantities_test.cpp - durations, counts, rates and sizes as people write and read them.
#include "loadtest/quantities.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::loadtest;
using namespace std::chrono_literals;

namespace {

std::string problem_of(auto parse, std::string_view text) {
    std::string problem;
    const auto value = parse(text, problem);
    BOOST_TEST(!value.has_value(), text);
    return problem;
}

template <class Value>
struct Row {
    std::string_view text;
    Value value;
};

void check(auto parse, auto& rows) {
    for (const auto& row : rows) {
        std::string problem;
        const auto value = parse(row.text, problem);
        BOOST_TEST_REQUIRE(value.has_value(), row.text << ": " << problem);
        BOOST_TEST((*value == row.value), row.text);
        BOOST_TEST(problem.empty());
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(loadtest_quantities)

BOOST_AUTO_TEST_CASE(durations_are_read_as_go_writes_them) {
    const Row<Nanoseconds> rows[] = {{"30s", 30s},        {"1m30s", 90s},  {"250ms", 250ms}, {"1.5h", 90min},
                                     {"10", 10s},         {"0", 0s},       {"0s", 0s},       {"7us", 7us},
                                     {"7\u00b5s", 7us},   {"7\u03bcs", 7us}, {"300ns", 300ns}, {"24h", 24h},
                                     {"1h2m3s4ms5us6ns", 1h + 2min + 3s + 4ms + 5us + 6ns}, {"0.5", 500ms},
                                     {"1.5s500ms", 2s}};
    check(parse_duration, rows);
}

BOOST_AUTO_TEST_CASE(what_is_no_duration_is_refused) {
    for (const std::string_view text :
         {"", "fast", "s", "-1s", "+1s", "1x", "1sec", "1 s", " 1s", "1s ", "30s1m", "1s1s", "1m30", ".5s", "1.s", "1..5s",
          "1e3s", "nan", "inf", "0x10s", "1,5s", "999999999999999999999999s"})
        BOOST_TEST(problem_of(parse_duration, text) ==
                   "expected a duration such as 30s, 1m30s or 250ms, got \"" + std::string{text} + "\"");
    BOOST_TEST(problem_of(parse_duration, "24h1ns") == "expected at most 24h, got \"24h1ns\"");
    BOOST_TEST(problem_of(parse_duration, "99999999999999999h") == "expected at most 24h, got \"99999999999999999h\"");
}

BOOST_AUTO_TEST_CASE(counts_take_si_letters_and_stay_whole) {
    const Row<std::uint64_t> rows[] = {{"0", 0},         {"1000000", 1'000'000}, {"10k", 10'000},
                                       {"10K", 10'000},  {"2.5M", 2'500'000},    {"1.234567G", 1'234'567'000},
                                       {"1000000G", 1'000'000'000'000'000},      {"3.0", 3}};
    check(parse_count, rows);
    for (const std::string_view text : {"", "-5", "1.5", "1.2345k", "ten", "10kk", "1e6", "10 k", "nan", "10m"})
        BOOST_TEST(problem_of(parse_count, text) ==
                   "expected a whole number such as 1000 or 10k, got \"" + std::string{text} + "\"");
    BOOST_TEST(problem_of(parse_count, "100000000000000000") ==
               "expected at most 1000000G, got \"100000000000000000\"");
    BOOST_TEST(problem_of(parse_count, "18446744073709551615G").starts_with("expected a whole number"));
}

BOOST_AUTO_TEST_CASE(rates_may_be_fractions) {
    const Row<double> rows[] = {{"0", 0},      {"0.5", 0.5},    {"1.5k", 1500},  {"4000/s", 4000},
                                {"10k/s", 1e4}, {"1G", 1e9}, {"0.001", 0.001}};
    check(parse_rate, rows);
    for (const std::string_view text : {"", "fast", "-1", "nan", "inf", "1e3", "10/m", "/s"})
        BOOST_TEST(problem_of(parse_rate, text) ==
                   "expected requests a second such as 4000 or 10k, got \"" + std::string{text} + "\"");
    BOOST_TEST(problem_of(parse_rate, "1.1G") == "expected at most 1G requests a second, got \"1.1G\"");
    BOOST_TEST(problem_of(parse_rate, "0.0001") == "expected 0 or at least 0.001 requests a second, got \"0.0001\"");
}

BOOST_AUTO_TEST_CASE(sizes_know_thousands_from_1024) {
    const Row<std::uint64_t> rows[] = {{"512", 512},       {"1k", 1000},       {"1Ki", 1024},         {"1KiB", 1024},
                                       {"2MB", 2'000'000}, {"2Mi", 2u << 20}, {"1.5Ki", 1536}, {"1G", 1'000'000'000},
                                       {"1Gi", 1u << 30},  {"0B", 0}};
    check(parse_size, rows);
    for (const std::string_view text : {"", "B", "-1", "0.5", "1Kb", "1Ti", "1 k"})
        BOOST_TEST(problem_of(parse_size, text) ==
                   "expected a size such as 512, 10k or 1Mi, got \"" + std::string{text} + "\"");
}

BOOST_AUTO_TEST_CASE(durations_are_shown_with_three_figures) {
    const std::pair<Nanoseconds, std::string_view> rows[] = {
        {0ns, "0 ns"},           {999ns, "999 ns"},         {1000ns, "1.0 us"},       {9949ns, "9.9 us"},
        {9950ns, "10 us"},       {61'400ns, "61 us"},       {999'499ns, "999 us"},    {999'500ns, "1.00 ms"},
        {2'100us, "2.10 ms"},    {9'994us, "9.99 ms"},      {9'996us, "10.0 ms"},     {99'960us, "100 ms"},
        {250ms, "250 ms"},       {999'600us, "1.00 s"},     {12'100ms, "12.1 s"},     {30s, "30 s"},
        {59'940ms, "59.9 s"},    {59'960ms, "1 m 0 s"},     {200s, "3 m 20 s"},       {3'599'600ms, "1 h 0 m"},
        {25h, "25 h 0 m"},       {-61us, "-61 us"}};
    for (const auto& [duration, text] : rows) BOOST_TEST(show(duration) == text);
    BOOST_TEST(show(Nanoseconds::min()).starts_with("-2562047 h"));
}

BOOST_AUTO_TEST_CASE(counts_and_shares_are_shown_short) {
    const std::pair<double, std::string_view> rows[] = {{0, "0"},          {950, "950"},      {0.5, "0.50"},
                                                        {12.34, "12.3"},   {999.4, "999"},    {999.6, "1.00k"},
                                                        {12'080, "12.1k"}, {3.4e6, "3.40M"},  {999'600, "1.00M"},
                                                        {1e9, "1.00G"},    {-12'080, "-12.1k"}};
    for (const auto& [count, text] : rows) BOOST_TEST(show_count(count) == text);
    BOOST_TEST(show_percent(0.1007, 2) == "10.07%");
    BOOST_TEST(show_percent(1, 0) == "100%");
}

BOOST_AUTO_TEST_SUITE_END()
