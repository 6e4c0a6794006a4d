// tests/plugins/cache/zone_test.cpp - what is kept, on its way, and known not to be kept.
#include "made_kept.h"
#include "zone.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate::cache;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t megabyte = 1 << 20;

std::shared_ptr<const Kept> at(const std::string& key, const std::string& url) {
    auto parts = kept_parts();
    parts.key = key;
    parts.url = url;
    return std::make_shared<const Kept>(std::move(parts));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_zone)

BOOST_AUTO_TEST_CASE(what_is_put_is_found_by_its_key) {
    Zone zone{megabyte};
    const auto kept = at("a", "url");
    BOOST_TEST((zone.put(kept, zone.store().now_begun()) == Put::stored));
    BOOST_TEST(zone.find("a") == kept);
    BOOST_TEST(!zone.find("b"));
    BOOST_TEST(zone.remove(*kept));
    BOOST_TEST(!zone.find("a"));
}

BOOST_AUTO_TEST_CASE(what_is_denied_is_denied_for_a_while_or_until_it_is_allowed) {
    Zone zone{megabyte};
    const Instant now{100s};
    BOOST_TEST(!zone.denied("a", now));
    zone.deny("a", now);
    BOOST_TEST(zone.denied("a", now));
    BOOST_TEST(zone.denied("a", now + Zone::denied_for - 1s));
    BOOST_TEST(!zone.denied("a", now + Zone::denied_for));
    BOOST_TEST(!zone.denied("b", now));
    zone.allow("b");
    BOOST_TEST(zone.denied("a", now));
    zone.allow("a");
    BOOST_TEST(!zone.denied("a", now));
}

BOOST_AUTO_TEST_CASE(that_answers_are_for_everyone_is_known_until_one_is_not) {
    Zone zone{megabyte};
    const Instant now{100s};
    BOOST_TEST(!zone.public_lately("a", now));
    zone.note_public("a", now);
    BOOST_TEST(zone.public_lately("a", now + 30min));
    BOOST_TEST(!zone.public_lately("a", now + Zone::public_for));
    BOOST_TEST(!zone.denied("a", now));
    zone.note_private("b");
    BOOST_TEST(zone.public_lately("a", now));
    zone.note_private("a");
    BOOST_TEST(!zone.public_lately("a", now));
}

BOOST_AUTO_TEST_CASE(memory_is_what_the_last_use_in_force_says) {
    const auto zone = std::make_shared<Zone>(megabyte);
    const auto bound = [&] { return zone->store().figures().bound; };
    auto old = std::make_unique<Zone::Use>(zone, 8 * megabyte);
    BOOST_TEST(bound() == megabyte);
    old->come_into_force();
    BOOST_TEST(bound() == 8 * megabyte);
    { const Zone::Use refused{zone, 2 * megabyte}; }  // of a configuration that does not hold
    BOOST_TEST(bound() == 8 * megabyte);
    auto says_nothing = std::make_unique<Zone::Use>(zone, std::nullopt);
    const Zone::Use another{zone, 4 * megabyte};
    another.come_into_force();
    says_nothing->come_into_force();
    BOOST_TEST(bound() == 4 * megabyte);
    old.reset();
    BOOST_TEST(bound() == 4 * megabyte);
}

BOOST_AUTO_TEST_CASE(memory_that_nobody_names_any_more_is_the_usual_one) {
    const auto zone = std::make_shared<Zone>(megabyte);
    auto old = std::make_unique<Zone::Use>(zone, 8 * megabyte), after = std::make_unique<Zone::Use>(zone, std::nullopt);
    old->come_into_force();
    after->come_into_force();
    old.reset();
    BOOST_TEST(zone->store().figures().bound == Zone::usual_bound);
    after.reset();
    BOOST_TEST(zone->store().figures().bound == Zone::usual_bound);  // until another one comes
}

// Old requests may hold theirs for hours.
BOOST_AUTO_TEST_CASE(memory_is_what_the_last_configuration_says_while_older_ones_are_still_there) {
    const auto zone = std::make_shared<Zone>(megabyte);
    const auto bound = [&] { return zone->store().figures().bound; };
    const Zone::Use old{zone, 8 * megabyte};
    old.come_into_force();
    {
        const Zone::Use silent{zone, std::nullopt}, names_it{zone, 4 * megabyte};
        silent.come_into_force();
        BOOST_TEST(bound() == 8 * megabyte);  // nothing is evicted in between
        names_it.come_into_force();
        BOOST_TEST(bound() == 4 * megabyte);
    }
    BOOST_TEST(bound() == 8 * megabyte);
    const Zone::Use silent{zone, std::nullopt};
    silent.come_into_force();
    BOOST_TEST(bound() == Zone::usual_bound);
}

BOOST_AUTO_TEST_CASE(a_purge_knows_all_ways_in_which_a_url_is_written) {
    Zone zone{megabyte};
    zone.add_query({});
    zone.add_query({Query::Order::sorted, {}, {}});
    const auto begun = zone.store().now_begun();
    zone.put(at("exact", "http://h/x?b=1&a=2"), begun);
    zone.put(at("sorted", "http://h/x?a=2&b=1"), begun);
    zone.put(at("other", "http://h/x?a=3"), begun);
    BOOST_TEST(zone.of_url("http://h", "/x?b=1&a=2").size() == 2u);
    BOOST_TEST(zone.purge_url("http://h", "/x?b=1&a=2") == 2u);
    BOOST_TEST(zone.purge_prefix("http://h/x") == 1u);
}

BOOST_AUTO_TEST_CASE(who_comes_after_a_purge_joins_nothing_from_before_it) {
    Zone zone{megabyte};
    zone.add_query({});
    const auto begun = zone.store().now_begun();
    const auto early = zone.join("a", "http://h/x", 1000), other = zone.join("b", "http://h/y", 1000);
    zone.purge_url("http://h", "/x");
    BOOST_TEST(zone.join("a", "http://h/x", 1000).leads);
    BOOST_TEST(!zone.join("b", "http://h/y", 1000).leads);
    BOOST_TEST((zone.put(at("a", "http://h/x"), begun) == Put::purged));
    BOOST_TEST((zone.put(at("b", "http://h/y"), begun) == Put::stored));
    zone.purge_all();
    BOOST_TEST(zone.join("b", "http://h/y", 1000).leads);
}

BOOST_AUTO_TEST_SUITE_END()
