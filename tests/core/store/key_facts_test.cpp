// tests/core/store/key_facts_test.cpp - what may be said of a key and what not, field by field.
#include "store/key_facts.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::store;
using namespace std::chrono_literals;

namespace {

std::string problems(const KeyChanges& said, bool creating = false) {
    std::string all;
    for (const auto& [field, problem] : problems_of(said, creating, [](const std::string& tier) { return tier == "free"; }))
        all += field + ": " + problem + "; ";
    return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_key_facts)

BOOST_AUTO_TEST_CASE(every_field_is_checked_and_all_are_told) {
    KeyChanges good;
    good.owner = "alice \xC3\xA4";
    good.name = "";
    good.tier = "free";
    good.scopes = "orders:read orders:write";
    good.rate = KeyRate{100, 60};
    BOOST_TEST(problems(good, true) == "");
    BOOST_TEST(problems({}) == "");
    BOOST_TEST(problems({}, true) == "owner: missing; expected a text; ");
    KeyChanges bad;
    bad.owner = "";
    bad.name = std::string(257, 'x');
    bad.tier = "gold";
    bad.scopes = "a  b";
    bad.rate = KeyRate{0, 60};
    BOOST_TEST(problems(bad) ==
               "owner: missing; expected a text; name: expected at most 256 bytes, got 257; "
               "tier: expected a tier of routes.lua, got \"gold\"; "
               "scopes: expected words like \"orders:read\" with a blank between two, at most 2048 bytes; "
               "rate: expected 1 to 1000000000000 requests in 1 second to 366 days, and a burst below 10^9; ");
    for (const char* text : {"a\nb", "\xFF", "\x7F"}) {
        KeyChanges changes;
        changes.name = text;
        BOOST_TEST(problems(changes) == "name: expected UTF-8 without control characters; ");
    }
    for (const char* scopes : {" a", "a ", "a\"b", "a\\b", "\xC3\xA4"}) {
        KeyChanges changes;
        changes.scopes = scopes;
        BOOST_TEST(problems(changes) != "", scopes);
    }
}

BOOST_AUTO_TEST_CASE(rates) {
    BOOST_TEST((parse_rate("100/60s") == KeyRate{100, 60}));
    BOOST_TEST((parse_rate("100 / minute") == KeyRate{100, 60}));
    BOOST_TEST((parse_rate("5/s") == KeyRate{5, 1}));
    BOOST_TEST((parse_rate("10000/30d") == KeyRate{10'000, 30 * 86'400}));
    BOOST_TEST((parse_rate("5/2") == KeyRate{5, 2}));
    BOOST_TEST((parse_rate("100/60s burst 20") == KeyRate{100, 60, 20}));
    for (const char* bad : {"", "5", "/s", "5/", "0/s", "-5/s", "5/0s", "5/fortnight", "5/400d", "1.5/s", "99999999999999999999/s",
                            "5/99999999999999999999", "5/s and more"})
        BOOST_TEST(!parse_rate(bad), bad);
    BOOST_TEST(show(KeyRate{100, 60}) == "100/60s");
}

BOOST_AUTO_TEST_CASE(times_and_durations) {
    BOOST_TEST(show(*parse_time("2027-01-31T12:30:05Z")) == "2027-01-31T12:30:05Z");
    BOOST_TEST(show(*parse_time("2027-01-31T12:30:05")) == "2027-01-31T12:30:05Z");
    BOOST_TEST(show(*parse_time("2027-01-31")) == "2027-01-31T00:00:00Z");
    BOOST_TEST(show(*parse_time("2027-01-31T01:00:00+02:00")) == "2027-01-30T23:00:00Z");
    BOOST_TEST(show(*parse_time("2027-01-31t01:00:00.25-01:30")) == "2027-01-31T02:30:00Z");
    BOOST_TEST((parse_time("2027-01-31T00:00:00.123456Z")->time_since_epoch() % 1s == 123456us));
    for (const char* bad : {"", "2027", "2027-02-30", "2027-13-01", "2027-01-31T", "2027-01-31T25:00:00Z", "2027-01-31T12:00",
                            "2027-01-31T12:00:00+2", "1969-12-31", "tomorrow", "2027-01-31T12:00:00Zx"})
        BOOST_TEST(!parse_time(bad), bad);
    BOOST_TEST((parse_duration("30d") == 720h));
    BOOST_TEST((parse_duration("90s") == 90s));
    for (const char* bad : {"", "d", "5", "-5d", "5y", "99999999999d", "1.5h"}) BOOST_TEST(!parse_duration(bad), bad);
}

BOOST_AUTO_TEST_SUITE_END()
