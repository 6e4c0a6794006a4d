// tests/core/snapshot/error_answers_test.cpp - which answer a failure gets, and that nothing in it is taken for markup.
#include "snapshot/error_answers.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate;
using Escaping = BodyTemplate::Escaping;

namespace {

Failure failure(int status = 404, std::string message = "no \"route\" <here> & 'there'") {
    return {Culprit::client, status, "no_route", std::move(message)};
}

std::string filled(std::string_view text, Escaping escaping) {
    std::string problem;
    const auto parsed = BodyTemplate::parse(text, escaping, problem);
    BOOST_REQUIRE_MESSAGE(parsed, problem);
    return std::string{parsed->fill(418, failure(), "id-1").bytes()};
}

std::string refused(std::string_view text) {
    std::string problem;
    BOOST_TEST(!BodyTemplate::parse(text, Escaping::none, problem));
    return problem;
}

ErrorAnswer with_status(int status) {
    ErrorAnswer answer;
    answer.status = status;
    return answer;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(snapshot_error_answers)

BOOST_AUTO_TEST_CASE(places_are_filled_as_the_type_asks) {
    BOOST_TEST(filled("${status} ${reason} ${request_id}", Escaping::none) == "418 no_route id-1");
    BOOST_TEST(filled("{\"detail\":\"${message}\"}", Escaping::json) ==
               "{\"detail\":\"no \\\"route\\\" <here> & 'there'\"}");
    BOOST_TEST(filled("<p>${message}</p>", Escaping::html) ==
               "<p>no &quot;route&quot; &lt;here&gt; &amp; &#39;there&#39;</p>");
    BOOST_TEST(filled("${message}", Escaping::none) == "no \"route\" <here> & 'there'");
    BOOST_TEST(filled("$5 $${x} $", Escaping::none) == "$5 ${x} $");
    BOOST_TEST(filled("", Escaping::none) == "");
}

BOOST_AUTO_TEST_CASE(bytes_beyond_ascii_and_control_bytes_stay_valid_json) {
    std::string problem;
    const auto body = BodyTemplate::parse("\"${message}\"", Escaping::json, problem);
    BOOST_TEST(body->fill(404, failure(404, "\n\xff\x7f\\"), "").bytes() == "\"\\u000a\\u00ff\\u007f\\\\\"");
}

BOOST_AUTO_TEST_CASE(the_type_says_how_to_escape) {
    for (const char* type :
         {"application/json", "Application/JSON; charset=utf-8", "application/problem+json", "text/json"})
        BOOST_TEST((BodyTemplate::escaping_of(type) == Escaping::json), type);
    for (const char* type :
         {"text/html", "text/html ; charset=utf-8", "application/xhtml+xml", "application/xml", "image/svg+xml"})
        BOOST_TEST((BodyTemplate::escaping_of(type) == Escaping::html), type);
    for (const char* type : {"text/plain", "", "application/octet-stream"})
        BOOST_TEST((BodyTemplate::escaping_of(type) == Escaping::none), type);
}

BOOST_AUTO_TEST_CASE(a_place_that_is_none_is_refused) {
    BOOST_TEST(refused("a ${stauts} b").ends_with("got \"${stauts}\"; did you mean \"status\"?"));
    BOOST_TEST(refused("${nothing_like_it_at_all}").ends_with("\"$${\" is written for \"${\""));
    BOOST_TEST(!refused("open ${status").empty());
}

BOOST_AUTO_TEST_CASE(the_most_exact_key_wins) {
    ErrorAnswers answers;
    answers.add_status(ErrorAnswers::any, with_status(500));
    BOOST_TEST(*answers.find("no_route", 404)->status == 500);
    answers.add_status(4, with_status(501));
    BOOST_TEST(*answers.find("no_route", 404)->status == 501);
    BOOST_TEST(*answers.find("no_route", 503)->status == 500);
    answers.add_status(404, with_status(502));
    BOOST_TEST(*answers.find("no_route", 404)->status == 502);
    BOOST_TEST(*answers.find("other", 429)->status == 501);
    answers.add_reason("no_route", with_status(503));
    BOOST_TEST(*answers.find("no_route", 404)->status == 503);
    BOOST_TEST(!ErrorAnswers{}.find("no_route", 404));
}

BOOST_AUTO_TEST_CASE(an_answer_keeps_what_the_failure_brought) {
    auto limited = failure(429);
    limited.headers.add("Retry-After", "7");
    limited.headers.add("X-Other", "a");
    std::string problem;
    ErrorAnswer said;
    said.body = BodyTemplate::parse("Rate limit exceeded\n", Escaping::none, problem);
    said.headers.add("X-Other", "b");
    const auto response = answer_to(limited, "id-1", said);
    BOOST_TEST(response.status() == 429);
    BOOST_TEST(response.body().bytes() == "Rate limit exceeded\n");
    BOOST_TEST(response.headers().get("Content-Type") == "text/plain; charset=utf-8");
    BOOST_TEST(response.headers().get("Retry-After") == "7");
    BOOST_TEST(response.headers().get("X-Other") == "b");
}

BOOST_AUTO_TEST_CASE(without_a_body_of_its_own_it_has_the_gateways) {
    const auto response = answer_to(failure(), "id-1", with_status(400));
    BOOST_TEST(response.status() == 400);
    BOOST_TEST(response.headers().get("Content-Type") == "application/json");
    BOOST_TEST(response.body().bytes().starts_with("{\"error\":\"no_route\""));
}

BOOST_AUTO_TEST_CASE(what_a_function_said_is_answered_as_it_is) {
    SaidAnswer said;
    said.status = 400;
    said.body = "{}";
    said.type = "application/json";
    said.headers.add("X-A", "1");
    const auto response = answer_to(failure(), "id-1", std::move(said));
    BOOST_TEST(response.status() == 400);
    BOOST_TEST(response.body().bytes() == "{}");
    BOOST_TEST(response.headers().get("Content-Type") == "application/json");
    BOOST_TEST(response.headers().get("X-A") == "1");
}

BOOST_AUTO_TEST_SUITE_END()
