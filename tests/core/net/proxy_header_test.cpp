// tests/core/net/proxy_header_test.cpp - both versions of the header: what they say, where they end, and what is none.
#include "net/proxy_header.h"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>

using namespace tollgate::net;
using Found = ProxyHeader::Found;

namespace {

std::string bytes(std::initializer_list<int> values) {
    std::string text;
    for (const int value : values) text += static_cast<char>(value);
    return text;
}

const std::string signature = bytes({0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a});

std::string version2(int command, int kind, const std::string& rest) {
    return signature + bytes({command, kind, int(rest.size() >> 8), int(rest.size() & 255)}) + rest;
}

const std::string v4 = bytes({192, 0, 2, 7, 198, 51, 100, 1, 0xdc, 0x04, 1, 187});

// The client's address, "" where the header has none, or what the bytes are instead.
std::string read(const std::string& text) {
    ProxyHeader header;
    switch (ProxyHeader::read(text, header)) {
        case Found::incomplete: return "incomplete";
        case Found::none: return "none";
        case Found::whole: break;
    }
    BOOST_TEST(header.client.has_value() == !header.client_text.empty());
    if (header.client) BOOST_TEST((*header.client == *Ip::parse(header.client_text)));
    return header.client_text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(net_proxy_header)

BOOST_AUTO_TEST_CASE(version_1_says_whose_it_is) {
    BOOST_TEST(read("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n") == "192.0.2.7");
    BOOST_TEST(read("PROXY TCP6 2001:db8::7 2001:db8::1 0 65535\r\n") == "2001:db8::7");
    BOOST_TEST(read("PROXY TCP6 ::ffff:192.0.2.7 ::1 1 2\r\n") == "192.0.2.7");
    BOOST_TEST(read("PROXY UNKNOWN\r\n") == "");
    BOOST_TEST(read("PROXY UNKNOWN ffff:ffff::1 whatever 65535 65535\r\n") == "");
}

BOOST_AUTO_TEST_CASE(version_2_says_whose_it_is) {
    BOOST_TEST(read(version2(0x21, 0x11, v4)) == "192.0.2.7");
    const std::string v6 = bytes({0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7}) + std::string(20, 'x');
    BOOST_TEST(read(version2(0x21, 0x21, v6)) == "2001:db8::7");
    BOOST_TEST(read(version2(0x20, 0x11, v4)) == "");                      // LOCAL: a health check of the proxy's own
    BOOST_TEST(read(version2(0x20, 0x00, "")) == "");
    BOOST_TEST(read(version2(0x21, 0x00, "whatever")) == "");              // UNSPEC
    BOOST_TEST(read(version2(0x21, 0x31, std::string(216, '/'))) == "");   // of a Unix socket
}

BOOST_AUTO_TEST_CASE(extensions_are_passed_over_but_for_the_checksum) {
    BOOST_TEST(read(version2(0x21, 0x11, v4 + bytes({0x02, 0, 3}) + "a.b" + bytes({0x04, 0, 0}))) == "192.0.2.7");
    BOOST_TEST(read(version2(0x21, 0x11, v4 + bytes({0x02, 0, 4}) + "a.b")) == "none");  // runs over the end
    BOOST_TEST(read(version2(0x21, 0x11, v4 + bytes({0x02, 0}))) == "none");
    // As another implementation of CRC-32C has it.
    const std::string checksum = bytes({0x54, 0x8e, 0x28, 0xff});
    BOOST_TEST(read(version2(0x21, 0x11, v4 + bytes({0x03, 0, 4}) + checksum)) == "192.0.2.7");
    BOOST_TEST(read(version2(0x21, 0x11, v4 + bytes({0x03, 0, 4, 1, 2, 3, 4}))) == "none");
    BOOST_TEST(read(version2(0x21, 0x11, v4 + bytes({0x03, 0, 3, 1, 2, 3}))) == "none");
}

BOOST_AUTO_TEST_CASE(every_beginning_of_a_header_is_incomplete_and_what_follows_is_not_part_of_it) {
    const std::string headers[] = {"PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n", "PROXY UNKNOWN\r\n",
                                   version2(0x21, 0x11, v4 + bytes({0x02, 0, 3}) + "a.b"), version2(0x20, 0, "")};
    for (const std::string& whole : headers) {
        for (std::size_t size = 0; size < whole.size(); ++size) BOOST_TEST(read(whole.substr(0, size)) == "incomplete", size);
        ProxyHeader header;
        BOOST_TEST((ProxyHeader::read(whole + "GET / HTTP/1.1\r\n", header) == Found::whole));
        BOOST_TEST(header.size == whole.size());
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_header_is_told_at_once) {
    for (const std::string text : {"GET / HTTP/1.1\r\n", "PROXI", "proxy TCP4", "\r\n\r\nG", "\x16\x03\x01"}) BOOST_TEST(read(text) == "none", text);
    for (const std::string rest : {"TCP4 192.0.2.7 198.51.100.1 56324", "TCP4 192.0.2.7 198.51.100.1 56324 443 1", "TCP5 ::1 ::1 1 1",
                                   "TCP4 ::1 ::1 1 1", "TCP6 192.0.2.7 192.0.2.8 1 1", "TCP4 192.0.2 198.51.100.1 1 1",
                                   "TCP4 192.0.2.7 198.51.100.1 65536 1", "TCP4 192.0.2.7 198.51.100.1 -1 1",
                                   "TCP4 192.0.2.7 198.51.100.1 01 1", "TCP4  192.0.2.7 198.51.100.1 1 1", "", "UNKNOWNX"})
        BOOST_TEST(read("PROXY " + rest + "\r\n") == "none", rest);
    BOOST_TEST(read("PROXY UNKNOWN " + std::string(91, 'x') + "\r\n") == "");       // 107 bytes
    BOOST_TEST(read("PROXY UNKNOWN " + std::string(92, 'x') + "\r\n") == "none");   // one more
    BOOST_TEST(read("PROXY UNKNOWN " + std::string(93, 'x')) == "none");            // and no end in sight
    BOOST_TEST(read(version2(0x11, 0x11, v4)) == "none");  // version 1 in the form of 2
    BOOST_TEST(read(version2(0x22, 0x11, v4)) == "none");  // no such command
    BOOST_TEST(read(version2(0x21, 0x12, v4)) == "none");  // datagrams
    BOOST_TEST(read(version2(0x21, 0x41, v4)) == "none");
    BOOST_TEST(read(version2(0x21, 0x21, v4)) == "none");  // too short for its family
    BOOST_TEST(read(version2(0x20, 0, std::string(4080, 'x'))) == "");
    BOOST_TEST(read(version2(0x20, 0, std::string(4081, 'x')).substr(0, 16)) == "none");
}

BOOST_AUTO_TEST_SUITE_END()
