// tests/scenarios/trace_context_test.cpp - traceparent and tracestate on their way through (W3C Trace Context).
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <string>

using namespace tollgate::test;

namespace {

const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736", span = "00f067aa0ba902b7";
const std::string sent = "traceparent: 00-" + trace + '-' + span + "-01\r\n";
const std::string logging = " always { logging { format = \"json\", fields = { \"trace_id\", \"span_id\" } } }";

std::string trace_of(const Message& message) { return message.header("traceparent").substr(3, 32); }
std::string span_of(const Message& message) { return message.header("traceparent").substr(36, 16); }
std::string flags_of(const Message& message) { return message.header("traceparent").substr(53); }

struct Scene {
    ScriptedUpstream upstream{ScriptedUpstream::always("here")};
    GatewayProcess gateway;
    explicit Scene(const std::string& words, const std::string& of_route = "")
        : gateway{routes_to(upstream.address(), "", of_route, words + logging)} {}
    Message seen(const std::string& lines = "") {
        BOOST_REQUIRE(gateway.client().get("/", lines).status() == 200);
        return upstream.last();
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_trace_context)

BOOST_AUTO_TEST_CASE(without_tracing_the_lines_pass_as_they_were_sent) {
    Scene scene{""};
    const Message seen = scene.seen(sent + "tracestate: a=1\r\ntracestate: !\r\n");
    BOOST_TEST(seen.header("traceparent") == "00-" + trace + '-' + span + "-01");
    BOOST_TEST(seen.count("tracestate") == 2u);
    BOOST_TEST(scene.seen("traceparent: nonsense\r\n").header("traceparent") == "nonsense");
    BOOST_TEST(!scene.seen().has("traceparent"));
    auto lines = scene.gateway.log_lines(3);  // of more than one loop, so in any order
    std::sort(lines.begin(), lines.end());
    BOOST_TEST(lines.at(0) == "{\"trace_id\":\"" + trace + "\"}");
    BOOST_TEST(lines.at(1) == "{}");
    BOOST_TEST(lines.at(2) == "{}");
}

BOOST_AUTO_TEST_CASE(a_trace_goes_on_by_spans_of_the_gateways_own) {
    Scene scene{"tracing { parent = true, sample = 0 }"};
    const Message seen = scene.seen(sent + "tracestate: a=1\r\ntracestate: b=2\r\n");
    BOOST_TEST(seen.count("traceparent") == 1u);
    BOOST_TEST(trace_of(seen) == trace);
    BOOST_TEST(flags_of(seen) == "01");
    BOOST_TEST(seen.header("tracestate") == "a=1,b=2");
    BOOST_TEST(seen.count("tracestate") == 1u);
    const auto line = scene.gateway.log_lines(1).at(0);
    BOOST_TEST(line.starts_with("{\"trace_id\":\"" + trace + "\",\"span_id\":\""), line);
    const auto own = line.substr(line.size() - 18, 16);
    BOOST_TEST(own != span);
    BOOST_TEST(span_of(seen) != span);  // the attempt's
    BOOST_TEST(span_of(seen) != own);
}

BOOST_AUTO_TEST_CASE(without_a_valid_one_a_trace_begins_and_the_state_of_another_is_not_its_own) {
    Scene scene{"tracing {}"};
    std::set<std::string> traces;
    for (const std::string& lines :
         {std::string{}, std::string{"tracestate: a=1\r\n"}, "traceparent: 00-" + trace + '-' + span + "\r\ntracestate: a=1\r\n",
          sent + sent + "tracestate: a=1\r\n"}) {
        const Message seen = scene.seen(lines);
        BOOST_TEST(seen.count("traceparent") == 1u);
        BOOST_TEST(seen.header("traceparent").size() == 55u);
        BOOST_TEST(flags_of(seen) == "01");
        BOOST_TEST(!seen.has("tracestate"));
        BOOST_TEST(trace_of(seen) != trace);
        traces.insert(trace_of(seen));
    }
    BOOST_TEST(traces.size() == 4u);
}

// What it names there is its own line; ours goes on, as does what the collector hears of.
BOOST_AUTO_TEST_CASE(a_client_cannot_take_the_line_off) {
    Scene scene{"tracing { parent = true }"};
    for (const std::string& lines : {std::string{}, sent}) {
        const Message seen = scene.seen(lines + "tracestate: a=1\r\nConnection: traceparent, tracestate\r\n");
        BOOST_TEST(seen.count("traceparent") == 1u);
        BOOST_TEST(seen.header("traceparent").size() == 55u);
        BOOST_TEST(trace_of(seen) != trace);
        BOOST_TEST(!seen.has("tracestate"));
    }
}

BOOST_AUTO_TEST_CASE(a_stranger_cannot_have_itself_recorded_and_a_trusted_proxy_can) {
    Scene strangers{"tracing { sample = 0 }"};
    BOOST_TEST(trace_of(strangers.seen(sent)) == trace);
    BOOST_TEST(flags_of(strangers.seen(sent)) == "00");
    Scene trusting{"trusted_proxies { \"127.0.0.0/8\" } tracing { sample = 0 }"};
    BOOST_TEST(flags_of(trusting.seen(sent)) == "01");
}

BOOST_AUTO_TEST_CASE(each_attempt_says_a_span_of_its_own) {
    ScriptedUpstream failing{[](UpstreamConnection& connection) {
        while (connection.read_request()) connection.answer(503, "no");
    }};
    const GatewayProcess gateway{routes_to(
        failing.address(), "retry = { attempts = 3, on = { 503 }, backoff = 1 * milliseconds }", "",
        "tracing { parent = true }" + logging)};
    BOOST_TEST(gateway.client().get("/", sent).status() == 503);
    std::set<std::string> spans;
    for (const auto& request : failing.received()) {
        BOOST_TEST(trace_of(request) == trace);
        spans.insert(span_of(request));
    }
    BOOST_TEST(failing.requests() == 3);
    BOOST_TEST(spans.size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_copy_says_a_span_of_its_own) {
    ScriptedUpstream upstream{ScriptedUpstream::always("real")}, shadow{ScriptedUpstream::always("copy")};
    const GatewayProcess gateway{"tracing {}\n"
                                 "local u = upstream \"u\" { targets = { \"" + upstream.address() + "\" } }\n"
                                 "local s = upstream \"s\" { targets = { \"" + shadow.address() + "\" } }\n"
                                 "route \"* /**\" { upstream = u, mirror = { upstream = s } }\n"};
    BOOST_TEST(gateway.client().get("/").status() == 200);
    wait_until("the copy is there", [&] { return shadow.requests() == 1; });
    BOOST_TEST(trace_of(shadow.last()) == trace_of(upstream.last()));
    BOOST_TEST(span_of(shadow.last()) != span_of(upstream.last()));
}

BOOST_AUTO_TEST_CASE(what_an_operator_says_of_the_line_holds) {
    Scene removed{"tracing {}", "request_headers = { remove = { \"traceparent\" } }"};
    BOOST_TEST(!removed.seen(sent).has("traceparent"));
    Scene said{"tracing {}", "request_headers = { set = { traceparent = \"mine\" } }"};
    BOOST_TEST(said.seen(sent).header("traceparent") == "mine");
    BOOST_TEST(said.upstream.last().count("traceparent") == 1u);
}

BOOST_AUTO_TEST_CASE(two_gateways_in_a_row_are_one_trace) {
    ScriptedUpstream upstream{ScriptedUpstream::always("here")};
    const GatewayProcess inner{routes_to(upstream.address(), "", "", "trusted_proxies { \"127.0.0.0/8\" } tracing { sample = 0 }" + logging)};
    const GatewayProcess outer{routes_to(inner.address(), "", "", "tracing { sample = 1 }" + logging)};
    BOOST_TEST(outer.client().get("/").status() == 200);
    const auto first = outer.log_lines(1).at(0), second = inner.log_lines(1).at(0);
    BOOST_TEST(first.substr(0, 46) == second.substr(0, 46));
    BOOST_TEST(first != second);
    BOOST_TEST(first.find(trace_of(upstream.last())) != first.npos);
    BOOST_TEST(flags_of(upstream.last()) == "01");
}

BOOST_AUTO_TEST_SUITE_END()
