// tests/core/http/hop_by_hop_test.cpp - what ends at this hop.
#include "http/hop_by_hop.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate;

namespace {

std::string stripped(Headers headers) {
    http::strip_hop_by_hop(headers);
    std::string text;
    for (const auto& line : headers) text.append(line.name).append("=").append(line.value).append(";");
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_hop_by_hop)

BOOST_AUTO_TEST_CASE(lines_of_one_connection_end_here) {
    BOOST_TEST(stripped({{"Connection", "close"},
                         {"Keep-Alive", "timeout=5"},
                         {"Proxy-Connection", "keep-alive"},
                         {"TE", "trailers"},
                         {"Transfer-Encoding", "chunked"},
                         {"Content-Length", "5"},
                         {"Upgrade", "websocket"},
                         {"X-A", "1"}}) == "X-A=1;");
}

BOOST_AUTO_TEST_CASE(what_connection_names_ends_here_too) {
    BOOST_TEST(stripped({{"X-A", "1"}, {"Connection", "x-a , ,X-B"}, {"x-b", "2"}, {"X-B", "3"}, {"X-C", "4"}}) == "X-C=4;");
    BOOST_TEST(stripped({{"Connection", "close"}, {"connection", "\tX-A\t"}, {"X-A", "1"}}) == "");
}

BOOST_AUTO_TEST_CASE(host_stays_whatever_connection_says) {
    BOOST_TEST(stripped({{"Host", "x"}, {"Connection", "host, Close"}, {"Close", "a header of that name"}}) ==
               "Host=x;Close=a header of that name;");
}

BOOST_AUTO_TEST_CASE(no_lines_need_no_work) {
    BOOST_TEST(stripped({}) == "");
    BOOST_TEST(stripped({{"Connection", ""}}) == "");
}

BOOST_AUTO_TEST_SUITE_END()
