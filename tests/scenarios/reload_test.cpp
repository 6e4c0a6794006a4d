// tests/scenarios/reload_test.cpp - a new routes.lua is taken whole or not at all, and no request notices.
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <tollgate/plugin.h>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <mutex>
#include <string>
#include <thread>

using namespace tollgate::test;

namespace {

std::string answering(const std::string& body) {
    return "route \"GET /ok\" { answer = { status = 200, body = \"" + body + "\" } }\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_reload)

BOOST_AUTO_TEST_CASE(an_edit_is_live_after_sighup_also_on_open_connections) {
    GatewayProcess gateway{answering("before")};
    auto client = gateway.client();
    BOOST_TEST(client.get("/ok").body == "before");
    gateway.write_routes(answering("after"));
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    BOOST_TEST(client.get("/ok").body == "after");
    BOOST_TEST(gateway.client().get("/ok").body == "after");
}

BOOST_AUTO_TEST_CASE(an_edit_is_live_after_tollgate_reload) {
    GatewayProcess gateway{answering("before")};
    gateway.write_routes(answering("after"));
    const Finished reloaded = gateway.reload_by_command();
    BOOST_TEST(reloaded.code == 0, reloaded.err);
    BOOST_TEST(reloaded.out.starts_with("reloaded"));
    BOOST_TEST(gateway.client().get("/ok").body == "after");
}

BOOST_AUTO_TEST_CASE(a_broken_edit_is_refused_with_its_line_and_changes_nothing) {
    GatewayProcess gateway{answering("before")};
    auto client = gateway.client();
    gateway.write_routes(answering("after") + "\nroute \"GET /x\" { anwser = { status = 200 } }\nlimits { bodi = 1 }\n");
    const Finished refused = gateway.reload_by_command();
    BOOST_TEST(refused.code == 1);
    BOOST_TEST(refused.err.find("routes.lua:3: ") != std::string::npos, refused.err);
    BOOST_TEST(refused.err.find("did you mean \"answer\"?") != std::string::npos, refused.err);
    BOOST_TEST(refused.err.find("routes.lua:4: ") != std::string::npos, refused.err);  // all at once
    BOOST_TEST(client.get("/ok").body == "before");
    BOOST_TEST(gateway.reload().starts_with("reload refused"));
    BOOST_TEST(gateway.client().get("/ok").body == "before");
    gateway.write_routes(answering("after"));
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    BOOST_TEST(client.get("/ok").body == "after");
}

BOOST_AUTO_TEST_CASE(what_is_no_lua_at_all_is_refused) {
    GatewayProcess gateway{answering("before")};
    gateway.write_routes("route \"GET /ok\" { answer = \n");
    BOOST_TEST(gateway.reload().starts_with("reload refused"));
    std::filesystem::remove(gateway.folder() / "routes.lua");
    BOOST_TEST(gateway.reload().starts_with("reload refused"));
    BOOST_TEST(gateway.client().get("/ok").body == "before");
}

BOOST_AUTO_TEST_CASE(a_hundred_reloads_under_load_fail_no_request) {
    ScriptedUpstream first{ScriptedUpstream::always("first")}, second{ScriptedUpstream::always("second")};
    const auto routes = [&](int number) {
        return routes_to((number % 2 ? first : second).address(), "",
                         "plugins = { ratelimit { by = client_ip, rate = 1000000 / second, burst = 1000000 } }",
                         "always { logging { to = \"access.log\" } } route \"GET /number\" { answer = { status = 200, body = \"" +
                             std::to_string(number) + "\" } }");
    };
    GatewayProcess gateway{routes(0)};
    std::atomic<bool> over{false};
    std::atomic<int> served{0};
    std::mutex mutex;
    std::vector<std::string> failures;
    const auto load = [&](bool keep_alive) {
        try {
            std::optional<RawClient> client;
            while (!over) {
                if (!client || !keep_alive) client.emplace(gateway.address());
                const Message answer = client->post("/x", std::string(2000, 'a'));
                if (answer.status() != 200 || !answer.complete) throw ConnectionError{answer.start_line + answer.body};
                ++served;
            }
        } catch (const std::exception& error) {
            const std::lock_guard lock{mutex};
            failures.emplace_back(error.what());
        }
    };
    std::vector<std::thread> threads;
    for (const bool keep_alive : {true, true, true, false}) threads.emplace_back(load, keep_alive);
    for (int number = 1; number <= 100; ++number) {
        const int before = served;
        gateway.write_routes(routes(number));
        const std::string outcome = gateway.reload();
        if (!outcome.starts_with("reloaded")) BOOST_ERROR(outcome);
        BOOST_TEST(gateway.client().get("/number").body == std::to_string(number));
        wait_until("requests went on", [&] {
            const std::lock_guard lock{mutex};
            return served > before + 4 || !failures.empty();
        });
    }
    over = true;
    for (auto& thread : threads) thread.join();
    for (const auto& failure : failures) BOOST_ERROR(failure);
    BOOST_TEST(served.load() > 400);
    BOOST_TEST(first.requests() > 0);
    BOOST_TEST(second.requests() > 0);
}

BOOST_AUTO_TEST_CASE(a_request_under_way_ends_under_the_configuration_it_began_with) {
    Gate asked, answer;
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        connection.read_request();
        asked.open();
        answer.wait();
        connection.answer(200, "from before");
    }};
    GatewayProcess gateway{routes_to(upstream.address())};
    auto client = gateway.client();
    client.send(RawClient::head("GET", "/ok"));
    asked.wait();
    gateway.write_routes(answering("after"));
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    BOOST_TEST(gateway.client().get("/ok").body == "after");
    answer.open();
    BOOST_TEST(client.answer().body == "from before");
    BOOST_TEST(client.get("/ok").body == "after");
}

BOOST_AUTO_TEST_CASE(limits_keep_their_fill) {
    const auto routes = [](const std::string& body) {
        return "route \"GET /ok\" { plugins = { ratelimit { by = client_ip, rate = 1 / hour, burst = 3 } }, answer = { status = "
               "200, body = \"" + body + "\" } }";
    };
    GatewayProcess gateway{routes("before")};
    auto client = gateway.client();
    BOOST_TEST(client.get("/ok").header("X-RateLimit-Remaining") == "2");
    BOOST_TEST(client.get("/ok").header("X-RateLimit-Remaining") == "1");
    gateway.write_routes(routes("after"));
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    const Message last = client.get("/ok");
    BOOST_TEST(last.body == "after");
    BOOST_TEST(last.header("X-RateLimit-Remaining") == "0");
    BOOST_TEST(client.get("/ok").status() == 429);
}

BOOST_AUTO_TEST_CASE(keys_are_read_again) {
    const std::string routes = "route \"GET /ok\" { plugins = { auth { key = header \"X-API-Key\", file = \"keys\" } }, "
                               "answer = { status = 200, body = \"ok\" } }";
    const std::string gold = "6163937e6547cc2853a333d323496f4d5608b3958a3bd3939752708bc9cb0feb alice -\n";
    const std::string other = "0c7e232ca6aa55ab05a0287b1c4198c7b4275500bce25c40b5a6aa7d564d3c45 bob -\n";
    GatewayProcess gateway{routes, {}, {{"keys", gold}}};
    auto client = gateway.client();
    BOOST_TEST(client.get("/ok", "X-API-Key: gold-key\r\n").status() == 200);
    gateway.write_file("keys", other);
    BOOST_TEST(client.get("/ok", "X-API-Key: gold-key\r\n").status() == 200);  // not before it is told
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    BOOST_TEST(client.get("/ok", "X-API-Key: gold-key\r\n").status() == 401);
    BOOST_TEST(client.get("/ok", "X-API-Key: free-key\r\n").status() == 200);
    gateway.write_file("keys", "nonsense\n");
    BOOST_TEST(gateway.reload().starts_with("reload refused"));
    BOOST_TEST(client.get("/ok", "X-API-Key: free-key\r\n").status() == 200);
}

BOOST_AUTO_TEST_CASE(listeners_come_and_go) {
    const TemporaryFolder folder;
    const std::string path = "unix:" + (folder / "more.sock").string();
    const std::string one = "listen \"127.0.0.1:0\" " + answering("ok"), two = "listen \"" + path + "\" " + one;
    GatewayProcess gateway{one};
    BOOST_CHECK_THROW(RawClient{path}, ConnectionError);
    gateway.write_routes(two);
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    BOOST_TEST(RawClient{path}.get("/ok").status() == 200);
    BOOST_TEST(gateway.client().get("/ok").status() == 200);
    gateway.write_routes(one);
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    wait_until("the accepting thread has closed it", [&] { return !std::filesystem::exists(folder / "more.sock"); });
    BOOST_CHECK_THROW(RawClient{path}, ConnectionError);
    BOOST_TEST(gateway.client().get("/ok").status() == 200);
}

BOOST_AUTO_TEST_CASE(a_listener_that_cannot_be_had_refuses_the_reload) {
    const int taken = listen_on("127.0.0.1:0");
    const Connection keeper{taken};
    GatewayProcess gateway{answering("before")};
    gateway.write_routes("listen \"127.0.0.1:0\" listen \"" + bound_address(taken) + "\" " + answering("after"));
    BOOST_TEST(gateway.reload().starts_with("reload refused"));
    BOOST_TEST(gateway.client().get("/ok").body == "before");
}

BOOST_AUTO_TEST_CASE(reloads_leave_neither_descriptors_nor_memory_behind) {
    const std::string routes = "always { logging { to = \"access.log\" } } " + answering("ok");
    GatewayProcess gateway{routes};
    auto client = gateway.client();
    const auto reload_some = [&](int times) {
        for (int i = 0; i < times; ++i) {
            BOOST_REQUIRE(gateway.reload().starts_with("reloaded"));
            BOOST_REQUIRE(client.get("/ok").status() == 200);
        }
    };
    reload_some(20);
    (void)gateway.log_lines(20, "access.log");  // so that its descriptor counts
    const auto descriptors = gateway.process().open_descriptors();
    const auto memory = gateway.process().resident_bytes();
    reload_some(100);
    wait_until("descriptors are back", [&] { return gateway.process().open_descriptors() <= descriptors; });
    // A sanitizer keeps what was freed, for a while.
    const std::size_t most = std::string_view{TOLLGATE_SANITIZER} == "none" ? 24u << 20 : 96u << 20;
    BOOST_TEST(gateway.process().resident_bytes() < memory + most);
}

BOOST_AUTO_TEST_SUITE_END()
