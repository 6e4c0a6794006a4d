// tests/loadtest/verify/verify_test.cpp - `loadtester verify` against real gateways: right ones, and ones whose limits
// are not those that were declared.
#include "loadtest/exit_codes.h"
#include "support/child_process.h"
#include "support/deadline.h"
#include "support/gateway_process.h"
#include "support/places.h"
#include "support/temporary_folder.h"
#include "support/upstream_process.h"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <string>
#include <vector>

using namespace tollgate;
using namespace tollgate::loadtest;

namespace {

std::string routes_with(const std::string& limit) {
    return "route \"GET /\" { answer = \"ok\\n\", plugins = { ratelimit { by = header \"X-Tenant\", " + limit +
           " } } }\n";
}

// What is declared is verified at gateways that hold to `held`.
test::Finished verify(const std::string& declared, const std::vector<const test::GatewayProcess*>& gateways,
                      std::vector<std::string> words = {}) {
    const test::TemporaryFolder folder;
    std::ofstream{folder / "routes.lua"} << declared;
    std::vector<std::string> command{test::loadtester_program(), "verify", (folder / "routes.lua").string()};
    for (const test::GatewayProcess* gateway : gateways) {
        command.push_back("--url");
        command.push_back("http://" + gateway->address());
    }
    command.insert(command.end(), words.begin(), words.end());
    return test::run(command);
}

bool says(const std::string& text, const std::string& what) { return text.find(what) != text.npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(loadtest_verify)

BOOST_AUTO_TEST_CASE(a_gateway_that_holds_to_its_limits_conforms) {
    const std::string limit = "rate = 100 / second, burst = 20";
    const test::GatewayProcess gateway{routes_with(limit)};
    const test::Finished run = verify(routes_with(limit), {&gateway});
    BOOST_TEST(run.code == exit_passed, run.out + run.err);
    BOOST_TEST(says(run.out, "conforms  token bucket 100/s burst 20 by header \"X-Tenant\""), run.out);
    BOOST_TEST((says(run.out, "1.0000  true\n") || says(run.out, "0.9999  true\n")), run.out);
    BOOST_TEST(says(run.out, "others below theirs were refused without a reason 0 of "), run.out);
    BOOST_TEST(says(run.out, "CONFORMS\n"), run.out);
}

BOOST_AUTO_TEST_CASE(one_that_admits_two_percent_more_does_not_and_the_interval_is_told) {
    const test::GatewayProcess gateway{routes_with("rate = 102 / second, burst = 20")};
    const test::Finished run = verify(routes_with("rate = 100 / second, burst = 20"), {&gateway});
    BOOST_TEST(run.code == exit_limits, run.out + run.err);
    BOOST_TEST(says(run.out, "TOO MUCH  token bucket 100/s burst 20"), run.out);
    BOOST_TEST(says(run.out, "over   routes.lua:1 token bucket 100/s burst 20, "), run.out);
    BOOST_TEST(says(run.out, " were admitted, at most "), run.out);
    BOOST_TEST(says(run.out, "NOT AS DECLARED (exit 6): 1 limit not as declared\n"), run.out);
}

BOOST_AUTO_TEST_CASE(one_that_admits_two_percent_less_does_not) {
    const test::GatewayProcess gateway{routes_with("rate = 98 / second, burst = 20")};
    const test::Finished run = verify(routes_with("rate = 100 / second, burst = 20"), {&gateway}, {"--json"});
    BOOST_TEST(run.code == exit_limits, run.out + run.err);
    BOOST_TEST(says(run.out, "\"verdict\":\"TOO LITTLE\""), run.out);
    BOOST_TEST(says(run.out, "\"exit\":6"), run.out);
}

// Each held to its own bound; a gateway that holds to another count is found out.
BOOST_AUTO_TEST_CASE(every_algorithm_conforms_and_a_wrong_count_does_not) {
    const std::pair<const char*, const char*> algorithms[] = {
        {"sliding_log", ""}, {"sliding_window", ""}, {"fixed_window", ""}, {"fixed_window", ", align = \"first_use\""}};
    for (const auto& [algorithm, more] : algorithms) {
        const auto limit = [&](const std::string& count) {
            return "rate = " + count + " / second, algorithm = \"" + algorithm + "\"" + more;
        };
        const test::GatewayProcess right{routes_with(limit("100"))};
        const test::Finished run = verify(routes_with(limit("100")), {&right}, {"-d", "3s", "--identities", "1"});
        BOOST_TEST(run.code == exit_passed, run.out + run.err);
        BOOST_TEST(says(run.out, "conforms  " +
                                     std::string{algorithm == std::string{"sliding_log"}    ? "sliding log 100/s"
                                                 : algorithm == std::string{"fixed_window"} ? "fixed window 100/s"
                                                                                            : "sliding window 100/s"}),
                   run.out);
        for (const char* wrong : {"105", "90"}) {
            const test::GatewayProcess gateway{routes_with(limit(wrong))};
            const test::Finished found =
                verify(routes_with(limit("100")), {&gateway}, {"-d", "5s", "--identities", "1"});
            BOOST_TEST(found.code == exit_limits, limit(wrong) + found.out + found.err);
            BOOST_TEST(says(found.out, *wrong == '9' ? "TOO LITTLE" : "TOO MUCH"), limit(wrong) + found.out);
        }
    }
}

// The limit that refuses is told apart from the one that had room.
BOOST_AUTO_TEST_CASE(several_limits_of_a_use_are_each_held_to_their_own) {
    const std::string limits = "limits = { { rate = 20 / second, burst = 5 }, "
                               "{ rate = 100 / second, algorithm = \"fixed_window\" } }, quota = 1000000 / day";
    const test::GatewayProcess gateway{routes_with(limits)};
    const test::Finished run = verify(routes_with(limits), {&gateway}, {"-d", "2s"});
    BOOST_TEST(run.code == exit_passed, run.out + run.err);
    BOOST_TEST(says(run.out, "conforms      token bucket 20/s burst 5"), run.out);
    BOOST_TEST(says(run.out, "fixed window 100/s: another limit was reached before it"), run.out);
    BOOST_TEST(says(run.out, "not verified  routes.lua:1 quota 1000000/day by header \"X-Tenant\": "), run.out);
}

// Each by itself is right: together they admit twice as much, and it is declared that they share.
BOOST_AUTO_TEST_CASE(two_gateways_that_do_not_share_a_limit_admit_too_much) {
    const std::string limit = "rate = 50 / second, burst = 10";
    const test::GatewayProcess one{routes_with(limit)}, two{routes_with(limit)};
    const std::string shared = limit + ", store = \"redis://127.0.0.1\"";
    const test::Finished run = verify(routes_with(shared), {&one, &two}, {"-d", "1s"});
    BOOST_TEST(run.code == exit_limits, run.out + run.err);
    BOOST_TEST(says(run.out, "TOO MUCH"), run.out);
}

BOOST_AUTO_TEST_CASE(callers_of_each_tier_are_told_apart_and_what_cannot_be_driven_is_told) {
    const std::string words = "tier \"free\" { rate = 20 / second, burst = 5 }\n"
                              "tier \"premium\" { rate = 40 / second, burst = 10 }\n"
                              "tier \"none\" { rate = 1 / day }\n";
    const std::string routes = "route \"GET /a\" { answer = \"ok\\n\", plugins = { "
                               "auth { key = header \"X-Key\", file = \"keys\" }, ratelimit { by = caller } } }\n"
                               "route \"GET /b\" { answer = \"ok\\n\", plugins = { ratelimit { by = client_ip, "
                               "rate = 5 / second, cost = function() return 1 end } } }\n";
    const std::string hashes = "c4f70b1101dea73e1b79695d2e062ed8e5716f8065aec280483351589cc360c9 alice free\n"
                               "8a79b64fb6343170650d07279af897bb78d09923fbe47fe6d424efb21f3deebe carol free\n"
                               "ff8fb4a45fab00ff621ec58207baea73ea17c7b216fff8017652fa8399bbbf0d bob premium\n";
    const test::GatewayProcess gateway{words + routes, {}, {{"keys", hashes}}};
    const test::TemporaryFolder folder;
    std::ofstream{folder / "keys.txt"} << "k-free free alice\nk-free-2 free carol\nk-premium premium bob\n";
    const std::vector<std::string> options{"--keys", (folder / "keys.txt").string(), "-d", "2s"};
    const test::Finished run = verify(words + routes, {&gateway}, options);
    BOOST_TEST(run.code == exit_passed, run.out + run.err);
    BOOST_TEST(says(run.out, "conforms  token bucket 20/s burst 5 by caller   GET /a  free              2"), run.out);
    BOOST_TEST(says(run.out, "conforms  token bucket 40/s burst 10 by caller  GET /a  premium           1"), run.out);
    BOOST_TEST(says(run.out, "not verified  routes.lua:5 ratelimit by client_ip: cost is a function"), run.out);
    BOOST_TEST(says(run.out, "not verified  routes.lua:4 tier \"none\": no key of it is in --keys"), run.out);
    BOOST_TEST(!says(run.out + run.err, "k-free"));
    std::vector<std::string> strict = options;
    strict.push_back("--strict");
    BOOST_TEST(verify(words + routes, {&gateway}, strict).code == exit_limits);
}

BOOST_AUTO_TEST_CASE(a_key_of_the_store_with_a_rate_of_its_own_is_held_to_that) {
    const std::string routes = "tier \"free\" { rate = 20 / second, burst = 5 }\n"
                               "route \"GET /\" { answer = \"ok\\n\", plugins = { "
                               "auth { key = header \"X-Key\" }, ratelimit { by = caller } } }\n";
    const test::GatewayProcess gateway{routes};
    const test::Finished made =
        test::run({test::tollgate_program(), "keys", "create", "--owner", "alice", "--tier", "free", "--rate",
                   "50/s burst 10", "--file", (gateway.folder() / "routes.lua").string()});
    BOOST_TEST_REQUIRE(made.code == 0, made.err);
    const std::string secret = made.out.substr(0, made.out.find('\n'));
    test::wait_until("the gateway has heard of the key", [&] {
        return gateway.client().get("/", "X-Key: " + secret + "\r\n").status() == 200;
    });
    const test::TemporaryFolder folder;
    const std::string file = (folder / "keys.txt").string();
    std::ofstream{file} << secret << " free alice rate=50/s burst=10\n";
    const test::Finished run = verify(routes, {&gateway}, {"--keys", file, "-d", "2s"});
    BOOST_TEST(run.code == exit_passed, run.out + run.err);
    BOOST_TEST(says(run.out, "conforms  token bucket 50/s burst 10 by caller  GET /  free, alice 50/s burst 10"), run.out);
    std::ofstream{file} << secret << " free alice\n";
    const test::Finished as_its_tier = verify(routes, {&gateway}, {"--keys", file, "-d", "2s"});
    BOOST_TEST(says(as_its_tier.out, "TOO MUCH  token bucket 20/s burst 5"), as_its_tier.out);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_is_not_there_is_unreachable_and_one_that_never_heard_of_the_limit_is_wrong) {
    const std::string routes = routes_with("rate = 20 / second, burst = 5");
    const test::Finished nobody =
        test::run({test::loadtester_program(), "verify", test::source_folder() + "/scripts/routes.lua", "--url",
                   "http://127.0.77.44:9", "-d", "1s"});
    BOOST_TEST(nobody.code == exit_unreachable, nobody.out + nobody.err);
    const test::GatewayProcess other{"route \"GET /\" { answer = \"ok\\n\" }\n"};
    const test::Finished free = verify(routes, {&other}, {"-d", "1s"});
    BOOST_TEST(free.code == exit_limits, free.out + free.err);
}

BOOST_AUTO_TEST_CASE(what_is_said_wrong_is_told_before_anything_is_asked) {
    const auto told = [](std::vector<std::string> words) {
        words.insert(words.begin(), {test::loadtester_program(), "verify", test::source_folder() + "/scripts/routes.lua"});
        const test::Finished run = test::run(words);
        BOOST_TEST(run.code == exit_usage);
        return run.err;
    };
    BOOST_TEST(told({"--precision", "2", "--request", "/a"}) ==
               "loadtester: --request: expected method and path such as 'GET /search?q=abc', got \"/a\"\n"
               "loadtester: --precision: expected 0.1% to 50%, got \"2\"\n");
    BOOST_TEST(told({"--route", "GET /helthz"}) ==
               "loadtester: --route: there is no route \"GET /helthz\"; did you mean \"GET /healthz\"?\n");
    const test::Finished bad = verify("route \"GET /\" { plugins = { rate_limit {} } }\n", {});
    BOOST_TEST(bad.code == exit_usage);
    BOOST_TEST(says(bad.err, "loadtester: routes.lua:1: "), bad.err);
}

BOOST_AUTO_TEST_SUITE_END()
