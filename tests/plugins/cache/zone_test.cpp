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

BOOST_AUTO_TEST_CASE(the_first_one_leads_and_the_others_join_until_it_is_over) {
    Zone zone{megabyte};
    const auto first = zone.join("a", "url", 1000), second = zone.join("a", "url", 1000), other = zone.join("b", "url", 1000);
    BOOST_TEST((first.leads && !second.leads && other.leads));
    BOOST_TEST(first.arriving == second.arriving);
    BOOST_TEST(first.arriving != other.arriving);
    zone.also("a as well", "url", first.arriving);
    BOOST_TEST(zone.join("a as well", "url", 1000).arriving == first.arriving);
    zone.leave(*first.arriving);
    BOOST_TEST(zone.join("a", "url", 1000).leads);
    BOOST_TEST(zone.join("a as well", "url", 1000).leads);
    zone.also("late", "url", first.arriving);
    BOOST_TEST(zone.join("late", "url", 1000).leads);
}

BOOST_AUTO_TEST_CASE(nobody_sends_for_more_while_what_comes_takes_all_the_memory) {
    Zone zone{megabyte};
    const auto one = zone.join("a", "url", 4 * megabyte);
    one.arriving->open({make_kept(), nullptr}, 2 * megabyte);
    one.arriving->append("x");
    BOOST_TEST(!zone.join("b", "url", 1000).arriving);
    BOOST_TEST(zone.join("a", "url", 1000).arriving == one.arriving);
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
