// tests/scenarios/nginx_upstream_test.cpp - in front of a real server that somebody else wrote.
#include "support/gateway_process.h"
#include "support/nginx.h"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <set>
#include <string>

using namespace tollgate::test;

BOOST_AUTO_TEST_SUITE(scenarios_nginx_upstream)

BOOST_AUTO_TEST_CASE(connections_to_nginx_are_kept_alive) {
    const Nginx nginx{"location / { return 200 \"hello\\n\"; }"};
    GatewayProcess gateway{routes_to(nginx.address()), {"--loops", "1"}};
    for (int i = 0; i < 50; ++i) BOOST_REQUIRE(gateway.client().get("/x").body == "hello\n");
    std::set<std::string> connections;
    for (const auto& line : nginx.access_log(50)) connections.insert(line.substr(0, line.find(' ')));
    BOOST_TEST(connections.size() == 1u);
}

BOOST_AUTO_TEST_CASE(nginx_closing_its_idle_connections_costs_no_request) {
    const Nginx nginx{"keepalive_timeout 0; location / { return 200 \"hello\\n\"; }"};
    GatewayProcess gateway{routes_to(nginx.address())};
    auto client = gateway.client();
    for (int i = 0; i < 200; ++i) BOOST_REQUIRE(client.get("/x").status() == 200);
}

BOOST_AUTO_TEST_CASE(a_large_file_comes_whole_and_in_ranges) {
    const Nginx nginx{""};
    std::string content;
    for (int i = 0; content.size() < (20u << 20); ++i) content += std::to_string(i) + '\n';
    std::ofstream{nginx.root() / "large.txt", std::ios::binary} << content;
    GatewayProcess gateway{routes_to(nginx.address())};
    auto client = gateway.client();
    const Message whole = client.get("/large.txt");
    BOOST_TEST(whole.header("Accept-Ranges") == "bytes");
    BOOST_TEST((whole.body == content));
    const Message part = client.get("/large.txt", "Range: bytes=1000000-1000099\r\n");
    BOOST_TEST(part.status() == 206);
    BOOST_TEST(part.body == content.substr(1'000'000, 100));
    const Message unchanged = client.get("/large.txt", "If-None-Match: " + whole.header("ETag") + "\r\n");
    BOOST_TEST(unchanged.status() == 304);
    client.send(RawClient::head("HEAD", "/large.txt"));
    BOOST_TEST(client.answer(true).header("Content-Length") == std::to_string(content.size()));
    BOOST_TEST(client.get("/missing").status() == 404);
}

BOOST_AUTO_TEST_CASE(compressed_answers_pass_untouched) {
    const Nginx nginx{"gzip on; gzip_proxied any; gzip_min_length 10; gzip_types text/plain;"};
    std::ofstream{nginx.root() / "page.txt", std::ios::binary} << std::string(100'000, 'a');
    GatewayProcess gateway{routes_to(nginx.address())};
    auto client = gateway.client();
    const Message packed = client.get("/page.txt", "Accept-Encoding: gzip\r\n");
    BOOST_TEST(packed.header("Content-Encoding") == "gzip");
    BOOST_TEST(packed.chunked);
    BOOST_TEST(packed.body.starts_with("\x1f\x8b"));
    BOOST_TEST(packed.body.size() < 5000u);
    const Message plain = client.get("/page.txt");
    BOOST_TEST(!plain.has("Content-Encoding"));
    BOOST_TEST(plain.body.size() == 100'000u);
}

BOOST_AUTO_TEST_CASE(uploads_reach_nginx_with_a_length_and_in_chunks) {
    // nginx-light has no upload module: it tells what it received by its log of the request's size.
    const Nginx nginx{"location / { client_body_in_single_buffer on; client_body_buffer_size 1m; "
                      "proxy_pass http://unix:$document_root/none; error_page 502 =200 @got; } "
                      "location @got { return 200 \"$content_length $http_transfer_encoding\"; }"};
    GatewayProcess gateway{routes_to(nginx.address())};
    auto client = gateway.client();
    BOOST_TEST(client.post("/x", std::string(100'000, 'a')).body == "100000 ");
    client.send(RawClient::head("POST", "/x", "Transfer-Encoding: chunked\r\n") + chunk(std::string(5000, 'a')) + chunk(""));
    BOOST_TEST(client.answer().status() == 200);
}

BOOST_AUTO_TEST_CASE(nginx_may_be_reached_by_a_unix_socket) {
    const Nginx nginx{"location / { return 200 \"$http_x_forwarded_for $http_host\"; }"};
    GatewayProcess gateway{routes_to(nginx.unix_address())};
    BOOST_TEST(gateway.client().get("/x").body == "127.0.0.1 gate.test");
}

BOOST_AUTO_TEST_CASE(redirects_are_passed_on_and_not_followed) {
    const Nginx nginx{"location / { return 302 http://elsewhere.test/; }"};
    GatewayProcess gateway{routes_to(nginx.address())};
    const Message answer = gateway.client().get("/x");
    BOOST_TEST(answer.status() == 302);
    BOOST_TEST(answer.header("Location") == "http://elsewhere.test/");
}

BOOST_AUTO_TEST_SUITE_END()
