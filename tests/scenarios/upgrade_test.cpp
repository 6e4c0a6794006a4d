// tests/scenarios/upgrade_test.cpp - WebSockets and other protocols that follow a 101, through the whole gateway.
#include "support/background.h"
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/WebSocket.h>
#include <Poco/URI.h>

#include <boost/test/unit_test.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <list>
#include <string>

using namespace tollgate::test;
using namespace std::chrono_literals;
using Poco::Net::WebSocket;

namespace {

const std::string offer_lines = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
const std::string offer = RawClient::head("GET", "/", offer_lines);
const std::string switching = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

// A WebSocket server that is not ours: says what it hears until it hears the end.
class EchoingHandler final : public Poco::Net::HTTPRequestHandler {
    void handleRequest(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response) override {
        WebSocket socket{request, response};
        socket.setReceiveTimeout(Poco::Timespan{60, 0});
        std::string message(200'000, '\0');
        for (;;) {
            int flags = 0;
            const int size = socket.receiveFrame(message.data(), int(message.size()), flags);
            if ((flags & WebSocket::FRAME_OP_BITMASK) == WebSocket::FRAME_OP_CLOSE) return void(socket.shutdown());
            if (size == 0 && flags == 0) return;
            socket.sendFrame(message.data(), size, flags);
        }
    }
};
class EchoingHandlers final : public Poco::Net::HTTPRequestHandlerFactory {
    Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest&) override {
        return new EchoingHandler;
    }
};
class EchoingServer {
public:
    EchoingServer() : server_{new EchoingHandlers, socket_, new Poco::Net::HTTPServerParams} { server_.start(); }
    ~EchoingServer() { server_.stopAll(true); }
    std::string address() const { return socket_.address().toString(); }

private:
    Poco::Net::ServerSocket socket_{Poco::Net::SocketAddress{"127.0.0.1", 0}};
    Poco::Net::HTTPServer server_;
};

// Takes the offer, then does as the script says.
ScriptedUpstream::Script switched(std::function<void(UpstreamConnection&)> then) {
    return [then = std::move(then)](UpstreamConnection& connection) {
        connection.read_request();
        connection.send(switching);
        then(connection);
    };
}
void echo(UpstreamConnection& connection) {
    for (;;) {
        const auto piece = connection.read_some();
        if (piece.empty()) return;
        connection.send(piece);
    }
}

struct Scene {
    explicit Scene(ScriptedUpstream::Script script, std::string_view of_route = {}, std::string_view words = {},
                   const std::vector<std::string>& arguments = {})
        : upstream{std::move(script)}, gateway{routes_to(upstream.address(), {}, of_route, words), arguments} {}
    // A client whose offer was taken.
    RawClient open() {
        auto client = gateway.client();
        client.send(offer);
        BOOST_REQUIRE(read_head(client).status() == 101);
        return client;
    }
    ScriptedUpstream upstream;
    GatewayProcess gateway;
};

// What an upgraded connection may take while nothing flows. A buffer alone is 36 KiB; a sanitizer's allocator puts red
// zones around everything, and has 31 KiB of this.
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr std::size_t most_of_one = 60 << 10;
#else
constexpr std::size_t most_of_one = 24 << 10;
#endif

const char* const logged = "always { logging { format = \"json\", to = \"access.log\" } }\n";

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

double figure(const GatewayProcess& gateway, const std::string& name) {
    RawClient client{gateway.admin()};
    client.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto text = client.answer().body;
    const auto at = text.find('\n' + name + ' ');
    BOOST_REQUIRE_MESSAGE(at != text.npos, name);
    return std::stod(text.substr(at + name.size() + 2));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_upgrade)

BOOST_AUTO_TEST_CASE(ten_thousand_messages_come_back_as_they_went) {
    EchoingServer server;
    GatewayProcess gateway{routes_to(server.address())};
    const Poco::Net::SocketAddress address{gateway.address()};
    Poco::Net::HTTPClientSession session{address.host().toString(), address.port()};
    Poco::Net::HTTPRequest request{"GET", "/echo", "HTTP/1.1"};
    Poco::Net::HTTPResponse response;
    WebSocket socket{session, request, response};  // checks Sec-WebSocket-Accept
    BOOST_TEST(response.has("X-Request-Id"));
    socket.setReceiveTimeout(Poco::Timespan{60, 0});
    const auto message = [](int number) {
        const int size = number % 1000 == 999 ? 150'000 : number % 700;
        std::string text = std::to_string(number) + ':';
        std::uint32_t state = std::uint32_t(number);
        while (int(text.size()) < size) text += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
        return text;
    };
    int intact = 0;
    std::string got(200'000, '\0');
    for (int first = 0; first < 10'000; first += 20) {
        for (int i = first; i < first + 20; ++i) {
            const auto text = message(i);
            socket.sendFrame(text.data(), int(text.size()), WebSocket::FRAME_BINARY);
        }
        for (int i = first; i < first + 20; ++i) {
            int flags = 0;
            const int size = socket.receiveFrame(got.data(), int(got.size()), flags);
            intact += std::string_view{got}.substr(0, std::size_t(size)) == message(i) && flags == WebSocket::FRAME_BINARY;
        }
    }
    BOOST_TEST(intact == 10'000);
    socket.shutdown();
    int flags = 0;
    socket.receiveFrame(got.data(), int(got.size()), flags);
    BOOST_TEST((flags & WebSocket::FRAME_OP_BITMASK) == WebSocket::FRAME_OP_CLOSE);
}

BOOST_AUTO_TEST_CASE(head_and_bytes_right_behind_it_pass_both_ways) {
    Scene scene{[](UpstreamConnection& connection) {
        connection.read_request_head();
        connection.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade, X-Hop\r\nX-Hop: 1\r\nUpgrade: WebSocket\r\n"
                        "Sec-WebSocket-Accept: abc\r\n\r\nfirst");
        echo(connection);
    }};
    auto client = scene.gateway.client();
    client.send(RawClient::head("GET", "/chat?a=1",
                                "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n") +
                "GET /not-a-request HTTP/1.1\r\n\r\n");
    const auto head = read_head(client);
    BOOST_TEST(head.status() == 101);
    BOOST_TEST(head.header("Connection") == "upgrade");
    BOOST_TEST(head.header("Upgrade") == "websocket");
    BOOST_TEST(head.header("Sec-WebSocket-Accept") == "abc");
    BOOST_TEST(!head.has("X-Hop"));
    BOOST_TEST(!head.has("Content-Length"));
    BOOST_TEST(!head.has("Transfer-Encoding"));
    BOOST_TEST(client.read_exactly(5) == "first");
    BOOST_TEST(client.read_exactly(31) == "GET /not-a-request HTTP/1.1\r\n\r\n");
    const auto asked = scene.upstream.last();
    BOOST_TEST(asked.target() == "/chat?a=1");
    BOOST_TEST(asked.header("Connection") == "upgrade");
    BOOST_TEST(asked.header("Upgrade") == "websocket");
    BOOST_TEST(asked.header("Sec-WebSocket-Key") == "k");
    BOOST_TEST(asked.header("X-Forwarded-For") == "127.0.0.1");
    BOOST_TEST(scene.upstream.requests() == 1);
}

// What is not offered on is ignored, as a server may: the request is one like any other.
BOOST_AUTO_TEST_CASE(only_what_the_route_allows_is_offered) {
    const auto offered = [](std::string_view of_route, const std::string& lines, const char* method = "GET") {
        Scene scene{ScriptedUpstream::always("plain"), of_route};
        auto client = scene.gateway.client();
        client.send(RawClient::head(method, "/", lines));
        BOOST_TEST(client.answer().body == "plain");
        BOOST_TEST(scene.upstream.last().header("Connection") == (scene.upstream.last().has("Upgrade") ? "upgrade" : ""));
        return scene.upstream.last().header("Upgrade");
    };
    const std::string many = "Connection: upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\nUpgrade: h2c, tcp/2, websocket\r\n";
    BOOST_TEST(offered("", many) == "websocket");
    BOOST_TEST(offered("upgrade = false", many) == "");
    BOOST_TEST(offered("upgrade = \"tcp\"", many) == "tcp/2");
    BOOST_TEST(offered("upgrade = { \"WebSocket\", \"tcp\" }", many, "POST") == "tcp/2, websocket");
    BOOST_TEST(offered("", "Connection: upgrade\r\nUpgrade: h2c\r\n") == "");
    BOOST_TEST(offered("", "Upgrade: websocket\r\n") == "");
    BOOST_TEST(offered("", "Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n") == "websocket");
}

BOOST_AUTO_TEST_CASE(with_a_body_a_request_stays_a_request) {
    Scene scene{ScriptedUpstream::echo()};
    auto client = scene.gateway.client();
    const auto answer = client.post("/", "body", offer_lines);
    BOOST_TEST(answer.status() == 200);
    BOOST_TEST(!has(answer.body, "Upgrade"));
    BOOST_TEST(has(answer.body, "body"));
    BOOST_TEST(client.get("/next").status() == 200);
}

BOOST_AUTO_TEST_CASE(routes_may_ask_for_the_offer_and_plugins_see_it) {
    ScriptedUpstream upstream{switched(echo)};
    GatewayProcess gateway{"local u = upstream \"u\" { targets = { \"" + upstream.address() + "\" } }\n"
                           "route \"GET /**\" { upstream = u, headers = { Upgrade = \"websocket\" },"
                           " response = function(answer) answer.headers['X-Status'] = tostring(answer.status) end }\n"
                           "route \"GET /**\" { answer = \"page\" }\n"};
    auto client = gateway.client();
    BOOST_TEST(client.get("/").body == "page");
    client.send(offer);
    const auto head = read_head(client);
    BOOST_TEST(head.status() == 101);
    BOOST_TEST(head.header("X-Status") == "101");
}

BOOST_AUTO_TEST_CASE(explain_tells_what_is_offered_on) {
    const TemporaryFolder folder;
    const auto file = folder / "routes.lua";
    std::ofstream{file} << "listen \"127.0.0.1:0\" local u = upstream \"u\" { targets = { \"127.0.0.1:1\" } }\n"
                           "route \"GET /**\" { upstream = u }";
    const auto told = run({tollgate_program(), "explain", "GET", "/", file.string(), "-H", "Connection: upgrade", "-H",
                           "Upgrade: h2c, websocket"});
    BOOST_TEST(told.code == 0);
    BOOST_TEST(has(told.out, "Upgrade: websocket\n"), told.out);
}

// Refusing after the upstream has switched: the tunnel is never opened.
BOOST_AUTO_TEST_CASE(a_101_may_still_be_made_a_refusal) {
    Gate closed;
    Scene scene{switched([&](UpstreamConnection& connection) {
                    connection.wait_for_end();
                    closed.open();
                }),
                "response = function(answer) answer.status = 403 end"};
    auto client = scene.gateway.client();
    client.send(offer);
    BOOST_TEST(client.answer().status() == 403);
    closed.wait();
}

BOOST_AUTO_TEST_CASE(a_refused_upgrade_leaves_http_to_the_client_and_nothing_to_others) {
    Scene scene{ScriptedUpstream::always("no"), "", "", {"--loops", "1"}};
    auto client = scene.gateway.client();
    BOOST_TEST(client.get("/", offer_lines).body == "no");
    BOOST_TEST(client.get("/next").body == "no");
    BOOST_TEST(client.get("/next").body == "no");
    BOOST_TEST(scene.upstream.connections() == 2);  // the first was offered another protocol
    BOOST_TEST(figure(scene.gateway, "tollgate_upgrades_refused_total") == 1);
    // More behind the offer: of which protocol, nobody can say.
    client.send(offer + RawClient::head("GET", "/smuggled"));
    const auto answer = client.answer();
    BOOST_TEST(answer.body == "no");
    BOOST_TEST(answer.header("Connection") == "close");
    BOOST_TEST(client.read_to_end() == "");
    for (const auto& request : scene.upstream.received()) BOOST_TEST(request.target() != "/smuggled");
}

BOOST_AUTO_TEST_CASE(a_101_nobody_asked_for_is_502_and_ends_there) {
    Scene scene{[](UpstreamConnection& connection) {
        while (connection.read_request()) connection.send(switching + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    }};
    auto client = scene.gateway.client();
    BOOST_TEST(client.get("/").status() == 502);
    BOOST_TEST(client.get("/", "Connection: upgrade\r\nUpgrade: h2c\r\n").status() == 502);
    BOOST_TEST(client.get("/").status() == 502);
    BOOST_TEST(scene.upstream.connections() == 3);
}

// The gateway holds a buffer each way, the kernel some more, and then the sender has to wait.
BOOST_AUTO_TEST_CASE(a_side_that_stalls_stalls_the_other) {
    constexpr std::size_t megabyte = 1 << 20;
    const std::string piece(megabyte, 'a');
    const auto fill = [&](Connection& connection) {
        std::size_t sent = 0, took = 0;
        do sent += took = connection.send_as_far_as_possible(piece, 1s);
        while (took == piece.size() && sent < 512 * megabyte);
        return sent;
    };
    Gate opened, filled, seen;
    std::size_t said = 0, came = 0, heard = 0;
    Scene scene{switched([&](UpstreamConnection& connection) {
        opened.wait();
        said = fill(connection);
        filled.open();
        seen.wait();
        while (heard < came) {
            const auto some = connection.read_some();
            if (some.empty()) return;
            heard += some.size();
        }
        connection.end_sending();
        connection.wait_for_end();
    })};
    auto client = scene.open();
    const auto before = scene.gateway.process().resident_bytes();
    opened.open();
    filled.wait();
    came = fill(client);
    BOOST_TEST(said < 64 * megabyte);
    BOOST_TEST(came < 64 * megabyte);
    BOOST_TEST(scene.gateway.process().resident_bytes() < before + 16 * megabyte);
    // Both stood still; nothing is lost.
    seen.open();
    std::size_t got = 0;
    for (std::string some; !(some = client.read_some()).empty();) got += some.size();
    BOOST_TEST(got == said);
    BOOST_TEST(heard == came);
}

BOOST_AUTO_TEST_CASE(each_direction_ends_by_itself) {
    Scene scene{switched([](UpstreamConnection& connection) {
        const auto all = connection.read_to_end();
        connection.send("heard " + all);
    })};
    auto client = scene.open();
    client.send("question");
    client.end_sending();
    BOOST_TEST(client.read_to_end() == "heard question");
    // And the other way round.
    Gate heard;
    std::string all;
    Scene other{switched([&](UpstreamConnection& connection) {
        connection.send("bye");
        connection.end_sending();
        all = connection.read_to_end();
        heard.open();
    })};
    auto listener = other.open();
    BOOST_TEST(listener.read_to_end() == "bye");
    listener.send("still here");
    listener.end_sending();
    heard.wait();
    BOOST_TEST(all == "still here");
}

BOOST_AUTO_TEST_CASE(the_log_has_it_once_with_bytes_both_ways) {
    Scene scene{switched(echo), "", logged};
    auto client = scene.open();
    client.send("hello");
    BOOST_TEST(client.read_exactly(5) == "hello");
    BOOST_TEST(figure(scene.gateway, "tollgate_upgraded_connections") == 1);
    client.end_sending();
    BOOST_TEST(client.read_to_end() == "");
    wait_until("the connection is counted as closed",
               [&] { return figure(scene.gateway, "tollgate_upgraded_connections") == 0; });
    BOOST_TEST(figure(scene.gateway, "tollgate_upgrades_total") == 1);
    BOOST_TEST(scene.gateway.stop() == 0);
    const auto lines = scene.gateway.log_lines(1, "access.log");
    BOOST_REQUIRE(lines.size() == 1u);
    BOOST_TEST(has(lines[0], "\"status\":101"), lines[0]);
    BOOST_TEST(has(lines[0], "\"bytes_received\":5"), lines[0]);
    BOOST_TEST(has(lines[0], "\"bytes_sent\":5"), lines[0]);
    BOOST_TEST(!has(lines[0], "client_left"), lines[0]);
}

BOOST_AUTO_TEST_CASE(a_client_that_dies_takes_its_upstream_connection_along) {
    Gate over;
    End end = End::timed_out;
    Scene scene{switched([&](UpstreamConnection& connection) {
                    end = connection.wait_for_end();
                    over.open();
                }),
                "", logged};
    auto client = scene.open();
    client.reset();
    over.wait();
    BOOST_TEST((end != End::timed_out));
    const auto lines = scene.gateway.log_lines(1, "access.log");
    BOOST_TEST(has(lines[0], "\"status\":101"), lines[0]);
    BOOST_TEST(has(lines[0], "client_left"), lines[0]);
}

BOOST_AUTO_TEST_CASE(an_upstream_that_dies_is_seen_by_the_client) {
    Gate asked;
    Scene scene{switched([&](UpstreamConnection& connection) {
                    asked.wait();
                    connection.reset();
                }),
                "", logged};
    auto client = scene.open();
    asked.open();
    BOOST_TEST((client.wait_for_end() == End::reset));
    const auto lines = scene.gateway.log_lines(1, "access.log");
    BOOST_TEST(has(lines[0], "upstream_cut"), lines[0]);
    Scene closing{switched([](UpstreamConnection&) {})};
    auto other = closing.open();
    BOOST_TEST((other.wait_for_end() == End::closed));
}

BOOST_AUTO_TEST_CASE(it_is_closed_once_nothing_moves_in_either_direction) {
    constexpr auto idle = 3s;
    Gate over;
    Scene scene{switched([&](UpstreamConnection& connection) {
                    connection.wait_for_end();
                    over.open();
                }),
                "", std::string{logged} + "limits { upgrade_idle = 3 * seconds, send_time = 100 * milliseconds, "
                                          "body_time = 100 * milliseconds }"};
    auto client = scene.open();
    auto last = std::chrono::steady_clock::now();
    // One direction is enough.
    for (int i = 0; i < 8; ++i) {
        BOOST_TEST(client.silent_for(idle / 4));
        last = std::chrono::steady_clock::now();
        client.send("ping");
    }
    BOOST_TEST((client.wait_for_end() == End::closed));
    BOOST_TEST((std::chrono::steady_clock::now() - last >= idle - 50ms));
    over.wait();
    client.close();
    const auto lines = scene.gateway.log_lines(1, "access.log");
    BOOST_TEST(has(lines[0], "upgrade_idle"), lines[0]);
    BOOST_TEST(has(lines[0], "\"bytes_received\":32"), lines[0]);
}

BOOST_AUTO_TEST_CASE(a_stop_waits_for_it_and_then_no_longer) {
    Scene scene{switched(echo), "", "limits { drain = 1 * hour }"};
    auto client = scene.open();
    scene.gateway.process().signal(SIGTERM);
    scene.gateway.process().wait_for_line("stopping");
    client.send("still there?");
    BOOST_TEST(client.read_exactly(12) == "still there?");
    BOOST_TEST(scene.gateway.process().running());
    client.end_sending();
    BOOST_TEST(client.read_to_end() == "");
    BOOST_TEST(scene.gateway.process().wait() == 0);

    Scene stubborn{switched(echo), "", "limits { drain = 300 * milliseconds }"};
    auto other = stubborn.open();
    BOOST_TEST(stubborn.gateway.stop() == 0);
    BOOST_TEST((other.wait_for_end() != End::timed_out));
}

BOOST_AUTO_TEST_CASE(a_reload_leaves_it_alone) {
    Scene scene{switched(echo)};
    auto client = scene.open();
    scene.gateway.write_routes("route \"GET /**\" { answer = \"new\" }");
    const auto said = scene.gateway.reload();
    BOOST_TEST(has(said, "reloaded"), said);
    BOOST_TEST(scene.gateway.client().get("/").body == "new");
    client.send("old");
    BOOST_TEST(client.read_exactly(3) == "old");
    client.end_sending();
    BOOST_TEST(client.read_to_end() == "");
}

// One thread for all of them: takes every offer and says one byte back for each that comes.
BOOST_AUTO_TEST_CASE(a_thousand_that_wait_hold_no_buffers) {
    constexpr std::size_t many = 1000;
    const int listener = listen_on("127.0.0.1:0", 1024);
    GatewayProcess gateway{routes_to(bound_address(listener))};
    std::list<RawClient> clients;
    std::list<Connection> upstream;
    const auto open = [&] {
        auto& client = clients.emplace_back(gateway.address());
        client.send(offer);
        auto& connection = upstream.emplace_back(accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
        read_head(connection);
        connection.send(switching);
        BOOST_REQUIRE(read_head(client).status() == 101);
        client.send("up");
        BOOST_REQUIRE(connection.read_exactly(2) == "up");
        connection.send("down");
        BOOST_REQUIRE(client.read_exactly(4) == "down");
    };
    for (int i = 0; i < 50; ++i) open();  // what the first ones cost all share
    const auto before = gateway.process().resident_bytes();
    for (std::size_t i = 0; i < many; ++i) open();
    const auto each = (gateway.process().resident_bytes() - before) / many;
    BOOST_TEST_MESSAGE("an upgraded connection that waits: " << each << " bytes");
    BOOST_TEST(each < most_of_one);
    BOOST_TEST(figure(gateway, "tollgate_upgraded_connections") == many + 50);
    clients.clear();
    upstream.clear();
    wait_until("all of them are gone", [&] { return figure(gateway, "tollgate_upgraded_connections") == 0; });
    close(listener);
}

BOOST_AUTO_TEST_SUITE_END()
