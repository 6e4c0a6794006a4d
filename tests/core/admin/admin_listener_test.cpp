// tests/core/admin/admin_listener_test.cpp - the admin listener over real sockets.
#include "admin/admin_listener.h"

#include "net/address.h"
#include "plugins/catalogue.h"
#include "plugins/metrics.h"
#include "support/log.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/StreamCopier.h>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <map>
#include <optional>
#include <stdexcept>

using namespace tollgate;
using Poco::Net::HTTPRequest;
using Poco::Net::HTTPResponse;

namespace {

net::Address address(std::string_view text) {
    std::string problem;
    const auto parsed = net::Address::parse(text, problem);
    BOOST_REQUIRE_MESSAGE(parsed, problem);
    return *parsed;
}

struct Nothing final : Plugin {
    Nothing(const Settings&, Host&) {}
};

struct Fixture {
    Fixture() { listener.begin(); }
    plugins::Catalogue catalogue;
    plugins::Metrics metrics{1};
    plugins::Pages pages;
    admin::ReloadResult reloaded{true, "2 routes", {}};
    std::atomic<bool> serving{true};
    std::vector<std::string> unready{};
    admin::Access access{};
    admin::AdminListener listener{address("127.0.0.1:0"),
                                  {[this] { return reloaded; },
                                   [this] {
                                       return admin::Health{serving, unready, {"127.0.0.1:8080"}, std::chrono::seconds{7}};
                                   },
                                   catalogue, metrics, pages, [this] { return access; },
                                   [] { return std::string{"[{\"route\":\"GET /\"}]\n"}; }}};
    struct Reply {
        int status;
        std::string type, body;
    };
    Reply ask(const std::string& method, const std::string& path, const std::string& body = {},
              const std::map<std::string, std::string>& lines = {}) const {
        Poco::Net::HTTPClientSession session{Poco::Net::SocketAddress{listener.address()}};
        session.setTimeout(Poco::Timespan{20, 0});
        HTTPRequest request{method, path, HTTPRequest::HTTP_1_1};
        request.setContentLength64(Poco::Int64(body.size()));
        for (const auto& [name, value] : lines) request.set(name, value);
        session.sendRequest(request) << body;
        HTTPResponse response;
        std::string text;
        Poco::StreamCopier::copyToString(session.receiveResponse(response), text);
        return {int(response.getStatus()), response.getContentType(), text};
    }
};

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string problem_with(std::string_view where, const admin::Access& access = {}) {
    plugins::Catalogue catalogue;
    plugins::Metrics metrics{1};
    plugins::Pages pages;
    try {
        const admin::AdminListener listener{address(where), {{}, {}, catalogue, metrics, pages, [access] { return access; }, {}}};
    } catch (const std::exception& error) {
        return error.what();
    }
    return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(admin_admin_listener)
BOOST_FIXTURE_TEST_SUITE(over_sockets, Fixture)

BOOST_AUTO_TEST_CASE(metrics_are_scraped) {
    metrics.counter("tollgate_requests_total", "requests").add(5);
    const Reply reply = ask("GET", "/metrics");
    BOOST_TEST(reply.status == 200);
    BOOST_TEST(reply.type == "text/plain; version=0.0.4; charset=utf-8");
    BOOST_TEST(contains(reply.body, "tollgate_requests_total 5\n"));
}

BOOST_AUTO_TEST_CASE(health_turns_503_while_draining) {
    BOOST_TEST(ask("GET", "/health").status == 200);
    BOOST_TEST(contains(ask("GET", "/health").body, R"("status":"serving")"));
    serving = false;
    BOOST_TEST(ask("GET", "/health").status == 503);
}

BOOST_AUTO_TEST_CASE(it_is_ready_unless_something_stands_against_it) {
    BOOST_TEST(ask("GET", "/ready").status == 200);
    BOOST_TEST(ask("GET", "/ready").body == "{\"ready\":true}\n");
    unready = {"no keys"};
    BOOST_TEST(ask("GET", "/ready").status == 503);
    serving = false;
    BOOST_TEST(ask("GET", "/ready").body == "{\"ready\":false,\"reasons\":[\"draining\",\"no keys\"]}\n");
}

BOOST_AUTO_TEST_CASE(routes_are_shown) {
    const Reply reply = ask("GET", "/routes");
    BOOST_TEST(reply.type == "application/json");
    BOOST_TEST(reply.body == "[{\"route\":\"GET /\"}]\n");
}

BOOST_AUTO_TEST_CASE(with_a_token_every_page_but_two_asks_for_it) {
    const log::Capture log;
    access.token_sha256 = sha256("correct-horse-battery");
    for (const char* page : {"/metrics", "/routes", "/plugins", "/no-such-page", "/plugins/x/y"})
        BOOST_TEST(ask("GET", page).status == 401, page);
    BOOST_TEST(ask("POST", "/reload").status == 401);
    BOOST_TEST(ask("GET", "/health").status == 200);
    BOOST_TEST(ask("GET", "/ready").status == 200);
    for (const char* wrong : {"Bearer correct-horse-batter", "Bearer", "Bearer ", "Basic correct-horse-battery",
                              "correct-horse-battery", "Bearer correct-horse-battery,"})
        BOOST_TEST(ask("GET", "/metrics", "", {{"Authorization", wrong}}).status == 401, wrong);
    for (const char* right : {"Bearer correct-horse-battery", "bearer  correct-horse-battery"})
        BOOST_TEST(ask("GET", "/metrics", "", {{"Authorization", right}}).status == 200, right);
    BOOST_TEST(!log.has("horse"));
}

BOOST_AUTO_TEST_CASE(the_token_lets_no_foreign_page_in) {
    const log::Capture log;
    access = {sha256("correct-horse-battery"), {"ops.example.com"}};
    const std::string right = "Bearer correct-horse-battery";
    BOOST_TEST(ask("GET", "/metrics", "", {{"Authorization", right}, {"Host", "evil.example"}}).status == 403);
    BOOST_TEST(ask("GET", "/metrics", "", {{"Authorization", right}, {"Host", "ops.example.com"}}).status == 200);
}

BOOST_AUTO_TEST_CASE(a_reload_says_what_came_of_it) {
    Reply reply = ask("POST", "/reload");
    BOOST_TEST(reply.status == 200);
    BOOST_TEST(reply.body == "{\"ok\":true,\"summary\":\"2 routes\",\"lines\":[]}\n");
    reloaded = {false, "1 problem", {"routes.lua:3: unknown word \"rout\""}};
    reply = ask("POST", "/reload");
    BOOST_TEST(reply.status == 409);
    BOOST_TEST(contains(reply.body, R"("problems":["routes.lua:3: unknown word \"rout\""])"));
}

BOOST_AUTO_TEST_CASE(a_reload_is_no_get) { BOOST_TEST(ask("GET", "/reload").status == 405); }

BOOST_AUTO_TEST_CASE(a_web_page_elsewhere_cannot_reload) {
    const log::Capture log;
    BOOST_TEST(ask("POST", "/reload", "", {{"Origin", "https://evil.example"}}).status == 403);
    BOOST_TEST(ask("POST", "/reload", "", {{"Host", "rebind.example:9180"}}).status == 403);
    BOOST_TEST(log.has("admin: refused a request: Origin"));
}

BOOST_AUTO_TEST_CASE(a_link_elsewhere_leads_only_to_what_is_read) {
    const log::Capture log;
    const auto status = [&](const char* page, const char* site, const char* mode) {
        return ask("GET", page, "", {{"Sec-Fetch-Site", site}, {"Sec-Fetch-Mode", mode}}).status;
    };
    BOOST_TEST(status("/upstreams/u/next", "cross-site", "navigate") == 403);
    BOOST_TEST(status("/plugins/x/y", "same-site", "navigate") == 403);
    BOOST_TEST(log.has("admin: refused a request: Sec-Fetch-Site"));
    BOOST_TEST(status("/plugins/x/y", "same-origin", "cors") == 404);
    BOOST_TEST(status("/plugins/x/y", "none", "navigate") == 404);
    BOOST_TEST(status("/routes", "cross-site", "no-cors") == 403);
    BOOST_TEST(status("/routes", "cross-site", "navigate") == 200);
    BOOST_TEST(status("/health", "cross-site", "cors") == 200);
}

BOOST_AUTO_TEST_CASE(two_hosts_are_no_host) {
    const log::Capture log;
    Poco::Net::StreamSocket socket{Poco::Net::SocketAddress{listener.address()}};
    socket.setReceiveTimeout(Poco::Timespan{20, 0});
    const std::string request = "GET /health HTTP/1.1\r\nHost: localhost\r\nHost: rebind.example\r\n\r\n";
    socket.sendBytes(request.data(), int(request.size()));
    char reply[64] = {};
    BOOST_REQUIRE(socket.receiveBytes(reply, sizeof reply) > 12);
    BOOST_TEST((std::string_view{reply, 12} == "HTTP/1.1 403"));
}

BOOST_AUTO_TEST_CASE(plugins_are_listed_with_what_they_offer) {
    static const Field fields[] = {
        {.name = "ttl", .type = Type::duration, .doc = "how long", .fallback = "5 * seconds"}};
    catalogue.add({.name = "cache", .summary = "keeps answers", .fields = fields, .create = make<Nothing>});
    const auto page = pages.add_page("cache", "stats", [](const AdminRequest&) { return AdminAnswer{}; });
    const Reply reply = ask("GET", "/plugins");
    BOOST_TEST(contains(reply.body, R"("name":"cache")"));
    BOOST_TEST(contains(reply.body, R"("default":"5 * seconds")"));
    BOOST_TEST(contains(reply.body, R"("pages":[{"plugin":"cache","path":"/plugins/cache/stats"}])"));
}

BOOST_AUTO_TEST_CASE(a_page_gets_the_whole_request) {
    const auto page = pages.add_page("cache", "echo", [](const AdminRequest& request) {
        return AdminAnswer{202, "text/csv",
                           std::string{request.method} + ' ' + std::string{request.path} + '?' +
                               std::string{request.query} + ' ' + std::string{request.body}};
    });
    const Reply reply = ask("PUT", "/plugins/cache/echo?a=1", "words");
    BOOST_TEST(reply.status == 202);
    BOOST_TEST(reply.type == "text/csv");
    BOOST_TEST(reply.body == "PUT echo?a=1 words");
    BOOST_TEST(ask("GET", "/plugins/cache/other").status == 404);
}

BOOST_AUTO_TEST_CASE(a_page_cannot_break_the_head_of_its_answer) {
    const auto page = pages.add_page("cache", "odd", [](const AdminRequest&) {
        return AdminAnswer{42, "text/plain\r\nSet-Cookie: a=b", "x"};
    });
    const Reply reply = ask("GET", "/plugins/cache/odd");
    BOOST_TEST(reply.status == 500);
    BOOST_TEST(reply.type == "application/octet-stream");
}

BOOST_AUTO_TEST_CASE(a_command_gets_its_words_and_gives_its_exit_code) {
    const auto command = pages.add_command("cache", "purge", "forgets", [](const AdminRequest& request) {
        return AdminAnswer{.status = 3, .body = "forgot \"" + request.arguments.at(0) + "\"\n"};
    });
    const Reply reply = ask("POST", "/command", R"({"plugin":"cache","words":["purge","/orders/*"]})");
    BOOST_TEST(reply.status == 200);
    BOOST_TEST(reply.body == "{\"ok\":false,\"exit\":3,\"output\":\"forgot \\\"/orders/*\\\"\\n\"}\n");
}

BOOST_AUTO_TEST_CASE(an_unknown_command_is_told_what_there_is) {
    const auto command =
        pages.add_command("cache", "purge", "forgets", [](const AdminRequest&) { return AdminAnswer{}; });
    const Reply reply = ask("POST", "/command", R"({"plugin":"cache","words":["prugè"]})");
    BOOST_TEST(reply.status == 404);
    BOOST_TEST(contains(reply.body, "purge (forgets)"));
    BOOST_TEST(ask("POST", "/command", R"({"plugin":"nope","words":["x"]})").status == 404);
}

BOOST_AUTO_TEST_CASE(what_is_no_command_is_refused) {
    for (const char* body : {"", "no json", "[]", "{}", R"({"plugin":1,"words":["x"]})", R"({"plugin":"a","words":[]})",
                             R"({"plugin":"a","words":[1]})", R"({"plugin":"a","words":"x"})"})
        BOOST_TEST(ask("POST", "/command", body).status == 400, body);
}

BOOST_AUTO_TEST_CASE(a_body_without_end_is_refused) {
    BOOST_TEST(ask("POST", "/command", std::string((1 << 20) + 1, 'x')).status == 413);
}

// As `curl -X POST` sends it. What waits for the connection's end waits for the client, who waits for the answer.
BOOST_AUTO_TEST_CASE(a_post_that_says_no_length_has_no_body) {
    Poco::Net::StreamSocket socket{Poco::Net::SocketAddress{listener.address()}};
    const std::string request = "POST /reload HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const auto begin = std::chrono::steady_clock::now();
    socket.sendBytes(request.data(), int(request.size()));
    char piece[64];
    BOOST_TEST_REQUIRE(socket.receiveBytes(piece, sizeof piece) > 0);
    BOOST_TEST((std::chrono::steady_clock::now() - begin < std::chrono::seconds{8}));  // below its patience with a body
}

BOOST_AUTO_TEST_CASE(unknown_pages_are_told_apart_from_known_ones) {
    const Reply reply = ask("GET", "/metrcis");
    BOOST_TEST(reply.status == 404);
    BOOST_TEST(contains(reply.body, R"(did you mean \"/metrics\"?)"));
}

BOOST_AUTO_TEST_CASE(head_is_get_without_a_body) {
    const Reply reply = ask("HEAD", "/metrics");
    BOOST_TEST(reply.status == 200);
    BOOST_TEST(reply.body == "");
}

BOOST_AUTO_TEST_CASE(without_a_token_it_listens_on_loopback_only) {
    BOOST_TEST(contains(problem_with("0.0.0.0:0"), "admin: \"0.0.0.0:0\": refused beyond loopback without a token"));
    BOOST_TEST(contains(problem_with("*:0"), "refused beyond loopback"));
    BOOST_TEST(contains(problem_with("unix:/tmp/admin.sock"), "expected an address like 127.0.0.1:9180"));
    const admin::Access access{sha256("0123456789abcdef"), {}};
    BOOST_TEST(problem_with("0.0.0.0:0", access) == "");
    BOOST_TEST(problem_with("*:0", access) == "");
    BOOST_TEST(problem_with("[::1]:0") == "");
    BOOST_TEST(problem_with("localhost:0") == "");
}

BOOST_AUTO_TEST_CASE(an_address_that_is_taken_is_named) {
    const std::string problem = problem_with(listener.address());
    BOOST_TEST(contains(problem, "admin: \"" + listener.address() + "\": Address already in use; choose another"));
}

BOOST_AUTO_TEST_CASE(who_connects_before_it_serves_waits_and_is_answered) {
    plugins::Metrics others{1};
    const auto open = [] { return admin::Access{}; };
    admin::AdminListener second{address("127.0.0.1:0"), {{}, {}, catalogue, others, pages, open, {}}};
    Poco::Net::StreamSocket socket{Poco::Net::SocketAddress{second.address()}};
    const std::string request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
    socket.sendBytes(request.data(), int(request.size()));
    BOOST_TEST(!socket.poll(Poco::Timespan{0, 100'000}, Poco::Net::Socket::SELECT_READ));
    second.begin();
    socket.setReceiveTimeout(Poco::Timespan{20, 0});
    std::string answer(12, '\0');
    BOOST_TEST(socket.receiveBytes(answer.data(), int(answer.size())) == 12);
    BOOST_TEST(answer == "HTTP/1.1 200");
}

BOOST_AUTO_TEST_CASE(one_that_never_serves_ends_at_once) {
    plugins::Metrics others{1};
    const auto open = [] { return admin::Access{}; };
    std::optional<admin::AdminListener> second{std::in_place, address("127.0.0.1:0"),
                                               admin::Controls{{}, {}, catalogue, others, pages, open, {}}};
    const Poco::Net::SocketAddress where{second->address()};
    const Poco::Net::StreamSocket waits{where};
    second.reset();
    BOOST_CHECK_THROW(Poco::Net::StreamSocket{where}, Poco::Net::ConnectionRefusedException);
}

BOOST_AUTO_TEST_CASE(the_end_waits_for_a_handler_that_runs) {
    std::promise<void> entered, leave;
    std::atomic<bool> left{false};
    plugins::Metrics others{1};  // one listener's are in the fixture's
    auto second =
        std::make_unique<admin::AdminListener>(address("127.0.0.1:0"), admin::Controls{[&] {
                                                                                           entered.set_value();
                                                                                           leave.get_future().wait();
                                                                                           left = true;
                                                                                           return admin::ReloadResult{};
                                                                                       },
                                                                                       {},
                                                                                       catalogue,
                                                                                       others,
                                                                                       pages,
                                                                                       [] { return admin::Access{}; },
                                                                                       {}});
    second->begin();
    Poco::Net::StreamSocket socket{Poco::Net::SocketAddress{second->address()}};
    const std::string request = "POST /reload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n";
    socket.sendBytes(request.data(), int(request.size()));
    entered.get_future().wait();
    auto ending = std::async(std::launch::async, [&] {
        second.reset();
        return left.load();
    });
    leave.set_value();
    BOOST_TEST(ending.get());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
