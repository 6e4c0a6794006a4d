// tests/loadtest/upstream/upstream_test.cpp - `loadtester upstream` over real sockets: answers, services, ends.
#include "support/temporary_folder.h"
#include "support/upstream_process.h"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <fstream>
#include <iterator>
#include <set>

using namespace tollgate;
using test::RawClient;
using test::UpstreamProcess;

BOOST_AUTO_TEST_SUITE(loadtest_upstream_upstream)

namespace {

std::string slurp(const std::filesystem::path& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

Poco::JSON::Object::Ptr json(const std::string& text) {
    return Poco::JSON::Parser{}.parse(text).extract<Poco::JSON::Object::Ptr>();
}

test::Finished upstream(std::vector<std::string> words) {
    words.insert(words.begin(), {test::loadtester_program(), "upstream"});
    return test::run(words);
}

test::Message asked(RawClient client, const std::string& head) {
    client.send(head);
    return client.answer();
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_path_says_hello_from_the_instance) {
    UpstreamProcess upstream{{"--id", "upstream one"}};
    auto client = upstream.client();
    for (const auto path : {"/", "/orders/7", "/a/b?c=d"}) {
        const auto answer = client.get(path);
        BOOST_TEST(answer.status() == 200);
        BOOST_TEST(answer.body == "hello from upstream one\n");
        BOOST_TEST(answer.header("X-Upstream") == "upstream one");
    }
    BOOST_TEST(client.post("/orders", std::string(200'000, 'x')).status() == 200);
    BOOST_TEST(client.get("/after").status() == 200);  // on the same connection
    BOOST_TEST(upstream.stop().front() == "upstream one: 5 requests (5 x 200)");
}

BOOST_AUTO_TEST_CASE(instances_of_one_process_are_apart) {
    UpstreamProcess upstream{{"--id", "one", "--id", "two"}, {"127.0.0.1:0", "127.0.0.1:0"}};
    auto one = upstream.client(0), two = upstream.client(1);
    BOOST_TEST(one.get("/").body == "hello from one\n");
    BOOST_TEST(two.get("/").body == "hello from two\n");
    BOOST_TEST(two.get("/").header("X-Upstream") == "two");
    const auto said = upstream.stop();
    BOOST_TEST(said.at(0) == "one: 1 request (1 x 200)");
    BOOST_TEST(said.at(1) == "two: 2 requests (2 x 200)");
}

BOOST_AUTO_TEST_CASE(ids_are_ports_and_files_unless_told) {
    const test::TemporaryFolder folder;
    UpstreamProcess upstream{{}, {"127.0.0.1:0", "[::1]:0", "unix:" + (folder / "here.sock").string()}};
    const auto port = [](const std::string& address) { return address.substr(address.rfind(':') + 1); };
    BOOST_TEST(upstream.client(0).get("/").body == "hello from " + port(upstream.address(0)) + "\n");
    BOOST_TEST(upstream.client(1).get("/").body == "hello from " + port(upstream.address(1)) + "\n");
    BOOST_TEST(upstream.address(1).starts_with("[::1]:"));
    BOOST_TEST(upstream.client(2).get("/").body == "hello from here.sock\n");
    upstream.stop();
    BOOST_TEST(!std::filesystem::exists(folder / "here.sock"));
}

BOOST_AUTO_TEST_CASE(bodies_have_the_size_asked_for) {
    UpstreamProcess large{{"--size", "1Mi"}}, none{{"--size", "0"}};
    auto client = large.client();
    const auto answer = client.get("/");
    BOOST_TEST(answer.body.size() == 1u << 20);
    BOOST_TEST(answer.header("Content-Length") == "1048576");
    client.send(RawClient::head("HEAD", "/"));
    BOOST_TEST(client.answer(true).header("Content-Length") == "1048576");
    BOOST_TEST(client.get("/").body.size() == 1u << 20);
    BOOST_TEST(none.client().get("/").header("Content-Length") == "0");
}

BOOST_AUTO_TEST_CASE(bodies_may_be_chunked) {
    UpstreamProcess upstream{{"--chunked", "--id", "one"}};
    const auto answer = upstream.client().get("/");
    BOOST_TEST(answer.chunked);
    BOOST_TEST(!answer.has("Content-Length"));
    BOOST_TEST(answer.body == "hello from one\n");
}

BOOST_AUTO_TEST_CASE(the_echo_says_what_was_asked) {
    UpstreamProcess upstream{{"--id", "one"}};
    auto client = upstream.client();
    const auto answer = client.post("/echo?x=%2F1", "say \"hi\"\n", "X-Twice: a\r\nX-Twice: \xe4\r\n");
    BOOST_TEST(answer.header("Content-Type") == "application/json");
    const auto echo = json(answer.body);
    BOOST_TEST(echo->getValue<std::string>("id") == "one");
    BOOST_TEST(echo->getValue<std::string>("method") == "POST");
    BOOST_TEST(echo->getValue<std::string>("target") == "/echo?x=%2F1");
    BOOST_TEST(echo->getValue<std::string>("version") == "HTTP/1.1");
    BOOST_TEST(echo->getValue<std::string>("client") == "127.0.0.1");
    BOOST_TEST(echo->getValue<std::string>("body") == "say \"hi\"\n");
    std::string lines;
    for (const auto& line : *echo->getArray("headers")) {
        const auto pair = line.extract<Poco::JSON::Array::Ptr>();
        lines += pair->getElement<std::string>(0) + "=" + pair->getElement<std::string>(1) + ";";
    }
    BOOST_TEST(lines == "Host=gate.test;X-Twice=a;X-Twice=\xc3\xa4;Content-Length=9;");
}

BOOST_AUTO_TEST_CASE(the_echo_keeps_bytes_that_are_no_text_and_trailers) {
    UpstreamProcess upstream{{"--echo"}};
    auto client = upstream.client();
    const auto binary = json(client.post("/anything", std::string{"\xff\x00\x01", 3}).body);
    BOOST_TEST(!binary->has("body"));
    BOOST_TEST(binary->getValue<std::string>("body_base64") == "/wAB");
    client.send(RawClient::head("PUT", "/else", "Transfer-Encoding: chunked\r\n") + test::chunk("hello") +
                "0\r\nX-Sum: 5\r\n\r\n");
    const auto chunked = json(client.answer().body);
    BOOST_TEST(chunked->getValue<std::string>("method") == "PUT");
    BOOST_TEST(chunked->getValue<std::string>("body") == "hello");
    BOOST_TEST(chunked->getArray("trailers")->getArray(0)->getElement<std::string>(1) == "5");
}

BOOST_AUTO_TEST_CASE(health_fails_with_its_share_alone) {
    UpstreamProcess upstream{{"--fail-health", "0.1", "--id", "one"}};
    auto client = upstream.client();
    constexpr int checks = 1000;
    int failed = 0;
    for (int i = 0; i < checks; ++i) {
        const auto answer = client.get("/health");
        BOOST_REQUIRE((answer.status() == 200 || answer.status() == 503));
        BOOST_TEST(answer.body == (answer.status() == 200 ? "ok\n" : "failing\n"));
        failed += answer.status() == 503;
    }
    BOOST_TEST(std::abs(failed - 100) < 57);  // six standard deviations
    BOOST_TEST(client.get("/").status() == 200);
    BOOST_TEST(upstream.stop().front() == "one: 1 request (1 x 200), 1000 health checks (" +
                                              std::to_string(checks - failed) + " x 200, " + std::to_string(failed) +
                                              " x 503)");
}

BOOST_AUTO_TEST_CASE(a_steered_instance_is_told_what_its_health_is) {
    const UpstreamProcess two{{"--steered"}, {"127.0.0.1:0", "127.0.0.1:0"}};
    auto client = two.client();
    BOOST_TEST(asked(two.client(), RawClient::head("PUT", "/health", "X-Upstream-Status: 503\r\n")).status() == 204);
    BOOST_TEST(client.get("/health").status() == 503);
    BOOST_TEST(client.get("/").status() == 200);
    BOOST_TEST(two.client(1).get("/health").status() == 200);  // the other instance
    BOOST_TEST(asked(two.client(), RawClient::head("PUT", "/health", "X-Upstream-Status: 1\r\n")).status() == 400);
    BOOST_TEST(client.get("/health").status() == 503);
    BOOST_TEST(asked(two.client(), RawClient::head("PUT", "/health")).status() == 204);
    BOOST_TEST(client.get("/health").body == "ok\n");
    const UpstreamProcess other;
    BOOST_TEST(asked(other.client(), RawClient::head("PUT", "/health", "X-Upstream-Status: 503\r\n")).status() == 200);
    BOOST_TEST(other.client().get("/health").status() == 200);
}

BOOST_AUTO_TEST_CASE(health_knows_nothing_of_other_faults) {
    UpstreamProcess upstream{{"--status", "500", "--reset", "1", "--delay", "24h"}};
    BOOST_TEST(upstream.client().get("/health").status() == 200);
}

BOOST_AUTO_TEST_CASE(the_mock_services_answer) {
    UpstreamProcess upstream{{"--mock", "--id", "one"}};
    struct Case {
        const char *method, *path;
        int status;
        std::string_view body;
    };
    constexpr Case cases[] = {
        {"GET", "/", 200, R"({"message":"Hello from one"})"},
        {"GET", "/health", 200, "ok\n"},
        {"GET", "/status", 200, R"({"status":"Mock service is healthy"})"},
        {"GET", "/users", 200, R"([{"id":1,"name":"Alice"},{"id":2,"name":"Bob"}])"},
        {"POST", "/users", 200, R"({"message":"User created"})"},
        {"GET", "/users/google", 200, R"({"login":"google","id":12345,"mock":true})"},
        {"GET", "/users/a%22b?x=1", 200, R"({"login":"a\"b","id":12345,"mock":true})"},
        {"POST", "/users/google", 405, ""},
        {"DELETE", "/users", 405, ""},
        {"POST", "/status", 405, ""},
        {"GET", "/users/google/repos", 404, ""},
        {"GET", "/users/", 404, ""},
        {"GET", "/elsewhere", 404, ""},
    };
    auto client = upstream.client();
    for (const auto& [method, path, status, body] : cases) {
        client.send(RawClient::head(method, path));
        const auto answer = client.answer();
        BOOST_TEST(answer.status() == status, method << " " << path << ": " << answer.start_line);
        if (status < 400) BOOST_TEST(answer.body == body);
        BOOST_TEST(answer.has("Allow") == (status == 405));
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_request_is_refused) {
    UpstreamProcess upstream{{"--id", "one"}};
    auto client = upstream.client();
    client.send("GET / HTTP/1.1\r\n\r\n");
    const auto answer = client.answer();
    BOOST_TEST(answer.status() == 400);
    BOOST_TEST(contains(answer.body, "expected a Host line"));
    BOOST_TEST((client.wait_for_end() == test::End::closed));
    BOOST_TEST(upstream.stop().front() == "one: 1 request (1 refused)");
}

BOOST_AUTO_TEST_CASE(requests_are_recorded_to_the_last_one_before_the_end) {
    const test::TemporaryFolder folder;
    UpstreamProcess upstream{{"--record", (folder / "asked").string(), "--id", "one", "--id", "two", "--threads", "2"},
                             {"127.0.0.1:0", "127.0.0.1:0"}};
    constexpr int each = 250;
    std::set<std::string> sent;
    std::vector<RawClient> clients;
    for (int i = 0; i < 4; ++i) clients.push_back(upstream.client(i % 2));
    for (int i = 0; i < each; ++i)
        for (std::size_t number = 0; number < clients.size(); ++number) {
            const std::string id = "r-" + std::to_string(number) + "-" + std::to_string(i);
            sent.insert(id);
            BOOST_REQUIRE(clients[number].get("/orders", "X-Request-Id: " + id + "\r\n").status() == 200);
        }
    upstream.stop();
    std::ifstream in{folder / "asked"};
    int lines = 0;
    for (std::string line; std::getline(in, line); ++lines) {
        std::vector<std::string> parts;
        for (std::size_t at = 0, end = 0; end != line.npos; at = end + 1) {
            end = line.find('\t', at);
            parts.push_back(line.substr(at, end - at));
        }
        BOOST_REQUIRE(parts.size() == 6);
        BOOST_TEST((parts[1] == "one" || parts[1] == "two"));
        BOOST_TEST(parts[2] + " " + parts[3] + " " + parts[5] == "GET /orders 200");
        BOOST_TEST(sent.erase(parts[4]) == 1, "unknown or twice: " << line);
    }
    BOOST_TEST(lines == 4 * each);
    BOOST_TEST(sent.empty());
}

BOOST_AUTO_TEST_CASE(sigterm_answers_at_once_whoever_waits) {
    const test::TemporaryFolder folder;
    UpstreamProcess upstream{{"--delay", "24h", "--record", (folder / "asked").string(), "--id", "one"}};
    auto client = upstream.client();
    client.send(RawClient::head("GET", "/", "X-Request-Id: waiting\r\n"));
    test::wait_until("the request was recorded", [&] { return contains(slurp(folder / "asked"), "waiting"); });
    upstream.process().signal(SIGTERM);
    const auto answer = client.answer();
    BOOST_TEST(answer.body == "hello from one\n");
    BOOST_TEST(answer.header("Connection") == "close");
    client.close();
    BOOST_TEST(upstream.stop().front() == "one: 1 request (1 x 200)");
}

BOOST_AUTO_TEST_CASE(sigint_and_idle_connections_end_it_too) {
    UpstreamProcess upstream;
    auto idle = upstream.client();
    BOOST_TEST(idle.get("/").status() == 200);
    upstream.process().signal(SIGINT);
    BOOST_TEST(upstream.process().wait() == 0);
    BOOST_TEST((idle.wait_for_end() == test::End::closed));
    BOOST_CHECK_THROW(upstream.client(), test::ConnectionError);
}

BOOST_AUTO_TEST_CASE(clients_that_leave_early_are_counted) {
    const test::TemporaryFolder folder;
    UpstreamProcess upstream{{"--delay", "24h", "--record", (folder / "asked").string(), "--id", "one"}};
    const std::size_t before = upstream.process().open_descriptors();
    auto client = upstream.client();
    client.send(RawClient::head("GET", "/", "X-Request-Id: leaving\r\n"));
    test::wait_until("the request was recorded", [&] { return contains(slurp(folder / "asked"), "leaving"); });
    client.reset();
    test::wait_until("the connection is closed", [&] { return upstream.process().open_descriptors() == before; });
    BOOST_TEST(upstream.stop().front() == "one: 1 request (1 left by the client)");
}

BOOST_AUTO_TEST_CASE(wrong_usage_is_told_in_a_line_and_exits_with_2) {
    const auto result = upstream({"--delay", "fast"});
    BOOST_TEST(result.code == 2);
    BOOST_TEST(result.out.empty());
    BOOST_TEST(result.err == "loadtester: --delay: expected a delay such as 5ms, 2ms..8ms or exp:5ms, got \"fast\"\n");
    BOOST_TEST(upstream({"--stauts", "200"}).err ==
               "loadtester: unknown option \"--stauts\"; did you mean \"--status\"?\n");
}

BOOST_AUTO_TEST_CASE(an_address_or_file_that_cannot_be_had_is_told_and_exits_with_1) {
    UpstreamProcess first;
    const auto taken = upstream({first.address()});
    BOOST_TEST(taken.code == 1);
    BOOST_TEST(taken.err.starts_with("loadtester: " + first.address() + ": cannot listen: "));
    const auto record = upstream({"127.0.0.1:0", "--record", "/nowhere/asked"});
    BOOST_TEST(record.code == 1);
    BOOST_TEST(record.err == "loadtester: /nowhere/asked: No such file or directory\n");
}

BOOST_AUTO_TEST_CASE(a_record_that_cannot_be_written_is_told_at_the_end) {
    UpstreamProcess full{{"--record", "/dev/full"}};
    BOOST_TEST(full.client().get("/").status() == 200);
    full.process().signal(SIGTERM);
    BOOST_TEST(full.process().wait() == 1);
    BOOST_TEST(contains(full.process().stderr_text(),
                        "error upstream: 1 line of the record could not be written: No space left on device\n"));
}

BOOST_AUTO_TEST_SUITE_END()
