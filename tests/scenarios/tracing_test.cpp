// tests/scenarios/tracing_test.cpp - the spans of requests, as a collector gets them from the gateway (OTLP/HTTP).
#include "support/collector.h"
#include "support/deadline.h"
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"
#include "support/tls_server.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <string>

using namespace tollgate::test;

namespace {

enum Kind { internal = 1, server = 2, client = 3 };
constexpr int failed = 2;

std::string tracing(const Collector& collector, const std::string& settings = "") {
    return "tracing { to = \"" + collector.url() + "\", every = 100 * milliseconds" + settings + " } ";
}

const CollectedSpan& the(Kind kind, const std::vector<CollectedSpan>& spans, std::size_t number = 0) {
    for (const auto& span : spans)
        if (span.kind == kind && number-- == 0) return span;
    throw std::runtime_error{"there is no such span"};
}

std::string said(const CollectedSpan& span, const std::string& name) {
    const auto found = span.attributes.find(name);
    return found == span.attributes.end() ? "(none)" : found->second;
}

std::string span_of(const Message& message) { return message.header("traceparent").substr(36, 16); }

ScriptedUpstream::Script failing(int status) {
    return [status](UpstreamConnection& connection) {
        while (connection.read_request()) connection.answer(status, "no");
    };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_tracing)

BOOST_AUTO_TEST_CASE(a_request_and_its_attempt_are_two_spans) {
    Collector collector;
    ScriptedUpstream upstream{ScriptedUpstream::always("here")};
    const GatewayProcess gateway{tracing(collector, ", service = \"edge\"") +
                                 "local u = upstream \"orders\" { targets = { \"" + upstream.address() + "\" } }\n"
                                 "route \"GET /orders/:id\" { upstream = u, rewrite = \"/v2/orders/:id\" }\n"};
    BOOST_TEST(gateway.client().get("/orders/7?token=s3cret", "X-Request-Id: the-id\r\nAuthorization: s3cret\r\n").status() == 200);
    const auto spans = collector.wait_for(2);
    const auto &request = the(server, spans), &attempt = the(client, spans);
    BOOST_TEST(request.name == "GET /orders/:id");
    BOOST_TEST(request.service == "edge");
    BOOST_TEST(request.parent == "");
    BOOST_TEST(request.flags % 2 == 1);
    BOOST_TEST(request.status == 0);
    BOOST_TEST(said(request, "http.request.method") == "GET");
    BOOST_TEST(said(request, "http.route") == "/orders/:id");
    BOOST_TEST(said(request, "url.path") == "/orders/7");
    BOOST_TEST(said(request, "url.scheme") == "http");
    BOOST_TEST(said(request, "server.address") == "gate.test");
    BOOST_TEST(said(request, "client.address") == "127.0.0.1");
    BOOST_TEST(said(request, "http.response.status_code") == "200");
    BOOST_TEST(said(request, "tollgate.request_id") == "the-id");
    BOOST_TEST(said(request, "error.type") == "(none)");
    BOOST_TEST(attempt.trace == request.trace);
    BOOST_TEST(attempt.parent == request.id);
    BOOST_TEST(attempt.id == span_of(upstream.last()));
    BOOST_TEST(attempt.name == "GET");
    BOOST_TEST(said(attempt, "url.full") == "http://" + upstream.address() + "/v2/orders/7");
    BOOST_TEST(said(attempt, "server.address") == "127.0.0.1");
    BOOST_TEST(said(attempt, "server.port") == upstream.address().substr(upstream.address().find(':') + 1));
    BOOST_TEST(said(attempt, "http.response.status_code") == "200");
    BOOST_TEST(said(attempt, "tollgate.upstream") == "orders");
    BOOST_TEST(request.began <= attempt.began);
    BOOST_TEST(attempt.began <= attempt.ended);
    BOOST_TEST(attempt.ended <= request.ended);
    for (const auto& message : collector.requests()) BOOST_TEST(message.body.find("s3cret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_key_in_a_path_is_in_no_span) {
    Collector collector;
    ScriptedUpstream upstream{ScriptedUpstream::always("here")};
    const GatewayProcess gateway{
        tracing(collector) + "local u = upstream \"figures\" { targets = { \"" + upstream.address() + "\" } }\n"
        "route \"GET /figures/:key\" { upstream = u, plugins = auth { file = \"keys\", hide = false, "
        "key = function(request) return request.parameters.key end } }\n",
        {},
        {{"keys", "6163937e6547cc2853a333d323496f4d5608b3958a3bd3939752708bc9cb0feb alice -\n"}}};
    BOOST_TEST(gateway.client().get("/figures/gold-key").status() == 200);
    BOOST_TEST(upstream.last().start_line == "GET /figures/gold-key HTTP/1.1");
    const auto spans = collector.wait_for(2);
    BOOST_TEST(said(the(server, spans), "url.path") == "/figures/(hidden)");
    BOOST_TEST(said(the(client, spans), "url.full") == "http://" + upstream.address() + "/figures/(hidden)");
    for (const auto& message : collector.requests()) BOOST_TEST(message.body.find("gold-key") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(through_two_gateways_it_is_one_trace_with_the_right_parents) {
    Collector collector;
    ScriptedUpstream upstream{ScriptedUpstream::always("here")};
    const GatewayProcess inner{routes_to(upstream.address(), "", "",
                                         "trusted_proxies { \"127.0.0.0/8\" } " + tracing(collector, ", service = \"inner\", sample = 0"))};
    const GatewayProcess outer{routes_to(inner.address(), "", "", tracing(collector, ", service = \"outer\", parent = true, sample = 0"))};
    const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    const std::string line = "traceparent: 00-" + trace + "-00f067aa0ba902b7-";
    BOOST_TEST(outer.client().get("/", line + "01\r\n").status() == 200);
    const auto spans = collector.wait_for(4, trace);
    BOOST_TEST(spans.size() == 4u);
    const auto of = [&](const std::string& service, Kind kind) {
        std::vector<CollectedSpan> its;
        for (const auto& span : spans)
            if (span.service == service) its.push_back(span);
        return the(kind, its);
    };
    BOOST_TEST(of("outer", server).parent == "00f067aa0ba902b7");
    BOOST_TEST(of("outer", client).parent == of("outer", server).id);
    BOOST_TEST(of("inner", server).parent == of("outer", client).id);
    BOOST_TEST(of("inner", client).parent == of("inner", server).id);
    BOOST_TEST(span_of(upstream.last()) == of("inner", client).id);
    // Whoever began the trace does not want it recorded: nobody does, whatever comes before and after it.
    BOOST_TEST(outer.client().get("/", "traceparent: 00-" + std::string(32, 'a') + "-00f067aa0ba902b7-00\r\n").status() == 200);
    BOOST_TEST(outer.client().get("/", "traceparent: 00-" + std::string(32, 'b') + "-00f067aa0ba902b7-01\r\n").status() == 200);
    collector.wait_for(4, std::string(32, 'b'));
    BOOST_TEST(collector.spans(std::string(32, 'a')).empty());
}

BOOST_AUTO_TEST_CASE(each_attempt_has_a_span_and_says_how_it_ended) {
    Collector collector;
    ScriptedUpstream upstream{failing(503)};
    const GatewayProcess gateway{routes_to(
        upstream.address(), "retry = { attempts = 3, on = { 503 }, backoff = 1 * milliseconds }", "", tracing(collector))};
    BOOST_TEST(gateway.client().get("/").status() == 503);
    const auto spans = collector.wait_for(4);
    BOOST_TEST(spans.size() == 4u);
    const auto& request = the(server, spans);
    BOOST_TEST(request.status == failed);
    BOOST_TEST(said(request, "error.type") == "503");
    const auto received = upstream.received();
    for (std::size_t i = 0; i < 3; ++i) {
        const auto& attempt = the(client, spans, i);
        BOOST_TEST(attempt.parent == request.id);
        BOOST_TEST(attempt.id == span_of(received.at(i)));
        BOOST_TEST(attempt.status == failed);
        BOOST_TEST(said(attempt, "error.type") == "503");
        BOOST_TEST(said(attempt, "http.request.resend_count") == (i == 0 ? "(none)" : std::to_string(i)));
    }
}

BOOST_AUTO_TEST_CASE(one_that_reaches_nobody_says_so) {
    Collector collector;
    const int deaf = bind_deaf();
    const GatewayProcess gateway{routes_to(bound_address(deaf), "retry = false", "", tracing(collector))};
    BOOST_TEST(gateway.client().get("/").status() == 502);
    const auto spans = collector.wait_for(2);
    BOOST_TEST(said(the(client, spans), "error.type") == "connect");
    BOOST_TEST(said(the(client, spans), "http.response.status_code") == "(none)");
    BOOST_TEST(the(client, spans).status == failed);
    BOOST_TEST(said(the(server, spans), "http.response.status_code") == "502");
    BOOST_TEST(said(the(server, spans), "error.type") != "502");  // but the reason
    const Connection closing{deaf};
}

BOOST_AUTO_TEST_CASE(what_the_client_did_wrong_is_no_error_of_the_gateway) {
    Collector collector;
    ScriptedUpstream upstream{ScriptedUpstream::always("here")};
    const GatewayProcess gateway{tracing(collector) + "route \"GET /a\" { upstream = upstream \"u\" { targets = { \"" +
                                 upstream.address() + "\" } } }\n"};
    BOOST_TEST(gateway.client().get("/nothing").status() == 404);
    const auto missing = the(server, collector.wait_for(1));
    BOOST_TEST(missing.name == "GET");
    BOOST_TEST(missing.status == 0);
    BOOST_TEST(said(missing, "http.route") == "(none)");
    BOOST_TEST(said(missing, "tollgate.reason") == "no_route");
    auto client = gateway.client();
    client.send("MADEUP /a HTTP/1.1\r\nHost: gate.test\r\n\r\n");
    BOOST_TEST(client.answer().status() == 405);
    const auto odd = the(server, collector.wait_for(2), 1);
    BOOST_TEST(odd.name == "HTTP");
    BOOST_TEST(said(odd, "http.request.method") == "_OTHER");
    BOOST_TEST(said(odd, "http.request.method_original") == "MADEUP");
}

BOOST_AUTO_TEST_CASE(a_copy_has_a_span_too) {
    Collector collector;
    ScriptedUpstream upstream{ScriptedUpstream::always("real")}, shadow{ScriptedUpstream::always("copy")};
    const GatewayProcess gateway{tracing(collector) +
                                 "local u = upstream \"u\" { targets = { \"" + upstream.address() + "\" } }\n"
                                 "local s = upstream \"s\" { targets = { \"" + shadow.address() + "\" } }\n"
                                 "route \"* /**\" { upstream = u, mirror = { upstream = s } }\n"};
    BOOST_TEST(gateway.client().get("/").status() == 200);
    const auto spans = collector.wait_for(3);
    const auto copy = std::find_if(spans.begin(), spans.end(), [](const auto& span) { return said(span, "tollgate.attempt") == "mirror"; });
    BOOST_REQUIRE((copy != spans.end()));
    BOOST_TEST(copy->parent == the(server, spans).id);
    BOOST_TEST(copy->id == span_of(shadow.last()));
    BOOST_TEST(said(*copy, "tollgate.upstream") == "s");
}

BOOST_AUTO_TEST_CASE(of_two_attempts_at_once_one_is_the_hedge) {
    Collector collector;
    ScriptedUpstream slow{[](UpstreamConnection& connection) {
        while (connection.read_request()) continue;
    }};
    ScriptedUpstream quick{ScriptedUpstream::always("quick")};
    const GatewayProcess gateway{tracing(collector) + "local u = upstream \"u\" { targets = { \"" + slow.address() + "\", \"" +
                                 quick.address() + "\" }, retry = { hedge = 20 * milliseconds } }\n"
                                 "route \"* /**\" { upstream = u }\n"};
    BOOST_TEST(gateway.client().get("/").body == "quick");
    const auto spans = collector.wait_for(3);
    wait_until("the slow one has read its request", [&] { return slow.requests() == 1; });
    const auto hedge = std::find_if(spans.begin(), spans.end(), [](const auto& span) { return said(span, "tollgate.attempt") == "hedge"; });
    const auto late = std::find_if(spans.begin(), spans.end(), [](const auto& span) { return said(span, "error.type") == "abandoned"; });
    BOOST_REQUIRE((hedge != spans.end() && late != spans.end()));
    BOOST_TEST(hedge->id == span_of(quick.last()));
    BOOST_TEST(late->id == span_of(slow.last()));
    BOOST_TEST(hedge->parent == late->parent);
    BOOST_TEST(late->status == 0);
}

BOOST_AUTO_TEST_CASE(a_plugin_that_takes_noticeable_time_has_a_span) {
    Collector collector;
    ScriptedUpstream upstream{ScriptedUpstream::always("here")};
    const std::string logging = " always { logging { to = \"stdout\" } }";
    const GatewayProcess all{routes_to(upstream.address(), "", "", tracing(collector, ", noticeable = 0 * seconds") + logging)};
    BOOST_TEST(all.client().get("/").status() == 200);
    const auto spans = collector.wait_for(7);
    const auto& door = the(internal, spans);
    std::multiset<std::string> doors;
    for (const auto& span : spans)
        if (span.kind == internal) doors.insert(span.name);
    const std::multiset<std::string> all_doors{"logging on_attempt", "logging on_log", "logging on_request",
                                               "logging on_response", "logging on_upstream"};
    BOOST_TEST(doors == all_doors, boost::test_tools::per_element());
    BOOST_TEST(door.name == "logging on_request");
    BOOST_TEST(door.parent == the(server, spans).id);
    BOOST_TEST(said(door, "tollgate.where") == "routes.lua:1");
    Collector others;
    const GatewayProcess none{routes_to(upstream.address(), "", "", tracing(others, ", noticeable = 1 * hours") + logging)};
    BOOST_TEST(none.client().get("/").status() == 200);
    BOOST_TEST(others.wait_for(2).size() == 2u);
}

// The spans of the last request are sent although nothing is due, and the collector is slow.
BOOST_AUTO_TEST_CASE(a_gateway_that_is_stopped_sends_what_it_has) {
    Collector collector{[](UpstreamConnection& connection, const Message&) {
        connection.send_in_pieces("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 3);
    }};
    ScriptedUpstream upstream{ScriptedUpstream::always("here")};
    GatewayProcess gateway{routes_to(upstream.address(), "", "", "tracing { to = \"" + collector.url() + "\", every = 10 * minutes }")};
    for (int i = 0; i < 5; ++i) BOOST_TEST(gateway.client().get("/").status() == 200);
    gateway.stop();
    BOOST_TEST(collector.spans().size() == 10u);
}

BOOST_AUTO_TEST_CASE(a_collector_that_is_away_is_said_once_and_costs_only_spans) {
    const int deaf = bind_deaf();
    ScriptedUpstream upstream{ScriptedUpstream::always("here")};
    GatewayProcess gateway{routes_to(upstream.address(), "", "",
                                     "tracing { to = \"http://" + bound_address(deaf) + "\", every = 50 * milliseconds, queue = 4, batch = 4 }")};
    for (int i = 0; i < 20; ++i) BOOST_TEST(gateway.client().get("/").status() == 200);
    wait_until("36 are dropped", [&] {
        RawClient admin{gateway.admin()};
        admin.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
        const std::string text = admin.answer().body;
        return text.find("tollgate_trace_spans_total{result=\"dropped\"} 36\n") != text.npos &&
               text.find("tollgate_trace_spans_waiting 4\n") != text.npos;
    });
    gateway.stop();  // after more tries
    const std::string log = gateway.process().stderr_text();
    BOOST_TEST(log.find("spans wait for it") != log.npos, log);
    BOOST_TEST(log.find("spans wait for it") == log.rfind("spans wait for it"), log);
    BOOST_TEST(log.find("4 spans could not be sent before the end") != log.npos, log);
    const Connection closing{deaf};
}

// By TLS, and for whom else it hears. The gateway that stands in front of it is none of the traced.
BOOST_AUTO_TEST_CASE(a_collector_may_be_behind_https_and_have_a_name) {
    Collector collector;
    ScriptedUpstream upstream{ScriptedUpstream::always("here")};
    const Certificate certificate{{.names = "IP:127.0.0.1"}};
    const GatewayProcess front{"listen { \"127.0.0.1:0\", tls = { certificate = \"" + certificate.file().string() + "\", key = \"" +
                               certificate.key_file().string() + "\" } }\n" + routes_to(collector.address())};
    const GatewayProcess gateway{routes_to(
        upstream.address(), "", "",
        "tracing { to = \"https://" + front.address() + "\", every = 100 * milliseconds, headers = { Host = \"traces.test\" }, " +
            "tls = { authorities = \"" + certificate.file().string() + "\" } }")};
    BOOST_TEST(gateway.client().get("/").status() == 200);
    BOOST_TEST(collector.wait_for(2).size() == 2u);
    const auto request = collector.requests().at(0);
    BOOST_TEST(request.header("Host") == "traces.test");
    BOOST_TEST(request.count("Host") == 1u);
    BOOST_TEST(request.start_line == "POST /v1/traces HTTP/1.1");
}

// What the cache asks for by itself, while the client has its answer already, belongs to that request.
BOOST_AUTO_TEST_CASE(what_the_cache_asks_for_by_itself_is_part_of_the_trace) {
    Collector collector;
    ScriptedUpstream upstream{ScriptedUpstream::always("here", "Cache-Control: max-age=0, stale-while-revalidate=3600\r\n")};
    const GatewayProcess gateway{routes_to(upstream.address(), "", "plugins = { cache {} }", tracing(collector, ", parent = true"))};
    const std::string first(32, 'a'), second(32, 'b');
    for (const auto& trace : {first, second})
        BOOST_TEST(gateway.client().get("/", "traceparent: 00-" + trace + "-00f067aa0ba902b7-01\r\n").status() == 200);
    const auto spans = collector.wait_for(2, second);
    const auto &request = the(server, spans), &errand = the(client, spans);
    BOOST_TEST(errand.parent == request.id);
    BOOST_TEST(upstream.requests() == 2);
    BOOST_TEST(upstream.last().header("traceparent") == "00-" + second + '-' + errand.id + "-01");
}

BOOST_AUTO_TEST_CASE(a_reload_sends_spans_elsewhere) {
    Collector first, second;
    ScriptedUpstream upstream{ScriptedUpstream::always("here")};
    GatewayProcess gateway{routes_to(upstream.address())};
    BOOST_TEST(gateway.client().get("/").status() == 200);
    for (const Collector* collector : {&first, &second}) {
        gateway.write_routes(routes_to(upstream.address(), "", "", tracing(*collector)));
        BOOST_TEST(gateway.reload().find("reloaded") != std::string::npos);
        BOOST_TEST(gateway.client().get("/").status() == 200);
        collector->wait_for(2);
    }
    BOOST_TEST(first.spans().size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
