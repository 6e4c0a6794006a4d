// tests/core/http/traceparent_test.cpp - what a traceparent and a tracestate say, and what is none (W3C Trace Context).
#include "http/traceparent.h"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

using namespace tollgate;
using http::Traceparent;

namespace {

const std::string usual = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

std::string state_of(std::initializer_list<std::string> lines) {
    Headers headers;
    for (const auto& line : lines) headers.add("tracestate", line);
    return http::combined_tracestate(headers).value_or("(none)");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_traceparent)

BOOST_AUTO_TEST_CASE(a_line_is_read_and_written_as_it_was) {
    const auto read = Traceparent::parse(usual);
    BOOST_REQUIRE(bool(read));
    BOOST_TEST(read.text() == usual);
    BOOST_TEST(read.trace_id() == "4bf92f3577b34da6a3ce929d0e0e4736");
    BOOST_TEST(read.span_id() == "00f067aa0ba902b7");
    BOOST_TEST(read.sampled());
    BOOST_TEST(read.draw() == 0xa3ce929d0e0e4736u);
    BOOST_TEST(!Traceparent::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00").sampled());
}

BOOST_AUTO_TEST_CASE(of_flags_only_sampled_goes_on) {
    const auto read = Traceparent::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff");
    BOOST_TEST(read.text() == usual);
    BOOST_TEST(Traceparent::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-fe").text().substr(53) == "00");
}

BOOST_AUTO_TEST_CASE(a_version_to_come_is_read_as_far_as_it_is_known) {
    const std::string later = "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    BOOST_TEST(Traceparent::parse(later).text() == usual);
    BOOST_TEST(Traceparent::parse(later + "-what-the-future-will-be-like").text() == usual);
    BOOST_TEST(!Traceparent::parse(later + ".what"));
    BOOST_TEST(!Traceparent::parse(later + "0"));
}

BOOST_AUTO_TEST_CASE(what_is_no_traceparent_names_no_trace) {
    for (const std::string& line : std::initializer_list<std::string>{
             "", "00", usual.substr(1), usual.substr(0, 54), usual + "-00", usual + " ", ' ' + usual,
             "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
             "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
             "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
             "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
             "00-4bf92f3577b34da6a3ce929d0e0e4736-00F067AA0BA902B7-01",
             "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
             "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
             "0x-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
             "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
             "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
             "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7_01"})
        BOOST_TEST(!Traceparent::parse(line), line);
    const Traceparent none;
    BOOST_TEST(none.text() == "");
    BOOST_TEST(none.trace_id() == "");
    BOOST_TEST(none.span_id() == "");
    BOOST_TEST(!none.sampled());
    BOOST_TEST(!none.next());
}

BOOST_AUTO_TEST_CASE(two_lines_are_none) {
    Headers headers{{"Traceparent", usual}};
    BOOST_TEST(Traceparent::of(headers).text() == usual);
    headers.add("traceparent", usual);
    BOOST_TEST(!Traceparent::of(headers));
    BOOST_TEST(!Traceparent::of(Headers{}));
}

BOOST_AUTO_TEST_CASE(what_is_begun_can_be_read_and_is_new_each_time) {
    std::set<std::string> traces, spans;
    for (int i = 0; i < 1000; ++i) {
        const auto made = Traceparent::begun();
        BOOST_REQUIRE(Traceparent::parse(made.text()).text() == made.text());
        BOOST_TEST(!made.sampled());
        traces.emplace(made.trace_id());
        spans.emplace(made.span_id());
    }
    BOOST_TEST(traces.size() == 1000u);
    BOOST_TEST(spans.size() == 1000u);
}

BOOST_AUTO_TEST_CASE(the_next_step_is_another_of_the_same_trace) {
    const auto read = Traceparent::parse(usual), next = read.next();
    BOOST_TEST(next.trace_id() == read.trace_id());
    BOOST_TEST(next.span_id() != read.span_id());
    BOOST_TEST(next.sampled());
    BOOST_TEST(Traceparent::parse(next.text()).text() == next.text());
}

BOOST_AUTO_TEST_CASE(sampled_can_be_set) {
    auto made = Traceparent::parse(usual);
    made.set_sampled(false);
    BOOST_TEST(made.text().substr(53) == "00");
    made.set_sampled(true);
    BOOST_TEST(made.text() == usual);
}

BOOST_AUTO_TEST_CASE(lines_of_tracestate_are_one_list) {
    BOOST_TEST(state_of({"rojo=00f067aa0ba902b7"}) == "rojo=00f067aa0ba902b7");
    BOOST_TEST(state_of({"rojo=1, congo=t61", "a-b_c*d/e=x y"}) == "rojo=1,congo=t61,a-b_c*d/e=x y");
    BOOST_TEST(state_of({"0tenant@system=1,,b=2"}) == "0tenant@system=1,b=2");
    BOOST_TEST(state_of({}) == "(none)");
    BOOST_TEST(state_of({""}) == "(none)");
}

BOOST_AUTO_TEST_CASE(one_mistake_in_it_spoils_all_of_it) {
    for (const std::string& line : std::initializer_list<std::string>{
             "rojo", "rojo=", "=1", "Rojo=1", "1rojo=1", "ro jo=1", "rojo=a=b", "rojo=caf\xe9", "a=1,a=2", "t@=1", "@s=1", "t@S=1", "t@1s=1",
             "t@abcdefghijklmno=1", std::string(257, 'a') + "=1", "a=" + std::string(257, '1'), "rojo=\t1\t2"})
        BOOST_TEST(state_of({"fine=1", line}) == "(none)", line);
}

BOOST_AUTO_TEST_CASE(it_has_at_most_32_members) {
    std::string all = "k0=1";
    for (int i = 1; i < 32; ++i) all += ",k" + std::to_string(i) + "=1";
    BOOST_TEST(state_of({all}) == all);
    BOOST_TEST(state_of({all, "one-more=1"}) == "(none)");
}

BOOST_AUTO_TEST_CASE(of_a_long_one_the_longest_members_go_first_and_then_the_last) {
    const std::string many = "long=" + std::string(200, 'x'), few = std::string(100, 'y');
    BOOST_TEST(state_of({"a=" + few + ",b=" + few + "," + many + ",c=" + few + ",d=" + few}) ==
               "a=" + few + ",b=" + few + ",c=" + few + ",d=" + few);
    BOOST_TEST(state_of({"a=" + few + ",b=" + few + ",c=" + few + ",d=" + few + ",e=" + few + ",f=" + few}) ==
               "a=" + few + ",b=" + few + ",c=" + few + ",d=" + few);
    BOOST_TEST(state_of({std::string(256, 'a') + "=" + std::string(256, '1')}) == "(none)");
}

BOOST_AUTO_TEST_SUITE_END()
