// tests/core/http/message_test.cpp - Body, Request and Response as plugins use them.
#include <tollgate/message.h>

#include <boost/test/unit_test.hpp>

#include <stdexcept>

using namespace tollgate;

BOOST_AUTO_TEST_SUITE(http_message)

BOOST_AUTO_TEST_CASE(query_parameters_are_decoded) {
    const Request request{"GET", "/s?q=a%20b+c&empty=&flag&q=second&na%6De=x"};
    BOOST_TEST(request.path() == "/s");
    BOOST_TEST(request.query_parameter("q").value() == "a b c");
    BOOST_TEST(request.query_parameter("empty").value() == "");
    BOOST_TEST(request.query_parameter("flag").value() == "");
    BOOST_TEST(request.query_parameter("name").value() == "x");
    BOOST_TEST(!request.query_parameter("none"));
}

BOOST_AUTO_TEST_CASE(cookies) {
    Request request{"GET", "/"};
    request.headers().add("Cookie", "a=1; session=x=y; b=2");
    BOOST_TEST(request.cookie("session") == "x=y");
    BOOST_TEST(request.cookie("b") == "2");
    BOOST_TEST(request.cookie("c") == "");
    BOOST_TEST(!request.cookie("c").data());
}

BOOST_AUTO_TEST_CASE(targets_are_checked) {
    Request request{"GET", "/"};
    BOOST_CHECK_THROW(request.set_target("no-slash"), std::invalid_argument);
    BOOST_CHECK_THROW(request.set_target("/a b"), std::invalid_argument);
    BOOST_CHECK_THROW(request.set_target("/a\r\nHost: x"), std::invalid_argument);
    BOOST_CHECK_THROW(request.set_method("GE T"), std::invalid_argument);
    BOOST_TEST(request.target() == "/");
}

BOOST_AUTO_TEST_CASE(statuses_are_checked) {
    BOOST_CHECK_THROW(Response{99}, std::invalid_argument);
    BOOST_CHECK_THROW(Response{101}, std::invalid_argument);
    BOOST_CHECK_THROW(Response{600}, std::invalid_argument);
    Response none;
    BOOST_TEST(!none);
    BOOST_TEST(bool(Response{204}));
}

BOOST_AUTO_TEST_CASE(bodies) {
    BOOST_TEST(Body{}.empty());
    const Body own{std::string{"abc"}};
    BOOST_TEST(own.bytes() == "abc");
    BOOST_TEST(own.length().value() == 3u);
    const Body shared{std::make_shared<const std::string>("shared")};
    BOOST_TEST(shared.bytes() == "shared");
    BOOST_TEST(shared.shared() != nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
