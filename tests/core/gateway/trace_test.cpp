// tests/core/gateway/trace_test.cpp - what a trace remembers of a request, what it keeps out of sight, how it is shown.
#include "gateway/explanation.h"
#include "snapshot/snapshot.h"
#include "support/failure.h"

#include <boost/test/unit_test.hpp>

#include <numeric>
#include <string>
#include <vector>

using namespace tollgate;

namespace {

Request asked(std::string_view target = "/x", std::initializer_list<Headers::Line> lines = {}) {
    Request request{"GET", target};
    for (const auto& line : lines) request.headers().add(line.name, line.value);
    return request;
}

// "+Name=value ~Name=value -Name".
std::string text_of(const std::vector<Trace::Change>& changes) {
    std::string all;
    for (const auto& change : changes) {
        all += all.empty() ? "" : " ";
        all += change.kind == Trace::Change::Kind::added     ? '+'
               : change.kind == Trace::Change::Kind::changed ? '~'
                                                             : '-';
        all += change.name + (change.value.empty() ? "" : "=" + change.value);
    }
    return all;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(gateway_trace)

BOOST_AUTO_TEST_CASE(changes_belong_to_the_step_that_made_them) {
    Request request = asked("/x?a=1", {{"A", "1"}, {"B", "2"}, {"Connection", "close"}});
    Trace trace{request, std::nullopt};
    trace.begin("first");
    request.headers().remove("A");
    request.headers().add("C", "3");
    request.headers().add("C", "4");
    trace.see(request, {});
    trace.begin("second", "routes.lua:7", "on_request");
    request.headers().set("B", "5");
    request.set_target("/y");
    trace.see(request, {});
    BOOST_REQUIRE(trace.steps().size() == 2u);
    BOOST_TEST(text_of(trace.steps()[0].request) == "-A +C=3, 4");
    BOOST_TEST(trace.steps()[0].target == "");
    BOOST_TEST(text_of(trace.steps()[1].request) == "~B=5");
    BOOST_TEST(trace.steps()[1].target == "GET /y");
    BOOST_TEST(trace.asked().first == "GET /x?a=1");
    BOOST_TEST(trace.asked().lines.size() == 2u);  // what frames a message is no part of it
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_new_is_no_change) {
    const Request request = asked();
    Trace trace{request, std::nullopt};
    Response response{200, Headers{{"A", "1"}}};
    trace.begin("upstream");
    trace.see(request, response);
    BOOST_TEST(trace.steps()[0].answer.empty());
    trace.begin("plugin");
    response.headers().add("B", "2");
    trace.see(request, response);
    BOOST_TEST(text_of(trace.steps()[1].answer) == "+B=2");
    trace.forget_answer();
    trace.begin("gateway");
    trace.see(request, Response{500, Headers{{"C", "3"}}});
    BOOST_TEST(trace.steps()[2].answer.empty());
    BOOST_TEST(trace.first_answer().size() == 1u);
}

BOOST_AUTO_TEST_CASE(candidates_stand_in_the_order_written_with_their_last_word) {
    const Request request = asked();
    Trace trace{request, std::nullopt};
    const std::vector<Route> routes(3);
    trace.not_asked(routes[2]);
    trace.lost(routes[0], "why");
    trace.lost(routes[1], "not yet");
    trace.taken(routes[1]);
    BOOST_REQUIRE(trace.candidates().size() == 3u);
    BOOST_TEST(trace.candidates()[0].why == "why");
    BOOST_TEST((trace.candidates()[1].fate == Trace::Candidate::Fate::taken));
    BOOST_TEST(trace.candidates()[1].why == "");
    BOOST_TEST((trace.candidates()[2].fate == Trace::Candidate::Fate::not_asked));
}

BOOST_AUTO_TEST_CASE(what_is_secret_is_hidden_wherever_it_turns_up) {
    Request request =
        asked("/x?token=tok%65n-value&plain=visible",
              {{"Authorization", "Bearer abcdefgh"}, {"Cookie", "a=cookie-a; b=cookie-b"}, {"X-Open", "open-value"}});
    Trace trace{request, std::nullopt};
    BOOST_TEST(trace.shown("Bearer abcdefgh") == "(hidden)");
    BOOST_TEST(trace.shown("key abcdefgh, cookies cookie-a cookie-b") == "key (hidden), cookies (hidden) (hidden)");
    BOOST_TEST(trace.shown(trace.asked().first) == "GET /x?token=(hidden)&plain=visible");
    BOOST_TEST(trace.shown("token-value, tok%65n-value") == "(hidden), (hidden)");
    BOOST_TEST(trace.shown("X-Open", "open-value") == "open-value");
    BOOST_TEST(trace.shown("Authorization", "Basic xyz") == "(hidden)");
    trace.conceal("open-value");
    BOOST_TEST(trace.shown("X-Open", "open-value") == "(hidden)");
    // What the gateway itself adds under such a name is as secret.
    trace.begin("rewrite");
    request.headers().add("X-Upstream-Key", "from-the-environment");
    trace.see(request, {});
    BOOST_TEST(trace.shown("sent from-the-environment") == "sent (hidden)");
}

BOOST_AUTO_TEST_CASE(what_is_too_short_to_be_a_secret_leaves_words_alone) {
    Trace trace{asked("/x", {{"Cookie", "a=auth"}}), std::nullopt};
    BOOST_TEST(trace.shown("auth says") == "auth says");
}

BOOST_AUTO_TEST_CASE(longer_secrets_go_first) {
    Trace trace{asked(), std::nullopt};
    trace.conceal("secret");
    trace.conceal("secret-and-more");
    BOOST_TEST(trace.shown("secret-and-more, secret") == "(hidden), (hidden)");
}

BOOST_AUTO_TEST_CASE(what_is_shown_is_one_printable_line) {
    const Trace trace{asked(), std::nullopt};
    BOOST_TEST(trace.shown("a\r\nb\x1b[31m") == "a\\r\\nb\\x1b[31m");
}

BOOST_AUTO_TEST_CASE(a_plugin_that_says_too_much_is_cut_short) {
    Trace trace{asked(), std::nullopt};
    trace.begin("talker", "routes.lua:1", "on_request");
    const std::string text(1000, 'x');
    for (int i = 0; i < 100'000; ++i) trace.say(text);
    for (int i = 0; i < 100'000; ++i) trace.begin("again");
    const auto& said = trace.steps()[0].said;
    const auto bytes = std::accumulate(said.begin(), said.end(), std::size_t{0},
                                       [](std::size_t sum, const auto& one) { return sum + one.text.size(); });
    BOOST_TEST(bytes <= 256u << 10);
    BOOST_TEST(trace.steps().size() <= 1000u);
    BOOST_TEST(trace.omitted() > 100'000u);
}

BOOST_AUTO_TEST_CASE(lines_of_an_answer_say_who_decided_what) {
    Request request = asked("/x", {{"X-API-Key", "my-very-own-key"}});
    Trace trace{request, net::Clock::now()};
    std::vector<Route> routes(2);
    routes[0].name = "POST /x";
    routes[0].where = "routes.lua:3";
    routes[1].name = "GET /x";
    routes[1].where = "routes.lua:4";
    trace.lost(routes[0], "method: wanted another, got GET");
    trace.taken(routes[1]);
    trace.begin("auth", "routes.lua:2", "on_request");
    trace.say("caller key-1, shown my-very-own-key");
    request.headers().remove("X-API-Key");
    trace.see(request, {});
    trace.fail(Failure{Culprit::client, 429, "rate_limited", "slow down"});
    const auto lines = explanation::header_lines(trace);
    BOOST_REQUIRE(lines.size() == 3u);
    BOOST_TEST(lines[0] == "route POST /x (routes.lua:3): passed over: method: wanted another, got GET");
    BOOST_TEST(lines[1] == "route GET /x (routes.lua:4): taken");
    BOOST_TEST(lines[2].starts_with("+"));
    BOOST_TEST(
        lines[2].ends_with(" us on_request auth (routes.lua:2): caller key-1, shown (hidden); request - X-API-Key; "
                           "refuses: 429 rate_limited: slow down"),
        lines[2]);
}

BOOST_AUTO_TEST_CASE(lines_of_an_answer_are_bounded) {
    for (const std::size_t size : {1u, 100u, 3000u}) {
        Trace trace{asked(), net::Clock::now()};
        for (int i = 0; i < 500; ++i) {
            trace.begin("talker");
            trace.say(std::string(size, 'x') + "\xc3\xa4\n");
        }
        const auto lines = explanation::header_lines(trace);
        std::size_t bytes = 0;
        for (const auto& line : lines) {
            bytes += line.size() + 18;
            for (const char c : line) BOOST_REQUIRE((c >= 0x20 && c <= 0x7e));
        }
        BOOST_TEST(lines.size() <= 64u);
        BOOST_TEST(bytes <= 8u << 10);
        BOOST_TEST(lines.back() == "...");
        BOOST_TEST(lines.size() >= 2u);
    }
}

BOOST_AUTO_TEST_CASE(a_trace_that_fits_has_no_dots) {
    Trace trace{asked(), net::Clock::now()};
    trace.begin("talker");
    trace.say("a word");
    const auto lines = explanation::header_lines(trace);
    BOOST_REQUIRE(lines.size() == 2u);
    BOOST_TEST(lines[0] == "no route takes this path");
    BOOST_TEST(has(lines[1], "talker: a word"));
}

BOOST_AUTO_TEST_SUITE_END()
