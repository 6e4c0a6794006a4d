// tests/plugins/logging/line_test.cpp - a request as a line.
#include "line.h"

#include <boost/test/unit_test.hpp>

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <memory>
#include <stdexcept>

using namespace tollgate::logging;
using namespace std::chrono_literals;

namespace {

std::chrono::system_clock::time_point moment(std::int64_t micros) {
    return std::chrono::system_clock::time_point{std::chrono::microseconds{micros}};
}

Record usual() {
    return {
        .time = moment(1769904000'123456),  // 2026-02-01
        .request_id = "4bf92f35",
        .client_ip = "192.0.2.7",
        .method = "GET",
        .path = "/orders/7",
        .query = "token=s3cret",
        .route = "GET /orders/:id",
        .reason = {},
        .detail = {},
        .caller = "key-ba7816bf8f01",
        .tier = "premium",
        .upstream = "orders",
        .target = "10.0.0.11:9001",
        .user_agent = "curl/7.88.1",
        .host = "api.example.com",
        .scheme = "http",
        .owner = {},
        .cache = {},
        .protocol = "HTTP/1.1",
        .trace_id = {},
        .span_id = {},
        .id = {},
        .status = 200,
        .attempts = 1,
        .upstream_status = 200,
        .bytes_received = 0,
        .bytes_sent = 127,
        .duration = 1234567ns,
        .upstream_time = 1100000ns,
        .gateway_time = 134567ns,
        .complete = true,
        .hedged = false,
        .request_headers = {},
        .response_headers = {},
    };
}

std::string written(const Line& line, const Record& record) {
    const auto out = std::make_unique<char[]>(Line::longest);
    return {out.get(), line.write(record, out.get())};
}

Poco::JSON::Object::Ptr parsed(const std::string& line) {
    return Poco::JSON::Parser{}.parse(line).extract<Poco::JSON::Object::Ptr>();
}

std::string time_text(std::int64_t micros) {
    char text[32];
    return {text, put_time(text, moment(micros))};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(logging_line)

BOOST_AUTO_TEST_CASE(a_json_line_says_everything_but_the_query) {
    BOOST_TEST(written(Line{Format::json, {}, false}, usual()) ==
               "{\"time\":\"2026-02-01T00:00:00.123456Z\",\"request_id\":\"4bf92f35\",\"client_ip\":\"192.0.2.7\","
               "\"method\":\"GET\",\"path\":\"/orders/7\",\"route\":\"GET /orders/:id\",\"status\":200,"
               "\"caller\":\"key-ba7816bf8f01\",\"tier\":\"premium\",\"upstream\":\"orders\","
               "\"target\":\"10.0.0.11:9001\",\"attempts\":1,\"upstream_status\":200,\"bytes_received\":0,"
               "\"bytes_sent\":127,\"duration_ms\":1.234,\"upstream_ms\":1.100,\"complete\":true,"
               "\"user_agent\":\"curl/7.88.1\",\"host\":\"api.example.com\",\"scheme\":\"http\"}\n");
}

BOOST_AUTO_TEST_CASE(that_a_request_was_hedged_is_said_where_it_was) {
    Record record = usual();
    record.hedged = true;
    const std::string line = written(Line{Format::json, {}, false}, record);
    BOOST_TEST(line.find("\"attempts\":1,\"hedged\":true,\"upstream_status\":200,") != line.npos, line);
    BOOST_TEST(written(Line{Format::text, {}, false}, record).find(" | Hedged: yes | ") != line.npos);
}

BOOST_AUTO_TEST_CASE(a_text_line_begins_with_how_it_went) {
    BOOST_TEST(written(Line{Format::text, {}, false}, usual()) ==
               "2026-02-01T00:00:00.123456Z Completed: 200 | Duration: 0.001234s | ID: 4bf92f35 | Client: 192.0.2.7 | "
               "Method: GET | Path: /orders/7 | Route: GET /orders/:id | Caller: key-ba7816bf8f01 | Tier: premium | "
               "Upstream: orders | Target: 10.0.0.11:9001 | Attempts: 1 | Upstream status: 200 | Received: 0 | "
               "Sent: 127 | Upstream time: 0.001100s | Complete: yes | Agent: curl/7.88.1 | Host: api.example.com | "
               "Scheme: http\n");
}

BOOST_AUTO_TEST_CASE(the_query_is_said_only_when_asked_for) {
    const auto object = parsed(written(Line{Format::json, {}, true}, usual()));
    BOOST_TEST(object->getValue<std::string>("query") == "token=s3cret");
    BOOST_TEST(parsed(written(Line{Format::json, {"query"}, false}, usual()))->size() == 1u);
    BOOST_TEST(written(Line{Format::text, {}, false}, usual()).find("s3cret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_request_refused_before_routing_makes_a_line_too) {
    Record record{};
    record.time = moment(0);
    record.path = "/";
    record.route = "(none)";
    record.reason = "bad_request";
    record.status = 400;
    BOOST_TEST(written(Line{Format::json, {}, false}, record) ==
               "{\"time\":\"1970-01-01T00:00:00.000000Z\",\"request_id\":\"\",\"client_ip\":\"\",\"method\":\"\","
               "\"path\":\"/\",\"route\":\"(none)\",\"status\":400,\"reason\":\"bad_request\",\"bytes_received\":0,"
               "\"bytes_sent\":0,\"duration_ms\":0.000,\"complete\":false}\n");
}

BOOST_AUTO_TEST_CASE(chosen_members_come_in_the_usual_order) {
    BOOST_TEST(written(Line{Format::json, {"status", "method", "time"}, false}, usual()) ==
               "{\"time\":\"2026-02-01T00:00:00.123456Z\",\"method\":\"GET\",\"status\":200}\n");
    BOOST_TEST(written(Line{Format::text, {"path", "status"}, false}, usual()) == "Completed: 200 | Path: /orders/7\n");
}

BOOST_AUTO_TEST_CASE(header_lines_come_last) {
    Record record = usual();
    const std::vector<std::string_view> asked{"https://example.com/\"", ""}, answered{"HIT"};
    record.request_headers = asked;
    record.response_headers = answered;
    const HeaderNames names{{"Referer", "X-Absent"}, {"X-Cache"}};
    BOOST_TEST(written(Line{Format::json, {"status"}, false, names}, record) ==
               R"({"status":200,"request_headers":{"Referer":"https://example.com/\""},"response_headers":{"X-Cache":"HIT"}})"
               "\n");
    BOOST_TEST(written(Line{Format::text, {"status"}, false, names}, record) ==
               "Completed: 200 | Referer: https://example.com/\\\" | X-Cache: HIT\n");
    record.request_headers = {};
    BOOST_TEST(written(Line{Format::json, {"status"}, false, {{"Referer"}, {}}}, record) == "{\"status\":200}\n");
}

BOOST_AUTO_TEST_CASE(chosen_members_that_say_nothing_leave_an_empty_object) {
    BOOST_TEST(written(Line{Format::json, {"reason"}, false}, usual()) == "{}\n");
}

BOOST_AUTO_TEST_CASE(an_unknown_member_is_named) {
    BOOST_CHECK_EXCEPTION((Line{Format::json, {"status", "colour"}, false}), std::invalid_argument,
                          [](const std::invalid_argument& e) { return std::string{e.what()} == "colour"; });
}

BOOST_AUTO_TEST_CASE(what_a_client_sends_is_escaped_in_every_text) {
    const std::string evil = "\r\n\x1b[31m\"\\ | \xff";
    Record record = usual();
    for (auto text : {&Record::request_id, &Record::client_ip, &Record::method, &Record::path, &Record::query,
                      &Record::route, &Record::reason, &Record::detail, &Record::caller, &Record::tier,
                      &Record::upstream, &Record::target, &Record::user_agent, &Record::host, &Record::scheme, &Record::owner,
                      &Record::cache, &Record::protocol, &Record::trace_id, &Record::span_id, &Record::id})
        record.*text = evil;
    record.hedged = true;

    const std::string json = written(Line{Format::json, {}, true}, record);
    std::vector<std::string> all;
    for (const auto name : Line::names()) all.emplace_back(name);
    const std::string text = written(Line{Format::text, all, true}, record);

    BOOST_TEST(std::count(json.begin(), json.end(), '\n') == 1);
    BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 1);
    BOOST_TEST((json + text).find_first_of("\r\x1b\xff") == std::string::npos);
    BOOST_TEST(parsed(json)->getValue<std::string>("path") == "\r\n\x1b[31m\"\\ | \xef\xbf\xbd");
    const auto bars = std::count(text.begin(), text.end(), '|');
    BOOST_TEST(bars == std::ptrdiff_t(Line::names().size()) - 2);  // none of the values'
}

// The ids of a trace are digits, as many as there are, whatever a client sent.
BOOST_AUTO_TEST_CASE(the_worst_line_is_no_longer_than_promised) {
    const std::string endless(100'000, '\x01');
    Record record = usual();
    for (auto text : {&Record::request_id, &Record::client_ip, &Record::method, &Record::path, &Record::query,
                      &Record::route, &Record::reason, &Record::detail, &Record::caller, &Record::tier,
                      &Record::upstream, &Record::target, &Record::user_agent, &Record::host, &Record::scheme, &Record::owner,
                      &Record::cache, &Record::protocol, &Record::id})
        record.*text = endless;
    for (auto number : {&Record::status, &Record::attempts, &Record::upstream_status, &Record::bytes_received,
                        &Record::bytes_sent})
        record.*number = INT64_MIN;
    record.duration = record.upstream_time = std::chrono::nanoseconds::max();
    record.hedged = true;

    HeaderNames headers;
    for (std::size_t i = 0; i < most_headers; ++i) headers.request.push_back(std::string(47, 'x') + char('a' + i));
    const std::vector<std::string_view> values(most_headers, endless);
    record.request_headers = values;

    std::vector<std::string> all{"id"};
    for (const auto name : Line::names()) all.emplace_back(name);
    const std::string line = written(Line{Format::json, all, true, headers}, record);

    BOOST_TEST(line.size() + 512 <= Line::longest);  // the head of syslog
    BOOST_TEST(line.size() > Line::longest / 2);
    BOOST_TEST(parsed(line)->getValue<std::string>("path") == std::string(longest_text, '\x01') + "...");
}

BOOST_AUTO_TEST_CASE(a_duration_that_runs_backwards_is_none) {
    Record record = usual();
    record.duration = -5ms;
    BOOST_TEST(written(Line{Format::json, {"duration_ms"}, false}, record) == "{\"duration_ms\":0.000}\n");
}

BOOST_AUTO_TEST_CASE(times_are_right_on_odd_days) {
    BOOST_TEST(time_text(951'782'399'999'999) == "2000-02-28T23:59:59.999999Z");
    BOOST_TEST(time_text(951'782'400'000'000) == "2000-02-29T00:00:00.000000Z");
    BOOST_TEST(time_text(1'767'225'599'000'001) == "2025-12-31T23:59:59.000001Z");
    BOOST_TEST(time_text(4'107'542'400'000'000) == "2100-03-01T00:00:00.000000Z");
}

BOOST_AUTO_TEST_CASE(a_note_says_when_and_how_many) {
    BOOST_TEST((Line{Format::json, {}, false}.note(moment(0), 12)) ==
               "{\"time\":\"1970-01-01T00:00:00.000000Z\",\"dropped\":12}\n");
    BOOST_TEST((Line{Format::text, {}, false}.note(moment(0), 12)) == "1970-01-01T00:00:00.000000Z Dropped: 12\n");
}

BOOST_AUTO_TEST_SUITE_END()
