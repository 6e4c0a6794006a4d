// tests/plugins/redis/address_test.cpp - URLs of Redis, and what is shown of them.
#include "redis/address.h"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

using tollgate::redis::Address;

namespace {

std::string problem_of(const std::string& url) {
    try {
        Address::parse(url);
    } catch (const std::invalid_argument& problem) {
        return problem.what();
    }
    return "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_address)

BOOST_AUTO_TEST_CASE(the_parts_of_a_url) {
    const Address all = Address::parse("rediss://me:p%40ss:w%2Ford@limits.internal:7000/3");
    BOOST_TEST((all == Address{.host = "limits.internal",
                               .port = "7000",
                               .user = "me",
                               .password = "p@ss:w/ord",
                               .database = 3,
                               .tls = true}));
    BOOST_TEST((Address::parse("redis://h") == Address{.host = "h"}));
    BOOST_TEST((Address::parse("redis://h/") == Address{.host = "h"}));
    BOOST_TEST((Address::parse("redis://[::1]:7000") == Address{.host = "::1", .port = "7000"}));
    BOOST_TEST((Address::parse("redis://:word@[::1]") == Address{.host = "::1", .password = "word"}));
    BOOST_TEST((Address::parse("redis://word@h") == Address{.host = "h", .password = "word"}));
    BOOST_TEST(
        (Address::parse("redis+unix:///run/r%20s.sock?db=2") == Address{.path = "/run/r s.sock", .database = 2}));
    BOOST_TEST(
        (Address::parse("redis+unix://:word@/run/r.sock") == Address{.path = "/run/r.sock", .password = "word"}));
}

BOOST_AUTO_TEST_CASE(what_is_shown_tells_all_but_the_password) {
    BOOST_TEST(Address::parse("redis://:secret@h").shown() == "redis://h:6379");
    BOOST_TEST(Address::parse("rediss://me:secret@[::1]:1/2").shown() == "rediss://me@[::1]:1/2");
    BOOST_TEST(Address::parse("redis+unix:///r.sock?db=2").shown() == "redis+unix:///r.sock?db=2");
    const auto one = Address::parse("redis://:one@h"), other = Address::parse("redis://:other@h");
    BOOST_TEST(one.identity() != other.identity());
    BOOST_TEST(one.identity() == Address::parse("redis://:one@h:6379/0").identity());
    BOOST_TEST(one.identity().find("one") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_none_is_told_without_the_password) {
    for (const char* url : {"redis://:secret@h:port", "redis://:secret@h:0", "redis://:secret@h:70000",
                            "redis://:secret@h/x", "redis://:secret@", "redis://:secret@h/1?x=2", "http://:secret@h",
                            "redis+sentinel://:secret@h", "redis://:secret@a,b", "redis://:sec%ret@h",
                            "redis://:secret@[::1", "redis+unix://:secret@r", "redis+unix://:secret@/r?x=1"}) {
        const std::string problem = problem_of(url);
        BOOST_TEST(problem.starts_with("expected "), url);
        BOOST_TEST(problem.find("sec") == std::string::npos, problem);
    }
    BOOST_TEST(problem_of("127.0.0.1:6379").starts_with("expected a URL of Redis (redis://host:6379/0"));
    BOOST_TEST(problem_of("secret:word@h").find("word") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
