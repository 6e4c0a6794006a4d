// tests/core/history/record_test.cpp - a record as JSON, and how it went.
#include "history/record.h"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <boost/test/unit_test.hpp>

using namespace tollgate::history;
using namespace std::chrono_literals;

namespace {

Record some_record() {
    Record record;
    record.loop = 2;
    record.sequence = 1034;
    record.began = std::chrono::system_clock::time_point{1'795'251'600s + 123'456us};
    record.status = 200;
    record.request_id = "abc";
    record.client_ip = "192.0.2.7";
    record.method = "GET";
    record.path = "/orders/7";
    record.route = "GET /orders/:id";
    record.bytes_sent = 127;
    record.duration = 1'234'567ns;
    record.gateway_time = 34'999ns;
    record.complete = true;
    return record;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(history_record)

BOOST_AUTO_TEST_CASE(what_there_is_nothing_to_say_of_is_left_out) {
    BOOST_TEST(json(some_record()) ==
               R"({"id":"2-1034","time":"2026-11-21T09:00:00.123456Z","request_id":"abc","client_ip":"192.0.2.7",)"
               R"("method":"GET","path":"/orders/7","route":"GET /orders/:id","status":200,"bytes_received":0,)"
               R"("bytes_sent":127,"duration_ms":1.234,"gateway_ms":0.034,"complete":true})");
}

BOOST_AUTO_TEST_CASE(everything_that_is_known_is_said) {
    Record record = some_record();
    record.reason = "bad_gateway";
    record.caller = "key-1";
    record.owner = "ann";
    record.tier = "gold";
    record.upstream = "orders";
    record.target = "10.0.0.1:80";
    record.attempts = 2;
    record.upstream_status = 503;
    record.cache = "MISS";
    record.upstream_time = 5ms;
    record.trace_id = "0af7651916cd43dd8448eb211c80319c";
    const auto object = Poco::JSON::Parser{}.parse(json(record)).extract<Poco::JSON::Object::Ptr>();
    BOOST_TEST(object->size() == 24u);
    BOOST_TEST(object->getValue<std::string>("owner") == "ann");
    BOOST_TEST(object->getValue<int>("upstream_status") == 503);
    BOOST_TEST(object->getValue<double>("upstream_ms") == 5.0);
}

BOOST_AUTO_TEST_CASE(whatever_a_client_sent_is_one_text_of_utf8) {
    Record record = some_record();
    record.path = "/\"\\\n\xff\x01</script>";
    const std::string text = json(record);
    BOOST_TEST(text.find('\xff') == text.npos);
    BOOST_TEST(text.find('\n') == text.npos);
    const auto object = Poco::JSON::Parser{}.parse(text).extract<Poco::JSON::Object::Ptr>();
    BOOST_TEST(object->getValue<std::string>("path") == "/\"\\\n\xef\xbf\xbd\x01</script>");
}

BOOST_AUTO_TEST_CASE(results_are_told_apart_by_status) {
    BOOST_CHECK(result_of(101) == Result::ok);
    BOOST_CHECK(result_of(399) == Result::ok);
    BOOST_CHECK(result_of(404) == Result::refused);
    BOOST_CHECK(result_of(429) == Result::limited);
    BOOST_CHECK(result_of(499) == Result::refused);
    BOOST_CHECK(result_of(503) == Result::failed);
}

BOOST_AUTO_TEST_SUITE_END()
