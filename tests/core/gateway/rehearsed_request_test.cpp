// tests/core/gateway/rehearsed_request_test.cpp - a request that somebody wants explained, as a client would send it.
#include "gateway/rehearsed_request.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate;
using Part = WrongRequest::Part;

namespace {

std::string bytes(const AskedRequest& asked) { return request_of(asked).bytes; }

bool is_wrong(const AskedRequest& asked, Part part) {
    try {
        (void)request_of(asked);
    } catch (const WrongRequest& wrong) {
        return wrong.part == part;
    }
    return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gateway_rehearsed_request)

BOOST_AUTO_TEST_CASE(what_is_not_said_is_what_a_client_would_send) {
    BOOST_TEST(bytes({}) == "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    BOOST_TEST(bytes({"POST", "https://a.example:8443?q=1", {}, "body"}) ==
               "POST /?q=1 HTTP/1.1\r\nHost: a.example:8443\r\nContent-Length: 4\r\n\r\nbody");
    BOOST_TEST(bytes({"GET", "http://a/x", {"hOST: b", "X-A: 1"}}) == "GET /x HTTP/1.1\r\nhOST: b\r\nX-A: 1\r\n\r\n");
    BOOST_TEST(request_of({"GET", "https://a/"}).client.secure);
    BOOST_TEST(!request_of({"GET", "http://a/"}).client.secure);
}

BOOST_AUTO_TEST_CASE(nothing_makes_another_line_of_it) {
    BOOST_TEST(is_wrong({"GET / HTTP/1.1\r\nX: y", "/"}, Part::method));
    BOOST_TEST(is_wrong({"GET", "/a\r\nX: y"}, Part::url));
    BOOST_TEST(is_wrong({"GET", "http://a\r\nX: y/"}, Part::url));
    BOOST_TEST(is_wrong({"GET", "/", {"X: y\nZ: a"}}, Part::header));
    BOOST_TEST(is_wrong({"GET", "/", {"no colon"}}, Part::header));
    BOOST_TEST(is_wrong({"GET", "ftp://a/"}, Part::url));
    BOOST_TEST(is_wrong({"GET", "/", {}, "", "somebody"}, Part::client));
}

BOOST_AUTO_TEST_SUITE_END()
