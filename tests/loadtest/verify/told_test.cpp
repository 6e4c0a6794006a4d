// tests/loadtest/verify/told_test.cpp - what answers say of limits: read, and found out where it is not so.
#include "loadtest/verify/told.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tollgate;
using namespace tollgate::loadtest::verify;
using namespace std::chrono_literals;

namespace {

const Limit bucket{Algorithm::token_bucket, 10, 1s, 5};

Answer answer(double at, Outcome outcome, std::int64_t remaining = -1, std::int32_t retry_after = -1) {
    Answer made;
    made.record = {std::int64_t(at * 1e9), std::int64_t(at * 1e9) + 1'000'000, outcome};
    made.told.remaining = remaining;
    made.told.retry_after = retry_after;
    made.status = outcome == Outcome::refused ? 429 : 200;
    return made;
}

std::vector<std::string> lies(std::vector<Answer> answers, const Limit& limit = bucket) {
    return untrue(limit, 1, answers, {});
}

Told told(std::initializer_list<std::pair<const char*, const char*>> lines) {
    Headers headers;
    for (const auto& [name, value] : lines) headers.add(name, value);
    return read_told(headers);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(loadtest_verify_told)

BOOST_AUTO_TEST_CASE(lines_are_read_as_the_draft_has_them) {
    const Told all = told({{"X-RateLimit-Limit", "5"}, {"X-RateLimit-Remaining", "3"}, {"Retry-After", "2"},
                           {"RateLimit-Policy", "\"a\\\"b, c\";q=5;w=1;pk=\"x\""}, {"RateLimit", "\"a\";r=3;t=1"}});
    BOOST_TEST(all.limit == 5);
    BOOST_TEST(all.remaining == 3);
    BOOST_TEST(all.retry_after == 2);
    BOOST_TEST(all.policy == 5);
    BOOST_TEST(all.left == 3);
    BOOST_TEST(all.reset == 1);
    BOOST_TEST(!all.several);
    BOOST_TEST(!all.malformed);
    BOOST_TEST(told({{"RateLimit", "\"a\";r=3, \"b\";r=4"}}).several);
    BOOST_TEST(told({}).limit == -1);
    for (const char* broken : {"a;r=3", "\"a;r=3", "\"a\";r=3,", "\"a\" r=3", "", "\"a\";=3", "\"a\";r="})
        BOOST_TEST(told({{"RateLimit", broken}}).malformed, broken);
    for (const char* broken : {"-1", "3.5", "soon", "99999999999"})
        BOOST_TEST(told({{"X-RateLimit-Remaining", broken}}).malformed, broken);
}

BOOST_AUTO_TEST_CASE(what_is_true_is_no_lie) {
    // Five at once, one refused, one that comes when a second has passed, as it was told; then it is full again.
    BOOST_TEST(lies({answer(1, Outcome::admitted, 4), answer(1.002, Outcome::admitted, 3),
                     answer(1.004, Outcome::admitted, 0), answer(1.006, Outcome::refused, 0, 1),
                     answer(2.2, Outcome::admitted, 4), answer(9, Outcome::admitted, 4)}).empty());
    BOOST_TEST(lies({answer(1, Outcome::unclear, 99)}).empty());  // it is not the limit's
    BOOST_TEST(lies({}).empty());
}

BOOST_AUTO_TEST_CASE(each_lie_is_told_once_with_its_time) {
    Answer declared_otherwise = answer(1, Outcome::admitted);
    declared_otherwise.told.limit = 6;
    declared_otherwise.told.policy = 7;
    BOOST_TEST((lies({declared_otherwise, declared_otherwise}) ==
                std::vector<std::string>{"at 1.001 s: X-RateLimit-Limit is 6, and 5 is declared",
                                         "at 1.001 s: RateLimit-Policy has q=7, and 5 is declared"}));
    BOOST_TEST((lies({answer(1, Outcome::admitted, 9)}) ==
                std::vector<std::string>{"at 1.001 s: 9 are said to be left of 5"}));
    const char* const left = "at 1.001 s: refused with 2 left, unless the 429 is the upstream's own";
    BOOST_TEST((lies({answer(1, Outcome::refused, 2)}) == std::vector<std::string>{left}));
    Answer disagreeing = answer(1, Outcome::admitted, 3);
    disagreeing.told.left = 2;
    BOOST_TEST((lies({disagreeing}) ==
                std::vector<std::string>{"at 1.001 s: X-RateLimit-Remaining is 3, and RateLimit has r=2"}));
    BOOST_TEST((lies({answer(1, Outcome::admitted, 0), answer(1.05, Outcome::admitted, 4)}) ==
                std::vector<std::string>{
                    "at 1.051 s: X-RateLimit-Remaining rose from 0 to 4, faster than the bucket fills"}));
}

// Ten a minute, burst 60, of which two gateways hold up to four.
BOOST_AUTO_TEST_CASE(who_holds_a_lease_may_tell_what_was_left_a_second_ago_and_no_more) {
    const Limit leased{Algorithm::token_bucket, 10, 1min, 60, 4};
    const auto admitted = [](double at, std::int64_t remaining) { return answer(at, Outcome::admitted, remaining); };
    // One tells 50 of before the other spent 30; later, what has come back, and what the two held then and hold now.
    BOOST_TEST(lies({admitted(1, 50), admitted(1.9, 20), admitted(1.95, 50)}, leased).empty());
    BOOST_TEST(lies({admitted(1, 20), admitted(2.5, 29)}, leased).empty());
    BOOST_TEST((lies({admitted(1, 20), admitted(2.5, 30)}, leased) ==
                std::vector<std::string>{
                    "at 2.501 s: X-RateLimit-Remaining rose from 20 to 30, faster than the bucket fills"}));
    // Who said more in between may have been told by before the earlier one.
    BOOST_TEST(lies({admitted(1, 20), admitted(1.5, 50), admitted(2.5, 28)}, leased).empty());
    BOOST_TEST(lies({admitted(1, 20), admitted(1.5, 22), admitted(2.5, 30)}, leased).size() == 1u);
    Limit exact = leased;
    exact.leased = 0;
    BOOST_TEST(lies({admitted(1, 50), admitted(1.9, 20), admitted(1.95, 50)}, exact).size() == 1u);
}

BOOST_AUTO_TEST_CASE(retry_after_is_neither_too_long_nor_too_short) {
    BOOST_TEST(lies({answer(1, Outcome::refused, 0, 2), answer(2.5, Outcome::admitted, 0)}).empty());
    BOOST_TEST((lies({answer(1, Outcome::refused, 0, 3), answer(2.5, Outcome::admitted, 0)}) ==
                std::vector<std::string>{
                    "at 1.001 s: Retry-After is 3, and a request was admitted more than a second earlier"}));
    Answer waited = answer(3, Outcome::refused, 0, 1);
    waited.waited = true;
    BOOST_TEST((lies({waited}) ==
                std::vector<std::string>{"at 3.001 s: refused, though Retry-After was over and nobody else asked"}));
    waited.record.outcome = Outcome::admitted;
    BOOST_TEST(lies({waited}).empty());
}

BOOST_AUTO_TEST_CASE(only_who_is_told_of_the_limit_got_as_far) {
    Told of_limit, of_anybody;
    of_limit.limit = 10;
    of_anybody.retry_after = 3;
    BOOST_TEST((outcome_of(200, {}, true) == Outcome::admitted));
    for (const int status : {400, 404, 405, 413, 422}) {
        BOOST_TEST((outcome_of(status, of_limit, true) == Outcome::admitted));
        BOOST_TEST((outcome_of(status, {}, true) == Outcome::unclear));
        BOOST_TEST((outcome_of(status, of_limit, false) == Outcome::unclear));
    }
    BOOST_TEST((outcome_of(429, of_limit, true) == Outcome::refused));
    BOOST_TEST((outcome_of(429, of_anybody, true) == Outcome::unclear));
    BOOST_TEST((outcome_of(429, of_anybody, false) == Outcome::refused));
    for (const int status : {401, 403, 502}) BOOST_TEST((outcome_of(status, of_limit, true) == Outcome::unclear));
}

BOOST_AUTO_TEST_CASE(a_line_that_is_longer_than_it_may_be_is_told) {
    Limit line = bucket;
    line.longest_delay = 100ms;
    // Somebody who did not wait; then refusals, and after each of them one who waited for so long.
    const auto waiting = [&](std::int64_t ms) {
        std::vector<Answer> all{answer(0, Outcome::admitted)};
        for (int i = 1; i <= 12; ++i) {
            all.push_back(answer(i, Outcome::refused));
            all.push_back(answer(i + 0.002, Outcome::admitted));
            all.back().record.done = all.back().record.sent + ms * 1'000'000;
        }
        return lies(all, line);
    };
    BOOST_TEST(waiting(105).empty());
    BOOST_TEST_REQUIRE(waiting(140).size() == 1u);
    BOOST_TEST(waiting(140)[0] == "at 1.142 s: who came to a full line waited 140 ms or longer, and longest_delay is 100 "
                                  "ms");
}

BOOST_AUTO_TEST_SUITE_END()
