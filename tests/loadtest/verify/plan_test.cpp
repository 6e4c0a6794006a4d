// tests/loadtest/verify/plan_test.cpp - what is read of a routes.lua, who is to ask what, and what is left out and why.
#include "loadtest/verify/plan.h"
#include "plugins/catalogue.h"
#include "support/places.h"
#include "support/temporary_folder.h"

#include <tollgate/plugin.h>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <fstream>
#include <string>
#include <vector>

using namespace tollgate;
using namespace tollgate::loadtest;
using namespace tollgate::loadtest::verify;
using namespace std::chrono_literals;

namespace {

Declared declared(const std::string& routes) {
    plugins::Catalogue catalogue;
    for (const std::string& problem : catalogue.load_folder(test::build_folder() + "/lib/tollgate/plugins", false))
        BOOST_TEST(problem == "");
    const test::TemporaryFolder folder;
    std::ofstream{folder / "routes.lua"} << routes;
    return read_declared((folder / "routes.lua").string(), catalogue);
}

VerifySettings asked(std::vector<CallerKey> keys = {}) {
    VerifySettings settings;
    settings.file = "routes.lua";
    settings.urls = {parse_url("http://127.0.0.1:8080")};
    settings.keys = std::move(keys);
    return settings;
}

std::string route(const std::string& pattern, const std::string& plugins, const std::string& more = "") {
    return "route \"" + pattern + "\" { answer = \"ok\\n\", plugins = { " + plugins + " }" + more + " }\n";
}

std::vector<const Drive*> drives(const VerifyPlan& plan) {
    std::vector<const Drive*> all;
    for (const auto& wave : plan.waves)
        for (const Drive& drive : wave) all.push_back(&drive);
    return all;
}

const NotVerified& only_one(const VerifyPlan& plan) {
    BOOST_TEST_REQUIRE(plan.not_verified.size() == 1u);
    return plan.not_verified.front();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(loadtest_verify_plan)

BOOST_AUTO_TEST_CASE(limits_are_read_as_the_gateway_reads_them) {
    const Declared read = declared("tier \"free\" { rate = 60 / minute, burst = 5 }\n"
                                   "always { ratelimit { by = \"all\", rate = 1000 / second } }\n" +
                                   route("GET /a", "ratelimit { default_rate = 2 / second, cost = 2 }"));
    BOOST_TEST_REQUIRE(read.routes.size() == 1u);
    BOOST_TEST((read.routes[0].uses == std::vector<std::size_t>{0, 1}));
    BOOST_TEST(read.uses[1].where == "routes.lua:3");
    std::string why;
    BOOST_TEST(limit_for(read.uses[0].limits[0], nullptr, {}, why)->text() == "token bucket 1000/s burst 1000");
    const DeclaredLimit& by_tier = read.uses[1].limits[0];
    BOOST_TEST(limit_for(by_tier, &read.tiers.at("free"), {}, why)->text() == "token bucket 30/minute burst 2.5");
    BOOST_TEST(limit_for(by_tier, nullptr, std::nullopt, why)->text() == "token bucket 1/s burst 1");
    const Declared unknown = declared(route("GET /a", "ratelimit {}"));
    BOOST_TEST(!limit_for(unknown.uses[0].limits[0], nullptr, std::nullopt, why));
    BOOST_TEST(why == "neither it nor the tier says a rate");
}

BOOST_AUTO_TEST_CASE(windows_count_a_cost_in_thousandths_and_buckets_as_it_is) {
    const auto limit = [](const std::string& algorithm) {
        const Declared read = declared(route("GET /a", "ratelimit { by = client_ip, rate = 100 / second, cost = 1 / 3, "
                                                       "algorithm = \"" + algorithm + "\" }"));
        std::string why;
        return limit_for(read.uses[0].limits[0], nullptr, {}, why)->count;
    };
    BOOST_TEST(std::floor(limit("fixed_window")) == 299);
    BOOST_TEST(limit("sliding_log") == 100 / 0.334);
    BOOST_TEST(limit("token_bucket") == 300, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(a_prefix_of_the_use_holds_for_each_of_its_limits) {
    const Declared read = declared(route("GET /a", "ratelimit { ipv4_prefix = 24, by = client_ip, rate = 9 / second, "
                                                   "limits = { { by = client_ip, rate = 10 / second } } }"));
    const VerifyPlan plan = make_plan(read, asked());
    BOOST_TEST_REQUIRE(drives(plan).size() == 1u);
    const Drive& drive = *drives(plan)[0];
    BOOST_TEST_REQUIRE(drive.identities.size() == 2u);
    BOOST_TEST_REQUIRE(drive.limits.size() == 2u);
    for (const AppliedLimit& one : drive.limits)
        BOOST_TEST(drive.key_of(one, drive.identities[0]) == drive.key_of(one, drive.identities[1]));
}

BOOST_AUTO_TEST_CASE(routes_that_are_limited_alike_are_asked_in_turn) {
    const Declared read = declared("local plugins = { ratelimit { by = client_ip, rate = 10 / second } }\n"
                                   "route \"GET /a/:id\" { answer = \"\", plugins = plugins }\n"
                                   "route \"* /a/**\" { answer = \"\", plugins = plugins }\n"
                                   "route \"GET /free\" { answer = \"\" }\n");
    const VerifyPlan plan = make_plan(read, asked());
    BOOST_TEST(plan.not_verified.empty());
    BOOST_TEST_REQUIRE(drives(plan).size() == 1u);
    const Drive& drive = *drives(plan)[0];
    BOOST_TEST_REQUIRE(drive.targets.size() == 2u);
    BOOST_TEST(drive.targets[0].url.path == "/a/1");
    BOOST_TEST(drive.targets[1].url.path == "/a/1/of/this");
    BOOST_TEST_REQUIRE(drive.identities.size() == 2u);
    BOOST_TEST(drive.identities[0].address != drive.identities[1].address);
    BOOST_TEST(drive.key_of(drive.limits[0], drive.identities[0]) !=
               drive.key_of(drive.limits[0], drive.identities[1]));
}

BOOST_AUTO_TEST_CASE(each_tier_has_its_callers_and_the_key_goes_where_auth_reads_it) {
    const Declared read = declared("tier \"free\" { rate = 5 / second }\ntier \"big\" { rate = 50 / second }\n" +
                                   route("GET /a", "auth { key = header \"X-Key\", file = \"keys\" }, ratelimit {}"));
    const VerifyPlan plan = make_plan(read, asked({{"a", "free", "al"}, {"b", "free", "al"}, {"c", "free", "bo"},
                                                   {"d", "free", "cy"}, {"e", "big", "di"}}));
    BOOST_TEST(plan.not_verified.empty());
    BOOST_TEST_REQUIRE(drives(plan).size() == 2u);
    const Drive &big = *drives(plan)[0], &small = *drives(plan)[1];
    BOOST_TEST(big.limits[0].limit.text() == "token bucket 50/s burst 50");
    BOOST_TEST_REQUIRE(small.identities.size() == 2u);  // one of each owner, and no more than are wanted
    BOOST_TEST(small.identities[0].caller == "al");
    BOOST_TEST(small.identities[1].caller == "bo");
    BOOST_TEST((big.identities[0].headers == HeaderLines{{"X-Key", "e"}}));
    BOOST_TEST(plan.waves.size() == 1u);  // other callers, other buckets
}

BOOST_AUTO_TEST_CASE(what_cannot_be_driven_is_told_with_its_reason) {
    const auto why = [](const std::string& routes, VerifySettings settings = asked()) {
        return only_one(make_plan(declared(routes), settings)).why;
    };
    BOOST_TEST(why(route("GET /a", "ratelimit { by = client_ip, rate = 1 / hour }")) ==
               "to prove anything takes 5 h 0 m, longer than --longest 1 m 0 s");
    BOOST_TEST(why(route("GET /a", "ratelimit { by = client_ip, rate = 10000 / second }")) ==
               "it takes 60000 requests a second, more than --most-rate 3000");
    BOOST_TEST(why(route("GET /a", "ratelimit { by = function(r) return r.path end, rate = 10 / second }"))
                   == "by is a function");
    BOOST_TEST(why(route("GET /a", "ratelimit { by = query \"q\", rate = 10 / second }")) == "by is query \"q\"");
    BOOST_TEST(why(route("GET /a", "auth { file = \"keys\" }, ratelimit { rate = 10 / second }")) ==
               "it wants callers to be known; say --keys");
    const std::string when = route("GET /a", "ratelimit { by = client_ip, rate = 10 / second }",
                                   ", when = function(r) return r.query.q == \"x\" end");
    BOOST_TEST(why(when) == "whether it takes a request depends on its when; say --request");
    VerifySettings told = asked();
    loadtest::Target request;
    request.url.path = "/a?q=x";
    told.requests = {request};
    BOOST_TEST(make_plan(declared(when), told).not_verified.empty());
    // Somebody else would have it.
    BOOST_TEST(only_one(make_plan(declared("route \"GET /a/*\" { answer = \"\", when = function() return true end }\n" +
                                           route("GET /a/:id", "ratelimit { by = client_ip, rate = 10 / second }")),
                                  asked()))
                   .why == "GET /a/verify may be taken by \"GET /a/*\" (routes.lua:1); say --request");
}

BOOST_AUTO_TEST_CASE(what_draws_on_the_same_is_not_asked_at_once) {
    const Declared read = declared(route("GET /a", "ratelimit { by = client_ip, rate = 10 / second, name = \"x\" }") +
                                   route("GET /b", "ratelimit { by = client_ip, rate = 20 / second, name = \"x\" }") +
                                   route("GET /c", "ratelimit { by = client_ip, rate = 30 / second }"));
    const VerifyPlan plan = make_plan(read, asked());
    BOOST_TEST_REQUIRE(plan.waves.size() == 2u);
    BOOST_TEST(plan.waves[0].size() == 2u);
}

BOOST_AUTO_TEST_CASE(the_first_listen_is_asked_as_it_is_reached) {
    const std::string limited = route("GET /a", "ratelimit { by = client_ip, rate = 10 / second }");
    VerifySettings settings = asked();
    settings.urls.clear();
    const auto authority = [&](const std::string& listen) {
        return make_plan(declared(listen + "\n" + limited), settings).urls.at(0).authority;
    };
    BOOST_TEST(authority("listen \"*:8123\"") == "127.0.0.1:8123");
    BOOST_TEST(authority("listen \"[::1]:8123\"") == "[::1]:8123");
    BOOST_TEST(authority("listen { \"unix:/x\", \"127.0.0.1:8124\" }") == "127.0.0.1:8124");
    BOOST_CHECK_THROW(authority("listen \"127.0.0.1:0\""), UsageError);
}

BOOST_AUTO_TEST_CASE(keys_have_a_tier_and_perhaps_an_owner) {
    const auto keys = parse_caller_keys("# ours\nk1 free alice # comment\n\nk2 -\nk3 big -\n", "keys");
    BOOST_TEST_REQUIRE(keys.size() == 3u);
    BOOST_TEST(keys[0].owner == "alice");
    BOOST_TEST(keys[1].tier == "");
    BOOST_TEST(keys[1].owner == "line 4");
    BOOST_TEST(keys[2].tier == "big");
    try {
        parse_caller_keys("s3cret\ns3cret2 free\ns3cret2 free\ns3 a b c\ns4 a b rate=5\ns5 a rate=5/m burst=2\n"
                          "s6 a rate=5/1s burst=none\n", "keys");
        BOOST_ERROR("no mistake was found");
    } catch (const UsageError& error) {
        BOOST_TEST(error.what() == std::string{
            "keys:1: expected a key, its tier (\"-\": none), and perhaps its owner, rate=100/60s and burst=20\n"
            "keys:3: the key of an earlier line again\n"
            "keys:4: expected a rate such as rate=100/60s, got \"c\"\n"
            "keys:5: expected a rate such as rate=100/60s, got \"rate=5\"\n"
            "keys:6: expected a rate such as rate=100/60s, got \"rate=5/m\"\n"
            "keys:7: expected a burst such as burst=20, got \"none\""});
    }
}

BOOST_AUTO_TEST_CASE(a_key_with_a_rate_of_its_own_is_held_to_that) {
    const Declared read = declared("tier \"free\" { rate = 5 / second, burst = 9, quota = 100 / day }\n" +
                                   route("GET /a", "auth { key = header \"X-Key\", file = \"keys\" }, ratelimit {}"));
    const VerifyPlan plan = make_plan(read, asked(parse_caller_keys("k1 free al rate=120/60s burst=3\nk2 free bo\n"
                                                                    "k3 - cy rate=7/s\n", "keys")));
    const auto all = drives(plan);
    BOOST_TEST_REQUIRE(all.size() == 3u);
    BOOST_TEST(all[0]->tier == "free, al 120/60s burst 3");
    BOOST_TEST(all[0]->limits[0].limit.text() == "token bucket 120/minute burst 3");
    BOOST_TEST(all[0]->limits[1].limit.text() == "quota 100/day");  // the tier's
    BOOST_TEST(all[1]->tier == "cy 7/s");
    BOOST_TEST(all[1]->limits[0].limit.text() == "token bucket 7/s burst 7");
    BOOST_TEST(all[2]->limits[0].limit.text() == "token bucket 5/s burst 9");
}

BOOST_AUTO_TEST_CASE(a_store_says_what_gateways_hold_and_whether_each_counts_by_itself) {
    VerifySettings settings = asked();
    settings.urls.push_back(parse_url("http://127.0.0.1:8081"));
    const auto limit = [&](const std::string& words) {
        const std::string use = "ratelimit { by = client_ip, rate = 10 / second" + words + " }";
        const Declared read = declared(route("GET /a", use));
        return drives(make_plan(read, settings)).at(0)->limits.at(0);
    };
    BOOST_TEST(limit("").by_gateway);
    const std::string shared = ", store = \"redis://127.0.0.1\"";
    BOOST_TEST(!limit(shared).by_gateway);
    BOOST_TEST(limit(shared).limit.leased == 0);
    const Declared regional = declared(route("GET /a", "ratelimit { by = client_ip, rate = 10 / second, algorithm = "
                                                       "\"fixed_window\", regions = { \"redis://127.0.0.1\" } }"));
    BOOST_TEST(only_one(make_plan(regional, settings)).why ==
               "its gateways tell each other only afterwards what they have counted; ask one of them");
    BOOST_TEST(make_plan(regional, asked()).not_verified.empty());
    BOOST_TEST(limit(shared + ", lease = 8, cost = 2").limit.leased == 8);  // two gateways, two of each request
    BOOST_TEST(limit(shared + ", lease = 8").limit.text() == "token bucket 10/s burst 10 leased 16");
    const Limit line = limit(", mode = \"delay\", longest_delay = 300 * milliseconds").limit;
    BOOST_TEST(line.most() == 13);
    BOOST_TEST(line.burst == 10);
    BOOST_TEST((limit(", mode = \"delay\"").limit.longest_delay == 1s));
}

BOOST_AUTO_TEST_CASE(quotas_and_concurrency_are_driven_when_it_is_said) {
    const Declared read = declared(route("GET /a", "ratelimit { by = client_ip, concurrency = 5, quota = 50 / day }"));
    const VerifyPlan untold = make_plan(read, asked());
    BOOST_TEST_REQUIRE(untold.not_verified.size() == 2u);
    BOOST_TEST(untold.not_verified[0].why == "to drive a quota is to spend it; say --quotas");
    BOOST_TEST(untold.not_verified[1].why ==
               "how long its requests last is the upstream's to say: say --takes; refusals beside it are judged");
    VerifySettings settings = asked();
    settings.quotas = true;
    settings.takes = 200ms;
    BOOST_TEST(make_plan(read, settings).not_verified.empty());
    const Declared large = declared(route("GET /a", "ratelimit { by = client_ip, quota = 1000000 / day }"));
    const std::string why = only_one(make_plan(large, settings)).why;
    BOOST_TEST(why == "to use it up takes 22 m 13 s, longer than --longest 1 m 0 s");
}

BOOST_AUTO_TEST_SUITE_END()
