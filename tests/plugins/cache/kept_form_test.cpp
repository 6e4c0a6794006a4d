// tests/plugins/cache/kept_form_test.cpp - what one gateway writes another reads, with its age, and nothing else.
#include "kept_form.h"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace tollgate::cache;
using namespace std::chrono_literals;

namespace {

// Gateways whose steady clocks have nothing to do with each other.
struct Gateway {
    KeptForm::Now now;
    KeptForm form{[this] { return now; }};

    std::string written(const Item& item) const {
        std::string bytes;
        form.write(item, bytes);
        return bytes;
    }
};

std::shared_ptr<const Kept> answer(Instant arrived) {
    const std::vector<Line> lines{{"ETag", "\"a\""}, {"Content-Type", "text/plain"}, {"X-Empty", ""}};
    Terms terms;
    terms.lifetime = {60s, Source::heuristic};
    terms.never_stale = terms.for_everyone = true;
    terms.stale_while_revalidate = 5s;
    terms.stale_if_error = 1h;
    terms.without = {"set-cookie"};
    return std::make_shared<const Kept>(Kept::Parts{"GET http://a/x", "http://a/x", {"red", ""}, 203, Head{lines},
                                                    std::make_shared<const std::string>("a\0b", 3), terms, arrived, 7s,
                                                    "alice"});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_kept_form)

BOOST_AUTO_TEST_CASE(an_answer_is_the_same_on_another_gateway_and_as_old) {
    const Gateway one{{Instant{1h}, 1'000'000'000ms}}, other{{Instant{500h}, 1'000'003'000ms}};
    const auto kept = answer(one.now.steady - 10s);
    const auto item = other.form.read(one.written(*kept));
    BOOST_REQUIRE(item);
    const auto& read = dynamic_cast<const Kept&>(*item);
    BOOST_TEST(read.key() == kept->key());
    BOOST_TEST(read.url() == kept->url());
    const std::vector<std::string> tags{read.tags().begin(), read.tags().end()};
    BOOST_TEST((tags == std::vector<std::string>{"red", ""}));
    BOOST_TEST(read.status() == 203);
    BOOST_TEST(read.head().lines().size() == 3U);
    BOOST_TEST(read.etag() == "\"a\"");
    BOOST_TEST(read.head().get("content-type") == "text/plain");
    BOOST_TEST(*read.body() == std::string("a\0b", 3));
    BOOST_TEST(read.who() == "alice");
    BOOST_TEST((read.age(other.now.steady) == 20s));  // 7 as it came, 10 there, 3 on the way
    BOOST_TEST((read.fresh_for(other.now.steady) == 40s));
    const Terms& terms = read.terms();
    BOOST_TEST((terms.lifetime.source == Source::heuristic));
    BOOST_TEST((terms.never_stale && terms.for_everyone && !terms.validate_always && !terms.said));
    BOOST_TEST((terms.stale_while_revalidate == 5s && terms.stale_if_error == 1h));
    BOOST_TEST((terms.without == std::vector<std::string>{"set-cookie"}));
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_behind_makes_nothing_younger_than_new) {
    const Gateway one{{Instant{1h}, 1'000'000'000ms}}, other{{Instant{1h}, 900'000'000ms}};
    const auto item = other.form.read(one.written(*answer(one.now.steady)));
    BOOST_REQUIRE(item);
    BOOST_TEST((dynamic_cast<const Kept&>(*item).age(other.now.steady) == 0s));
}

BOOST_AUTO_TEST_CASE(variants_are_the_same_on_another_gateway) {
    const Gateway one{{Instant{1h}, 1s}};
    const Variants variants{"key", "http://a/", {"accept", "accept-encoding"}, {"br", "gzip"}};
    const auto item = one.form.read(one.written(variants));
    BOOST_REQUIRE(item);
    const auto& read = dynamic_cast<const Variants&>(*item);
    BOOST_TEST(read.key() == "key");
    BOOST_TEST(read.url() == "http://a/");
    BOOST_TEST((read.names() == variants.names()));
    BOOST_TEST((read.codings() == variants.codings()));
}

BOOST_AUTO_TEST_CASE(what_is_cut_longer_or_of_another_kind_is_nothing_and_nothing_breaks) {
    const Gateway one{{Instant{1h}, 1s}};
    for (const std::string& good : {one.written(*answer(Instant{1h})), one.written(Variants{"k", "u", {"a"}, {}})}) {
        for (std::size_t size = 0; size < good.size(); ++size) BOOST_TEST(!one.form.read(good.substr(0, size)));
        BOOST_TEST(!one.form.read(good + 'x'));
        std::string other = good;
        other[0] = 9;
        BOOST_TEST(!one.form.read(other));
        // The envelope's sum keeps such from coming here; still nothing may break.
        std::mt19937 random{5};
        for (int i = 0; i < 20'000; ++i) {
            std::string bad = good;
            bad[random() % bad.size()] = static_cast<char>(random());
            if (const auto item = one.form.read(bad)) BOOST_TEST(item->bytes() < 1U << 20);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_was_made_later_is_newer_however_late_the_other_arrived) {
    const Gateway here{{Instant{10h}, 1'000'000'000ms}};
    const auto early = answer(Instant{1h}), late = answer(Instant{1h} + 1ms);  // each 7 s old when it arrived
    BOOST_TEST(here.form.is_newer(*late, *early));
    BOOST_TEST(!here.form.is_newer(*early, *late));
    BOOST_TEST(!here.form.is_newer(*early, *early));
    const auto brought = here.form.read(here.written(*early));  // it arrives now, and is as old as it is
    BOOST_TEST(here.form.is_newer(*late, *brought));
    const Variants variants{std::string{late->key()}, "http://a/x", {}, {}};
    BOOST_TEST(!here.form.is_newer(*late, variants));
    BOOST_TEST(!here.form.is_newer(variants, *early));
}

BOOST_AUTO_TEST_SUITE_END()
