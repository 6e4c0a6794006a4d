// tests/core/commands/top_screen_test.cpp - what `tollgate top` shows of what a gateway says.
#include "commands/top_screen.h"

#include <Poco/JSON/Parser.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace tollgate::commands;
using namespace std::chrono_literals;
using Poco::JSON::Array;
using Poco::JSON::Object;

namespace {

Object::Ptr object(const std::string& text) { return Poco::JSON::Parser{}.parse(text).extract<Object::Ptr>(); }

const char* const busy = R"({"type":"second","time":"2026-11-21T09:00:00.123456Z","requests":1000,"per_second":998.5,
    "ok":900,"limited":50,"refused":30,"failed":20,"in_flight":7,"connections":1200,"upstreams":{},"p50_ms":1.234,
    "p95_ms":12.34,"p99_ms":123.4,"gateway_p50_us":14.5,"gateway_p99_us":60.1,"bytes_in":1500,"bytes_out":2500000})";

std::string joined(const std::vector<std::string>& lines) {
    std::string all;
    for (const auto& line : lines) all += line + '\n';
    return all;
}
bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

struct Screen {
    TopScreen screen;
    TopScreen::TimePoint now = std::chrono::steady_clock::now();
    Screen() {
        screen.hello(*object(R"({"version":"1.2","instance":"gate/1"})"), "127.0.0.1:9180");
        screen.second(object(busy));
    }
    void request(const std::string& route, int status, double duration) {
        Object json;
        json.set("route", route);
        json.set("status", status);
        json.set("duration_ms", duration);
        screen.request(json, now);
    }
    std::string draw(std::size_t width = 120, std::size_t height = 40, bool colour = false) {
        return joined(screen.draw(width, height, colour, now));
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(commands_top_screen)

BOOST_FIXTURE_TEST_CASE(figures_are_said_in_units_people_read, Screen) {
    const std::string text = draw();
    BOOST_TEST(has(text, "tollgate 1.2  127.0.0.1:9180  gate/1  2026-11-21T09:00:00Z"));
    BOOST_TEST(has(text, "998 requests/s"));
    BOOST_TEST(has(text, "ok 90%   429 5.0%   other 4xx 3.0%   5xx 2.0%"));
    BOOST_TEST(has(text, "p50 1.23 ms   p95 12.3 ms   p99 123 ms   the gateway's own: p50 14.5 us, p99 60.1 us"));
    BOOST_TEST(has(text, "in flight 7   connections 1200   in 1.5 kB/s   out 2.5 MB/s"));
    BOOST_TEST(screen.line() ==
               "09:00:00  998 requests/s  ok 90%  429 5.0%  4xx 3.0%  5xx 2.0%  p50 1.23 ms  p95 12.3 ms  p99 123 ms  "
               "gateway p50 14.5 us  in flight 7");
}

BOOST_AUTO_TEST_CASE(a_second_without_requests_has_no_percentiles) {
    TopScreen screen;
    screen.second(object(R"({"time":"2026-11-21T09:00:00.1Z","requests":0,"per_second":0,"ok":0,"p50_ms":null})"));
    BOOST_TEST(has(screen.line(), "0 requests/s  ok -  429 -  4xx -  5xx -  p50 -  p95 -"));
}

BOOST_FIXTURE_TEST_CASE(targets_that_are_out_come_first, Screen) {
    screen.upstreams(object(R"({"upstreams":[{"name":"orders","targets":[
        {"address":"10.0.0.1:80","state":"in","in_flight":3,"available":true},
        {"address":"10.0.0.2:80","state":"down","in_flight":0,"available":false,"reason":"no answer in time"}]}]})")
                         ->getArray("upstreams"));
    const std::string text = draw();
    BOOST_TEST(has(text, "orders    10.0.0.2:80  down      0          no answer in time\n"));
    BOOST_TEST(has(text, "orders    10.0.0.1:80  in        3"));
    BOOST_TEST(text.find("10.0.0.2") < text.find("10.0.0.1"));
}

BOOST_FIXTURE_TEST_CASE(routes_are_shown_by_their_share_of_the_last_seconds, Screen) {
    for (int i = 0; i < 3; ++i) request("GET /often", 200, 2);
    request("GET /seldom", 503, 100);
    std::string text = draw();
    BOOST_TEST(has(text, "(of 4 requests seen in 10 s)"));
    BOOST_TEST(has(text, "   75.0%      2.00      2.00      0      0  GET /often\n"));
    BOOST_TEST(has(text, "   25.0%    100.00    100.00      0      1  GET /seldom\n"));
    now += 11s;
    BOOST_TEST(!has(draw(), "GET /often"));
}

BOOST_FIXTURE_TEST_CASE(nothing_is_wider_or_higher_than_the_terminal, Screen) {
    for (int i = 0; i < 100; ++i) request("GET /" + std::to_string(i) + "/é/very/long/route/of/somebody", 200, 1);
    for (const std::size_t height : {1u, 2u, 5u, 12u, 50u})
        for (const std::size_t width : {1u, 10u, 33u, 200u}) {
            const auto lines = screen.draw(width, height, false, now);
            BOOST_TEST(lines.size() <= height);
            for (const auto& line : lines)
                BOOST_TEST(std::size_t(std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; })) <=
                           width);
        }
}

BOOST_FIXTURE_TEST_CASE(colours_are_left_out_where_none_are_wanted, Screen) {
    BOOST_TEST(!has(draw(80, 24, false), "\x1b"));
    BOOST_TEST(has(draw(80, 24, true), "\x1b[31mok 90%"));
    screen.lost(true);
    BOOST_TEST(has(draw(), "the gateway does not answer; trying again"));
}

BOOST_FIXTURE_TEST_CASE(what_a_client_chose_moves_no_terminal, Screen) {
    request("GET /\x1b[2J", 200, 1);
    BOOST_TEST(!has(draw(), "\x1b"));
}

BOOST_AUTO_TEST_CASE(sparklines_end_with_the_latest) {
    BOOST_TEST(sparkline({}, 10) == "");
    BOOST_TEST(sparkline({0, 0}, 10) == "▁▁");
    BOOST_TEST(sparkline({8, 1, 2, 4, 8}, 4) == "▁▂▄█");
}

BOOST_AUTO_TEST_SUITE_END()
