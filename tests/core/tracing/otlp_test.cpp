// tests/core/tracing/otlp_test.cpp - spans as a collector reads them, and what it answers.
#include "tracing/otlp.h"

#include <boost/test/unit_test.hpp>

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <string>
#include <vector>

using namespace tollgate;
using namespace tollgate::tracing;
using namespace std::chrono_literals;

namespace {

std::vector<std::unique_ptr<Span>> one(void (*change)(Span&) = [](Span&) {}) {
    auto span = std::make_unique<Span>();
    span->place = http::Traceparent::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    span->kind = Kind::server;
    span->name = "GET /orders/:id";
    span->began = std::chrono::system_clock::time_point{1769904000'123456789ns};
    span->ended = span->began + 5ms;
    change(*span);
    std::vector<std::unique_ptr<Span>> all;
    all.push_back(std::move(span));
    return all;
}

std::string written(void (*change)(Span&) = [](Span&) {}) { return export_request({"gate", "one", "0.1"}, one(change)); }
bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(tracing_otlp)

BOOST_AUTO_TEST_CASE(a_span_is_what_otlp_says_it_is) {
    BOOST_TEST(written([](Span& span) {
                   span.set_parent("aaaaaaaaaaaaaaaa");
                   span.parent_is_remote = true;
                   span.say("url.path", "/orders/7");
                   span.say("http.response.status_code", std::int64_t{200});
               }) ==
               "{\"resourceSpans\":[{\"resource\":{\"attributes\":["
               "{\"key\":\"service.name\",\"value\":{\"stringValue\":\"gate\"}},"
               "{\"key\":\"service.instance.id\",\"value\":{\"stringValue\":\"one\"}},"
               "{\"key\":\"service.version\",\"value\":{\"stringValue\":\"0.1\"}}]},"
               "\"scopeSpans\":[{\"scope\":{\"name\":\"tollgate\",\"version\":\"0.1\"},\"spans\":["
               "{\"traceId\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"spanId\":\"00f067aa0ba902b7\","
               "\"parentSpanId\":\"aaaaaaaaaaaaaaaa\",\"flags\":769,\"name\":\"GET /orders/:id\",\"kind\":2,"
               "\"startTimeUnixNano\":\"1769904000123456789\",\"endTimeUnixNano\":\"1769904000128456789\",\"attributes\":["
               "{\"key\":\"url.path\",\"value\":{\"stringValue\":\"/orders/7\"}},"
               "{\"key\":\"http.response.status_code\",\"value\":{\"intValue\":\"200\"}}],\"status\":{}}]}]}]}");
}

BOOST_AUTO_TEST_CASE(the_first_of_a_trace_has_no_parent) {
    BOOST_TEST(!has(written(), "parentSpanId"));
    BOOST_TEST(has(written(), "\"flags\":257,"));
}

BOOST_AUTO_TEST_CASE(one_that_failed_says_so) {
    BOOST_TEST(has(written([](Span& span) { span.failed = true; }), "\"status\":{\"code\":2}}"));
}

BOOST_AUTO_TEST_CASE(a_span_never_ends_before_it_began) {
    const auto text = written([](Span& span) { span.ended = span.began - 1s; });
    BOOST_TEST(has(text, "\"startTimeUnixNano\":\"1769904000123456789\",\"endTimeUnixNano\":\"1769904000123456789\""));
}

BOOST_AUTO_TEST_CASE(whatever_a_client_sent_it_is_json) {
    const auto text = written([](Span& span) {
        span.say("a", "\"quoted\" \\ back");
        span.say("b", std::string_view{"\0\n\x1b\x7f caf\xc3\xa9 \xe9", 12});
        span.say("c", std::string(2000, 'x'));
        span.say("empty", "");
    });
    const auto whole = Poco::JSON::Parser{}.parse(text).extract<Poco::JSON::Object::Ptr>();
    const auto span = whole->getArray("resourceSpans")->getObject(0)->getArray("scopeSpans")->getObject(0)->getArray("spans")->getObject(0);
    const auto attributes = span->getArray("attributes");
    BOOST_REQUIRE(attributes->size() == 3u);
    const auto value = [&](unsigned i) { return attributes->getObject(i)->getObject("value"); };
    BOOST_TEST(value(0)->getValue<std::string>("stringValue") == "\"quoted\" \\ back");
    BOOST_TEST(value(1)->getValue<std::string>("stringValue") == "\\x00\\n\\x1b\\x7f caf\xc3\xa9 \\xe9");
    BOOST_TEST(value(2)->getValue<std::string>("stringValue") == std::string(512, 'x'));
}

BOOST_AUTO_TEST_CASE(many_spans_are_one_list) {
    auto spans = one();
    for (int i = 0; i < 99; ++i) spans.push_back(std::move(one()[0]));
    const auto whole = Poco::JSON::Parser{}.parse(export_request({"g", "i", "v"}, spans)).extract<Poco::JSON::Object::Ptr>();
    const auto list = whole->getArray("resourceSpans")->getObject(0)->getArray("scopeSpans")->getObject(0)->getArray("spans");
    BOOST_TEST(list->size() == 100u);
}

BOOST_AUTO_TEST_CASE(a_collector_says_what_it_did_not_take) {
    BOOST_TEST(rejected_by("").spans == 0u);
    BOOST_TEST(rejected_by("{}").spans == 0u);
    BOOST_TEST(rejected_by("{\"partialSuccess\":{}}").spans == 0u);
    BOOST_TEST(rejected_by("{\"partialSuccess\":null}").spans == 0u);
    const auto some = rejected_by("{\"partialSuccess\":{\"rejectedSpans\":\"3\",\"errorMessage\":\"too old\"}}");
    BOOST_TEST(some.spans == 3u);
    BOOST_TEST(some.why == "too old");
    BOOST_TEST(rejected_by("{\"partialSuccess\":{\"rejectedSpans\":2}}").spans == 2u);
    for (const char* text : {"partialSuccess", "[\"partialSuccess\"]", "{\"partialSuccess\":{\"rejectedSpans\":\"-1\"}}",
                             "{\"partialSuccess\":7}", "{\"partialSuccess\":{\"rejectedSpans\":\"many\"}}"})
        BOOST_TEST(rejected_by(text).spans == 0u, text);
}

BOOST_AUTO_TEST_SUITE_END()
