// tests/core/http/writer_test.cpp - heads and chunk frames, byte for byte.
#include "http/writer.h"

#include <boost/test/unit_test.hpp>

#include <limits>
#include <string>

using namespace tollgate;
using namespace tollgate::http;

namespace {

std::string response_head(int status, const Headers& headers, const HeadFacts& facts) {
    std::string out;
    write_response_head(out, status, headers, facts);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_writer)

BOOST_AUTO_TEST_CASE(response_head_says_its_framing) {
    const Headers headers{{"Date", "now"}, {"X-A", "1"}};
    BOOST_TEST(response_head(200, headers, {}) == "HTTP/1.1 200 OK\r\nDate: now\r\nX-A: 1\r\n\r\n");
    BOOST_TEST(response_head(404, headers, {.length = 12, .close = true}) ==
               "HTTP/1.1 404 Not Found\r\nDate: now\r\nX-A: 1\r\nContent-Length: 12\r\nConnection: close\r\n\r\n");
    BOOST_TEST(response_head(200, headers, {.length = {}, .chunked = true, .keep_alive = true}) ==
               "HTTP/1.1 200 OK\r\nDate: now\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(length_may_be_as_large_as_a_number_gets) {
    BOOST_TEST(response_head(200, {{"Date", "x"}}, {.length = std::numeric_limits<std::uint64_t>::max()})
                   .find("Content-Length: 18446744073709551615\r\n") != std::string::npos);
    BOOST_TEST(response_head(200, {{"Date", "x"}}, {.length = 0}).find("Content-Length: 0\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(lines_that_frame_are_the_gateways_own) {
    const Headers headers{{"Date", "x"},          {"Content-Length", "999"}, {"transfer-encoding", "gzip"}, {"Connection", "X"},
                          {"Keep-Alive", "t=1"},  {"Proxy-Connection", "x"}, {"Upgrade", "h2c"},            {"X-A", "1"}};
    BOOST_TEST(response_head(200, headers, {.length = 3}) == "HTTP/1.1 200 OK\r\nDate: x\r\nX-A: 1\r\nContent-Length: 3\r\n\r\n");
    Request request{"GET", "/a?b"};
    request.headers() = headers;
    std::string out;
    write_request_head(out, request, "upstream:80", {});
    BOOST_TEST(out == "GET /a?b HTTP/1.1\r\nHost: upstream:80\r\nDate: x\r\nX-A: 1\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(an_upgrade_is_the_gateways_to_say) {
    const Headers headers{{"Date", "x"}, {"Upgrade", "h2c"}, {"Connection", "X"}};
    BOOST_TEST(response_head(101, headers, {.length = {}, .upgrade = "websocket"}) ==
               "HTTP/1.1 101 Switching Protocols\r\nDate: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
    const std::string longest(10'000, 'u');
    Request request{"GET", "/"};
    std::string out;
    write_request_head(out, request, "a", {.length = {}, .upgrade = longest});
    BOOST_TEST(out == "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: " + longest + "\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(date_is_added_where_there_is_none) {
    const auto head = response_head(200, {}, {});
    BOOST_TEST(head.starts_with("HTTP/1.1 200 OK\r\nDate: "));
    BOOST_TEST(head.ends_with(" GMT\r\n\r\n"));
    const auto date = date_now();  // "Sat, 21 Nov 2026 09:00:00 GMT"
    BOOST_TEST(date.size() == 29u);
    BOOST_TEST(date.substr(3, 2) == ", ");
    BOOST_TEST(date[7] == ' ');
    BOOST_TEST(date[19] == ':');
}

BOOST_AUTO_TEST_CASE(host_is_replaced_or_kept) {
    Request request{"GET", "/"};
    request.headers().add("Host", "client.example");
    std::string kept, replaced;
    write_request_head(kept, request, "", {});
    write_request_head(replaced, request, "10.0.0.1:80", {});
    BOOST_TEST(kept == "GET / HTTP/1.1\r\nHost: client.example\r\n\r\n");
    BOOST_TEST(replaced == "GET / HTTP/1.1\r\nHost: 10.0.0.1:80\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(interim_head_has_no_date_and_no_framing) {
    std::string out;
    write_interim_head(out, 103, {{"Link", "</a.css>"}, {"Content-Length", "3"}, {"Connection", "close"}});
    BOOST_TEST(out == "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(phrases) {
    BOOST_TEST(reason_phrase(200) == "OK");
    BOOST_TEST(reason_phrase(429) == "Too Many Requests");
    BOOST_TEST(reason_phrase(504) == "Gateway Timeout");
    BOOST_TEST(reason_phrase(599) == "Unknown");
}

BOOST_AUTO_TEST_CASE(chunks_are_framed_in_hexadecimal) {
    std::string out;
    write_chunk_start(out, 0x1aF);
    BOOST_TEST(out == "1af\r\n");
    out.clear();
    write_last_chunk(out, nullptr);
    BOOST_TEST(out == "0\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(trailers_never_frame_route_or_vouch) {
    const Headers trailers{{"X-Checksum", "abc"}, {"Content-Length", "5"},       {"Host", "evil"},         {"Transfer-Encoding", "chunked"},
                           {"Via", "me"},         {"X-Forwarded-For", "1.2.3.4"}, {"X-Request-Id", "other"}, {"Cookie", "a=b"},
                           {"Connection", "x"},   {"Server-Timing", "db;dur=1"}};
    std::string out;
    write_last_chunk(out, &trailers);
    BOOST_TEST(out == "0\r\nX-Checksum: abc\r\nServer-Timing: db;dur=1\r\n\r\n");
}

BOOST_AUTO_TEST_SUITE_END()
