// tests/core/http/parser_test.cpp - what is read, in whatever pieces it comes, and what is refused.
#include "http/parser.h"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

using namespace tollgate;
using namespace tollgate::http;
namespace data = boost::unit_test::data;

namespace {

constexpr HeadLimits usual{8 << 10, 32 << 10, 100};

// What became of some bytes: a message, or the status of a refusal, or a wish for more.
struct Reading {
    std::string method, target, headers, body, trailers;
    int status = 0, minor = 0;
    Framing framing = Framing::none;
    bool head = false, whole = false;
    int refused = 0;  // 0: not
    std::string message;
    std::size_t consumed = 0;
    bool operator==(const Reading& other) const {
        return refused == other.refused && head == other.head && whole == other.whole && method == other.method &&
               target == other.target && headers == other.headers && body == other.body &&
               trailers == other.trailers && status == other.status && minor == other.minor &&
               framing == other.framing && (!head || consumed == other.consumed);
    }
};
std::ostream& operator<<(std::ostream& out, const Reading& r) {
    return out << "refused " << r.refused << " (" << r.message << ") head " << r.head << " whole " << r.whole << " status "
               << r.status << ' ' << r.method << ' ' << r.target << " [" << r.headers << "] body [" << r.body << "] trailers ["
               << r.trailers << "] consumed " << r.consumed;
}

std::string shown(const Headers& headers) {
    std::string text;
    for (const auto& line : headers) text.append(line.name).append("=").append(line.value).append(";");
    return text;
}

// Feeds `bytes` so that the reader holds no more than the first ends[i] of them at a time. Each window is a fresh
// allocation of its exact size, so that AddressSanitizer sees whoever reads beyond it or remembers an old one.
template <bool is_request>
Reading feed(std::string_view bytes, const std::vector<std::size_t>& ends, HeadLimits limits = usual, bool to_head = false) {
    Reading reading;
    ParsedHead head;
    try {
        Parser<is_request> parser{limits, head};
        if (to_head) parser.answers_head_request();
        for (const std::size_t end : ends) {
            for (bool more = true; more && !reading.whole;) {
                const auto window = bytes.substr(reading.consumed, end - reading.consumed);
                const auto copy = std::make_unique<char[]>(window.size());
                std::copy(window.begin(), window.end(), copy.get());
                const std::string_view input{copy.get(), window.size()};
                std::size_t used = 0;
                if (!reading.head) {
                    more = reading.head = parser.parse_head(input, used);
                    reading.consumed += used;
                    reading.whole = reading.head && parser.body_done();
                    continue;
                }
                std::string_view piece;
                reading.whole = parser.parse_body(input, used, piece);
                reading.body.append(piece);
                reading.consumed += used;
                more = used > 0;
            }
        }
        if (reading.head) {
            reading.method = head.method;
            reading.target = head.target;
            reading.headers = shown(head.headers);
            reading.trailers = shown(head.trailers);
            reading.status = parser.status();
            reading.minor = parser.version_minor();
            reading.framing = parser.framing();
        }
    } catch (const Malformed& malformed) {
        Reading refused;
        refused.refused = malformed.status;
        refused.message = malformed.message;
        return refused;
    }
    return reading;
}

std::vector<std::size_t> every_byte(std::string_view bytes) {
    std::vector<std::size_t> ends;
    for (std::size_t end = 1; end <= bytes.size(); ++end) ends.push_back(end);
    return ends;
}
template <bool is_request>
Reading at_once(std::string_view bytes, HeadLimits limits = usual, bool to_head = false) {
    return feed<is_request>(bytes, {bytes.size()}, limits, to_head);
}
template <bool is_request>
Reading bytewise(std::string_view bytes, HeadLimits limits = usual, bool to_head = false) {
    return feed<is_request>(bytes, every_byte(bytes), limits, to_head);
}
Reading request(std::string_view bytes) { return at_once<true>(bytes); }
Reading response(std::string_view bytes) { return at_once<false>(bytes); }

std::string with_line(std::string_view line) {
    return "POST /a HTTP/1.1\r\nHost: x\r\n" + std::string(line) + "\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
}
std::string chunked(std::string_view body) {
    return "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(body);
}

using namespace std::string_literals;

}  // namespace

BOOST_TEST_DONT_PRINT_LOG_VALUE(Framing)

BOOST_AUTO_TEST_SUITE(http_parser)

BOOST_AUTO_TEST_CASE(plain_request_is_read) {
    const auto r = request("GET /a?b=c HTTP/1.1\r\nHost: example.com\r\nX-A:  1 \r\nX-Empty:\r\n\r\nGET /next");
    BOOST_TEST(r.whole);
    BOOST_TEST(r.method == "GET");
    BOOST_TEST(r.target == "/a?b=c");
    BOOST_TEST(r.headers == "Host=example.com;X-A=1;X-Empty=;");
    BOOST_TEST(r.consumed == 62u);  // and not a byte of the next one
}

BOOST_AUTO_TEST_CASE(content_length_says_where_the_body_ends) {
    const auto r = request("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET");
    BOOST_TEST(r.whole);
    BOOST_TEST(r.framing == Framing::length);
    BOOST_TEST(r.body == "hello");
}

BOOST_AUTO_TEST_CASE(chunks_are_joined_and_extensions_dropped) {
    const auto r = request(chunked("5\r\nhello\r\n6;a=b;c=\"d e\"\r\n world\r\n0;last\r\nX-T: 1\r\n\r\nGET"));
    BOOST_TEST(r.whole);
    BOOST_TEST(r.body == "hello world");
    BOOST_TEST(r.trailers == "X-T=1;");
}

BOOST_AUTO_TEST_CASE(zero_length_means_no_body) {
    const auto r = request("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    BOOST_TEST(r.whole);
    BOOST_TEST(r.framing == Framing::none);
}

// What could be framed in two ways, and the rest of DESIGN section 9.
const std::string refused_requests[] = {
    with_line("Content-Length: 5\r\nTransfer-Encoding: chunked"),
    with_line("Transfer-Encoding: chunked\r\nContent-Length: 5"),
    with_line("Content-Length: 5\r\nContent-Length: 5"),
    with_line("Content-Length: 5\r\nContent-Length: 6"),
    with_line("Content-Length: 3, 3"),
    with_line("Content-Length: +3"),
    with_line("Content-Length: -3"),
    with_line("Content-Length: 3 3"),
    with_line("Content-Length: 0x3"),
    with_line("Content-Length: 3a"),
    with_line("Content-Length:"),
    with_line("Content-Length: ,"),
    with_line("Content-Length: 3,"),
    with_line("Content-Length: 18446744073709551616"),
    with_line("Content-Length: 18446744073709551615"),
    with_line("Content-Length: 9223372036854775807"),
    with_line("Content-Length: 4611686018427387905"),
    with_line("Transfer-Encoding: xchunked"),
    with_line("Transfer-Encoding: identity"),
    with_line("Transfer-Encoding: gzip"),
    with_line("Transfer-Encoding:"),
    with_line("Transfer-Encoding: chunked, gzip"),
    with_line("Transfer-Encoding: gzip, chunked"),
    with_line("Transfer-Encoding: chunked, chunked"),
    with_line("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
    with_line("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"),
    with_line("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked"),
    with_line("Transfer-Encoding: \"chunked\""),
    with_line("Transfer-Encoding: chunked;a=b"),
    with_line("Transfer-Encoding: ,chunked"),
    with_line("Transfer-Encoding: \vchunked"),
    with_line("Transfer-Encoding : chunked"),
    with_line("Transfer-Encoding\t: chunked"),
    with_line("Content-Length : 5"),
    with_line(" X-A: 1"),
    with_line("X-A: 1\r\n folded"),
    with_line("X-A: 1\r\n\tfolded"),
    with_line("X-A: 1\r\n \r\nX-B: 2"),
    with_line("X-A: a\0b"s),
    with_line("X-A: a\rb"),
    with_line("X-A: a\nb"),
    with_line("X-A: a\x7f"),
    with_line("X-A: a\x01"),
    with_line("X-A\0: a"s),
    with_line("X-\xc3\xa9: a"),
    with_line(": a"),
    with_line("no colon"),
    with_line("X(A): 1"),
    "GET / HTTP/1.1\nHost: x\n\n",
    "GET / HTTP/1.1\r\nHost: x\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\n\n",
    "GET / HTTP/1.1\r\nHost: x\r\r\n\r\n",
    "GET /\r\n\r\n",
    "GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
    " GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "G(T / HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n"s,
    "GET /a\x01 HTTP/1.1\r\nHost: x\r\n\r\n",
    "\x16\x03\x01\x02" "TLS hello",
    "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    chunked("g\r\n"),
    chunked("-1\r\n"),
    chunked("+5\r\nhello\r\n0\r\n\r\n"),
    chunked("0x5\r\nhello\r\n0\r\n\r\n"),
    chunked(" 5\r\nhello\r\n0\r\n\r\n"),
    chunked("5 \r\nhello\r\n0\r\n\r\n"),
    chunked("\r\n5\r\nhello\r\n0\r\n\r\n"),
    chunked("5\r\nhelloX\r\n0\r\n\r\n"),
    chunked("5\r\nhello0\r\n\r\n"),
    chunked("5\nhello\r\n0\r\n\r\n"),
    chunked("5\r\nhello\n0\r\n\r\n"),
    chunked("5\rhello\r\n0\r\n\r\n"),
    chunked("5;\r\nhello\r\n0\r\n\r\n"),
    chunked("5;a=\r\nhello\r\n0\r\n\r\n"),
    chunked("5,a\r\nhello\r\n0\r\n\r\n"),
    chunked("10000000000000000\r\n"),
    chunked("fffffffffffffffff\r\n"),
    chunked("0\r\nContent-Length: 5\r\n\r\n"),
    chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n"),
    chunked("0\r\nX-T: 1\r\n folded\r\n\r\n"),
    chunked("0\r\nX-T : 1\r\n\r\n"),
    chunked("0\r\nX-T: a\nb\r\n\r\n"),
    chunked("5;a=\"" + std::string(300, 'x') + "\"\r\nhello\r\n0\r\n\r\n"),
};
BOOST_DATA_TEST_CASE(ambiguous_request_is_refused_with_400, data::make(refused_requests), bytes) {
    const auto r = request(bytes);
    BOOST_TEST(r.refused == 400, r);
}
BOOST_DATA_TEST_CASE(ambiguous_request_is_never_taken_piecewise, data::make(refused_requests), bytes) {
    const auto r = bytewise<true>(bytes);
    BOOST_TEST((r.refused == 400 || !r.whole), r);
}

BOOST_AUTO_TEST_CASE(control_byte_in_a_value_is_refused_wherever_it_stands) {
    for (std::size_t size = 1; size <= 20; ++size)
        for (std::size_t at = 0; at < size; ++at)
            for (int byte = 0; byte < 256; ++byte) {
                std::string value(size, 'a');
                value[at] = static_cast<char>(byte);
                const bool control = (byte < 0x20 && byte != '\t') || byte == 0x7f;
                const auto r = request("GET / HTTP/1.1\r\nHost: x\r\nX-A: " + value + "\r\n\r\n");
                if (r.whole == control) BOOST_ERROR("byte " << byte << " at " << at << " of " << size << ": " << r);
            }
}

BOOST_AUTO_TEST_CASE(connection_is_a_list_of_words) {
    for (const char* line : {"Connection: close", "Connection: keep-alive, X-A", "Connection:", "Connection: ,close,", "Proxy-Connection: close"})
        BOOST_TEST(request(with_line(std::string(line) + "\r\nTransfer-Encoding: chunked")).whole, line);
    for (const char* line : {"Connection: close x", "Connection: \"close\"", "Connection: close;a", "Proxy-Connection: a b"})
        BOOST_TEST(request(with_line(line)).refused == 400, line);
}

BOOST_AUTO_TEST_CASE(line_folded_before_its_value_is_refused) {
    for (const char* line : {"Transfer-Encoding:\r\n chunked", "X-A:\r\n 1", "X-A: \r\n\t1", "X-A:\r\n ", "X-A: \r\n \r\n \r\n b"}) {
        BOOST_TEST(request(with_line(line)).refused == 400, line);
        BOOST_TEST(bytewise<true>(with_line(line)).refused == 400, line);
        BOOST_TEST(request(chunked("0\r\n" + std::string(line) + "\r\n\r\n")).refused == 400, line);
    }
}

BOOST_AUTO_TEST_CASE(line_feed_inside_a_quoted_chunk_extension_is_refused) {
    for (const auto& extension : {"a=\"\n\""s, "a=\"x\n0\n\n\""s, "a=\"\0\""s, "a=\"\x7f\""s, "a=\"\\\n\""s})
        BOOST_TEST(request(chunked("5;" + extension + "\r\nhello\r\n0\r\n\r\n")).refused == 400, extension);
    BOOST_TEST(request(chunked("5;a=\"\t\xff\"\r\nhello\r\n0\r\n\r\n")).body == "hello");
}

BOOST_AUTO_TEST_CASE(bare_line_feed_is_refused_as_soon_as_it_is_seen) {
    for (const char* bytes : {"GET / HTTP/1.1\n", "GET / HTTP/1.1\r\nHost: x\n", "GET / HTTP/1.1\r\nHost: x\r\nA: 1\n", "\n"})
        BOOST_TEST(bytewise<true>(bytes).refused == 400, bytes);
}

BOOST_AUTO_TEST_CASE(blank_line_before_a_request_may_come_in_two_pieces) {
    const std::string bytes = "\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n";
    BOOST_TEST(bytewise<true>(bytes).whole);
    BOOST_TEST(bytewise<true>(bytes) == request(bytes));
    BOOST_TEST(request("\rGET / HTTP/1.1\r\nHost: x\r\n\r\n").refused == 400);
    BOOST_TEST(response("\r\nHTTP/1.1 200 OK\r\n\r\n").refused == 400);
}

BOOST_AUTO_TEST_CASE(only_a_version_of_http_is_another_version) {
    for (const char* version : {"HTTP/2.0", "HTTP/0.9", "HTTP/1.2", "HTTP/3.1"})
        BOOST_TEST(request("GET / " + std::string(version) + "\r\nHost: x\r\n\r\n").refused == 505, version);
    for (const char* line : {"GET / http/1.1", "GET /a b HTTP/1.1", "GET / HTTP/1.1 ", "GET / HTTP/11", "GET / HTTP/1.x", "GET / FTP/1.1"})
        BOOST_TEST(request(std::string(line) + "\r\nHost: x\r\n\r\n").refused == 400, line);
}

const std::string refused_responses[] = {
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 4611686018427387905\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    "HTTP/1.1 200 OK\r\nX-A: 1\r\n folded\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n chunked\r\n\r\n",
    "HTTP/1.1 200 OK\nX-A: 1\n\n",
    "HTTP/1.1 200 OK\r\nX-A : 1\r\n\r\n",
    "HTTP/1.1 200 OK\r\nX-A: a\0b\r\n\r\n"s,
    "HTTP/1.1 200\r\n\r\n",
    "HTTP/1.1 20 OK\r\n\r\n",
    "HTTP/1.1 2000 OK\r\n\r\n",
    "HTTP/1.1 abc OK\r\n\r\n",
    "HTTP/2.0 200 OK\r\n\r\n",
    "ICY 200 OK\r\n\r\n",
    "SSH-2.0-OpenSSH_9.2p1\r\n",
    "<html>not http at all</html>\r\n\r\n",
};
BOOST_DATA_TEST_CASE(ambiguous_response_is_refused, data::make(refused_responses), bytes) {
    BOOST_TEST(response(bytes).refused != 0);
    const auto r = bytewise<false>(bytes);
    BOOST_TEST((r.refused != 0 || !r.head), r);
}

BOOST_AUTO_TEST_CASE(length_is_bounded_by_62_bits) {
    BOOST_TEST(request("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4611686018427387904\r\n\r\n").head);
    BOOST_TEST(response("HTTP/1.1 200 OK\r\nContent-Length: 4611686018427387904\r\n\r\n").head);
}

BOOST_AUTO_TEST_CASE(framing_of_responses) {
    BOOST_TEST(response("HTTP/1.1 200 OK\r\n\r\n").framing == Framing::until_close);
    BOOST_TEST(response("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n").framing == Framing::length);
    BOOST_TEST(response("HTTP/1.1 200 OK\r\nTransfer-Encoding: CHUNKED\r\n\r\n").framing == Framing::chunked);
    for (const char* status : {"100", "103", "204", "304"})
        for (const char* line : {"", "Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n"}) {
            const auto r = response("HTTP/1.1 " + std::string(status) + " x\r\n" + line + "\r\n");
            BOOST_TEST(r.framing == Framing::none, status);
            BOOST_TEST(r.whole);
        }
    for (const char* line : {"", "Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n"})
        BOOST_TEST(at_once<false>("HTTP/1.1 200 OK\r\n" + std::string(line) + "\r\n", usual, true).framing == Framing::none);
}

BOOST_AUTO_TEST_CASE(body_until_close_has_no_end_of_its_own) {
    const auto r = response("HTTP/1.1 200 OK\r\n\r\nwhatever comes\r\n\r\n");
    BOOST_TEST(!r.whole);
    BOOST_TEST(r.body == "whatever comes\r\n\r\n");
}

const std::string splittable_requests[] = {
    "GET /a?b=c HTTP/1.1\r\nHost: example.com\r\nX-A:  1 \r\nX-Empty:\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
    "GET / HTTP/1.0\r\n\r\n",
    chunked("5\r\nhello\r\n0\r\n\r\n"),
    chunked("5;ext=\"quoted \\\" thing\";b\r\nhello\r\n00A;x\r\n0123456789\r\n0;z=1\r\nX-T: 1\r\nX-Empty:\r\nX-U:  2  \r\n\r\n"),
    chunked("000000000000000000005\r\nhello\r\n000\r\n\r\n"),
    chunked("1\r\n\r\r\n1\r\n\n\r\n2\r\n\r\n\r\n4\r\n\r\n\r\n\r\n0\r\n\r\n"),
};
BOOST_DATA_TEST_CASE(bytes_may_come_in_any_two_pieces, data::make(splittable_requests), bytes) {
    const auto whole = request(bytes);
    BOOST_TEST_REQUIRE(whole.whole, whole);
    for (std::size_t at = 1; at < bytes.size(); ++at)
        BOOST_TEST(feed<true>(bytes, {at, bytes.size()}) == whole, "split at " << at);
}
BOOST_DATA_TEST_CASE(bytes_may_come_in_any_three_pieces, data::make(splittable_requests), bytes) {
    const auto whole = request(bytes);
    for (std::size_t a = 1; a < bytes.size(); ++a)
        for (std::size_t b = a + 1; b < bytes.size(); ++b)
            if (const auto r = feed<true>(bytes, {a, b, bytes.size()}); !(r == whole))
                BOOST_ERROR("split at " << a << " and " << b << ": " << r);
    BOOST_TEST(bytewise<true>(bytes) == whole);
}
BOOST_DATA_TEST_CASE(whatever_follows_a_request_is_left_alone, data::make(splittable_requests), bytes) {
    const auto r = request(bytes + "GET /pipelined HTTP/1.1\r\n\r\n");
    BOOST_TEST(r.consumed == bytes.size());
    BOOST_TEST(r.whole);
}

const std::string splittable_responses[] = {
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.0 404 Not Found\r\n\r\nuntil the end",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b\"\r\nhello\r\n0\r\nX-T: 1\r\n\r\n",
    "HTTP/1.1 304 Not Modified\r\nContent-Length: 12\r\nETag: \"x\"\r\n\r\n",
};
BOOST_DATA_TEST_CASE(responses_may_come_in_any_pieces, data::make(splittable_responses), bytes) {
    const auto whole = response(bytes);
    BOOST_TEST_REQUIRE(whole.head);
    for (std::size_t at = 1; at < bytes.size(); ++at)
        BOOST_TEST(feed<false>(bytes, {at, bytes.size()}) == whole, "split at " << at);
    BOOST_TEST(bytewise<false>(bytes) == whole);
}

// Limits ---------------------------------------------------------------------------------------------------------

constexpr HeadLimits small{64, 256, 5};

BOOST_AUTO_TEST_CASE(long_request_line_is_414_however_it_comes) {
    for (const std::size_t size : {55u, 60u, 64u, 65u, 100u, 1000u, 40'000u}) {
        const std::string bytes = "GET /" + std::string(size, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n";
        BOOST_TEST(at_once<true>(bytes, small).refused == 414, size);
        BOOST_TEST(bytewise<true>(bytes, small).refused == 414, size);
    }
    const std::string fits = "GET /" + std::string(48, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n";
    BOOST_TEST(at_once<true>(fits, small).whole);
    BOOST_TEST(bytewise<true>(fits, small).whole);
}

BOOST_AUTO_TEST_CASE(request_line_without_end_is_414_before_it_ends) {
    BOOST_TEST(request(std::string(9000, 'A')).refused == 414);
    BOOST_TEST(request("GET /" + std::string(9000, 'a')).refused == 414);
}

BOOST_AUTO_TEST_CASE(large_head_is_431_however_it_comes) {
    for (const std::size_t size : {250u, 256u, 300u, 3000u, 40'000u}) {
        const std::string bytes = "GET / HTTP/1.1\r\nHost: x\r\nX-A: " + std::string(size, 'a') + "\r\n\r\n";
        BOOST_TEST(at_once<true>(bytes, small).refused == 431, size);
        BOOST_TEST(bytewise<true>(bytes, small).refused == 431, size);
        BOOST_TEST(at_once<true>(bytes.substr(0, bytes.size() - 4), small).refused == 431, size);  // no end in sight
    }
    std::string fits = "GET / HTTP/1.1\r\nHost: x\r\nX-A: ";
    fits.append(256 - fits.size() - 4, 'a').append("\r\n\r\n");
    BOOST_TEST(at_once<true>(fits, small).whole);
    BOOST_TEST(bytewise<true>(fits, small).whole);
    // A body behind the head does not count.
    fits = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'b');
    BOOST_TEST(at_once<true>(fits, small).whole);
}

BOOST_AUTO_TEST_CASE(many_header_lines_are_431) {
    std::string bytes = "GET / HTTP/1.1\r\nHost: x\r\n";
    for (int i = 0; i < 4; ++i) bytes += "A: 1\r\n";
    BOOST_TEST(at_once<true>(bytes + "\r\n", small).whole);
    BOOST_TEST(at_once<true>(bytes + "A: 1\r\n\r\n", small).refused == 431);
    BOOST_TEST(bytewise<true>(bytes + "A: 1\r\n\r\n", small).refused == 431);
}

BOOST_AUTO_TEST_CASE(chunk_header_without_end_is_refused) {
    BOOST_TEST(request(chunked("5;" + std::string(9000, 'a'))).refused == 400);
    BOOST_TEST(request(chunked(std::string(9000, '0'))).refused == 400);
    BOOST_TEST(bytewise<true>(chunked("5;" + std::string(9000, 'a'))).refused == 400);
}

BOOST_AUTO_TEST_CASE(large_trailers_are_refused_however_they_come) {
    const std::string bytes = chunked("0\r\nX-T: " + std::string(9000, 'a') + "\r\n\r\n");
    BOOST_TEST(bytewise<true>(bytes).refused != 0);
    BOOST_TEST(request(bytes).refused != 0);
    std::string many = "0\r\n";
    for (int i = 0; i < 101; ++i) many += "A: 1\r\n";
    BOOST_TEST(request(chunked(many + "\r\n")).refused == 431);
}

// Chance ---------------------------------------------------------------------------------------------------------

// Whatever the bytes: no crash, nothing read beyond them, and pieces never yield what the whole does not.
template <bool is_request>
void survive(const std::string* seeds, std::size_t count, unsigned seed) {
    std::mt19937 random{seed};
    const auto below = [&](std::size_t n) { return n ? random() % n : 0; };
    const std::string_view spice[] = {"\r\n", "\n", "\r", std::string_view{"\0", 1}, " ", "\t", ":", ",", ";", "\"", "0\r\n\r\n", "\r\n\r\n", "chunked",
                                      "Content-Length: 1\r\n", "Transfer-Encoding: chunked\r\n", "ffffffffffffffff", "\xff"};
    int taken = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string bytes = seeds[below(count)];
        for (std::size_t edits = 1 + below(4); edits > 0; --edits) {
            const auto at = below(bytes.size() + 1);
            switch (below(4)) {
                case 0: bytes.insert(at, spice[below(std::size(spice))]); break;
                case 1: bytes.erase(at, below(4)); break;
                case 2:
                    if (at < bytes.size()) bytes[at] = static_cast<char>(below(256));
                    break;
                default: bytes.insert(at, bytes.substr(below(bytes.size()), below(20))); break;
            }
        }
        const auto whole = at_once<is_request>(bytes);
        std::vector<std::size_t> ends;
        for (std::size_t end = 0; end < bytes.size();) ends.push_back(end = std::min(bytes.size(), end + 1 + below(8)));
        const auto pieces = feed<is_request>(bytes, ends);
        if (!whole.refused) {
            taken += whole.whole;
            if (!(pieces == whole)) BOOST_ERROR("in pieces " << pieces << "\nat once " << whole << "\nof [" << bytes << "]");
        } else if (pieces.whole) {
            BOOST_ERROR("refused at once, taken in pieces: " << pieces << "\nof [" << bytes << "]");
        }
    }
    BOOST_TEST(taken > 0);  // else nothing was tried
}

// Another reader's opinion: whatever head we take, Boost.Beast takes, and reads the same in it.
BOOST_AUTO_TEST_CASE(whatever_is_taken_is_read_alike_by_beast) {
    std::mt19937 random{4};
    const auto below = [&](std::size_t n) { return n ? random() % n : 0; };
    std::vector<std::string> seeds{std::begin(splittable_requests), std::end(splittable_requests)};
    seeds.insert(seeds.end(), std::begin(refused_requests), std::end(refused_requests));
    seeds.push_back("GET /a HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, X-A\r\nX-A:\t1 \r\nAccept: */*\r\n\r\n");
    int taken = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string bytes = seeds[below(seeds.size())];
        for (std::size_t edits = 1 + below(3); edits > 0; --edits)
            if (const auto at = below(bytes.size()); at < bytes.size()) bytes[at] = static_cast<char>(below(256));
        const auto ours = request(bytes);
        if (!ours.head) continue;
        ++taken;
        boost::beast::http::request_parser<boost::beast::http::string_body> theirs;
        theirs.eager(false);
        theirs.body_limit(std::numeric_limits<std::uint64_t>::max());
        boost::beast::error_code ec;
        theirs.put(boost::asio::const_buffer{bytes.data(), bytes.size()}, ec);
        std::string headers;
        for (const auto& line : theirs.get())
            headers.append(line.name_string().data(), line.name_string().size())
                .append("=")
                .append(line.value().data(), line.value().size())
                .append(";");
        if (ec || !theirs.is_header_done() || theirs.get().target() != ours.target ||
            theirs.get().method_string() != ours.method || headers != ours.headers)
            BOOST_ERROR(ec.message() << " [" << headers << "]\nwe read " << ours << "\nof [" << bytes << "]");
    }
    BOOST_TEST(taken > 100);
}

BOOST_AUTO_TEST_CASE(mutated_requests_do_no_harm) {
    survive<true>(splittable_requests, std::size(splittable_requests), 1);
    survive<true>(refused_requests, std::size(refused_requests), 2);
}

BOOST_AUTO_TEST_CASE(mutated_responses_do_no_harm) {
    survive<false>(splittable_responses, std::size(splittable_responses), 3);
}

BOOST_AUTO_TEST_SUITE_END()
