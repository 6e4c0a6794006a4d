// tests/core/support/failure_test.cpp - how a failure is told to the client.
#include "support/failure.h"

#include <Poco/JSON/Parser.h>

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate;

BOOST_AUTO_TEST_SUITE(support_failure)

BOOST_AUTO_TEST_CASE(answer_holds_reason_message_and_id_but_no_detail) {
    const Failure failure{Culprit::upstream, 502, "upstream_reset", "the upstream closed the connection", "10.0.0.1:80: reset"};
    const Response answer = answer_to(failure, "id-1");
    BOOST_TEST(answer.status() == 502);
    BOOST_TEST(answer.headers().get("Content-Type") == "application/json");
    BOOST_TEST(answer.body().bytes() ==
               "{\"error\":\"upstream_reset\",\"message\":\"the upstream closed the connection\",\"request_id\":\"id-1\"}\n");
}

BOOST_AUTO_TEST_CASE(lines_of_the_failure_are_lines_of_the_answer) {
    Failure failure{Culprit::client, 405, "method_not_allowed", "no"};
    failure.headers.add("Allow", "GET, HEAD");
    BOOST_TEST(answer_to(failure, "").headers().get("Allow") == "GET, HEAD");
}

BOOST_AUTO_TEST_CASE(any_text_makes_valid_json) {
    std::string message;
    for (int c = 0; c < 256; ++c) message += static_cast<char>(c);
    const Failure failure{Culprit::client, 400, "malformed_request", message};
    const Response answer = answer_to(failure, "\"\\\x01\xff");
    Poco::JSON::Parser parser;
    const auto object = parser.parse(std::string(answer.body().bytes())).extract<Poco::JSON::Object::Ptr>();
    BOOST_TEST(object->getValue<std::string>("error") == "malformed_request");
    BOOST_TEST(object->getValue<std::string>("request_id") == "\"\\\x01\xc3\xbf");  // as Latin-1
}

BOOST_AUTO_TEST_CASE(log_reads_the_detail_where_there_is_one) {
    BOOST_TEST(std::string(Failure{Culprit::gateway, 500, "x", "message"}.what()) == "message");
    BOOST_TEST(std::string(Failure{Culprit::gateway, 500, "x", "message", "detail"}.what()) == "detail");
}

BOOST_AUTO_TEST_SUITE_END()
