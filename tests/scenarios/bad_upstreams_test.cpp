// tests/scenarios/bad_upstreams_test.cpp - every way an upstream can be bad, and what client, log and metrics say of
// it.
#include "support/certificates.h"
#include "support/full_queue.h"
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"
#include "support/tls_server.h"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace tollgate::test;
using namespace std::string_literals;
using namespace std::chrono_literals;

namespace {

// What is bad, and what comes of it.
struct Bad {
    std::string name;      // its upstream, and its route
    std::string settings;  // of the upstream, besides its target
    int status;            // what the client gets
    bool complete;         // the whole of it
    std::string reason;    // in answer and log; "": none
    std::string detail;    // part of the log's
    std::string outcome;   // label of the attempt
    std::string target;
};

ScriptedUpstream::Script sends(std::string bytes) {
    return [bytes = std::move(bytes)](UpstreamConnection& connection) {
        connection.read_request();
        connection.send(bytes);
    };
}
ScriptedUpstream::Script sends_and_hangs(std::string bytes) {
    return [bytes = std::move(bytes)](UpstreamConnection& connection) {
        connection.read_request();
        connection.send(bytes);
        connection.wait_for_end();
    };
}
ScriptedUpstream::Script sends_and_resets(std::string bytes) {
    return [bytes = std::move(bytes)](UpstreamConnection& connection) {
        connection.read_request();
        connection.send(bytes);
        connection.reset();
    };
}

const std::string ok = "HTTP/1.1 200 OK\r\n";
const std::string of_a_million = ok + "Content-Length: 1000000\r\n\r\n" + std::string(100'000, 'a');
const std::string in_chunks = ok + "Transfer-Encoding: chunked\r\n\r\n" + chunk(std::string(100'000, 'a'));
// For those alone that would never go on: whoever is slow because the machine is gets its time.
const std::string soon = "timeout = 300 * milliseconds", then_soon = "idle_timeout = 300 * milliseconds";

// All of them behind one gateway, so that what one does to another would show.
class Street {
public:
    Street() {
        add("refuses", 502, "upstream_unreachable", "refused", "not_connected", deaf_.local_address());
        add("has_no_socket", 502, "upstream_unreachable", "", "not_connected", "unix:/nonexistent/app.sock");
        add("has_no_name", 502, "upstream_unreachable", "", "not_connected", std::string(64, 'a') + ":80",
            "connect_timeout = 30 * seconds");
        add("takes_no_connection", 504, "upstream_timeout", "connecting", "connect_timeout", full_.address(),
            "connect_timeout = 300 * milliseconds");
        play("closes_at_once", 502, "upstream_reset", "closed", "reset", sends(""));
        play("resets_at_once", 502, "upstream_reset", "", "reset", sends_and_resets(""));
        play("closes_within_its_head", 502, "upstream_reset", "", "reset", sends(ok + "Content-Le"));
        play("says_nothing", 504, "upstream_timeout", "no answer in time", "timeout", sends_and_hangs(""), soon);
        play("stops_within_its_head", 504, "upstream_timeout", "no answer in time", "timeout",
             sends_and_hangs(ok + "Content-Le"), soon);
        play(
            "drips_its_head", 504, "upstream_timeout", "no answer in time", "timeout",
            [](UpstreamConnection& connection) {
                connection.read_request();
                connection.send(ok + "X-Drips: ");
                while (connection.silent_for(20ms)) connection.send("a");
            },
            soon);
        play("never_ends_its_head", 502, "upstream_garbage", "", "garbage", [](UpstreamConnection& connection) {
            connection.read_request();
            connection.send(ok);
            while (connection.send_as_far_as_possible("X-A: " + std::string(1000, 'a') + "\r\n", patience) > 0) {
            }
        });
        play("speaks_something_else", 502, "upstream_garbage", "", "garbage", sends("SSH-2.0-OpenSSH_9.2\r\n"));
        play("speaks_http_2", 502, "upstream_garbage", "", "garbage", sends("HTTP/2.0 200 OK\r\n\r\n"));
        play("has_two_lengths", 502, "upstream_garbage", "", "garbage",
             sends(ok + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"));
        play("goes_over_unasked", 502, "upstream_garbage", "101", "garbage",
             sends("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"));
        play("cuts_its_body", 200, "upstream_cut", "", "cut", sends(of_a_million), "", false);
        play("resets_its_body", 200, "upstream_cut", "", "cut", sends_and_resets(of_a_million), "", false);
        play("stops_its_body", 200, "upstream_timeout", "", "cut", sends_and_hangs(of_a_million), then_soon, false);
        play("cuts_its_chunks", 200, "upstream_cut", "", "cut", sends(in_chunks + "8\r\nhalf"), "", false);
        play("stops_its_chunks", 200, "upstream_timeout", "", "cut", sends_and_hangs(in_chunks), then_soon, false);
        play("breaks_its_chunks", 200, "upstream_garbage", "", "cut", sends_and_hangs(in_chunks + "zz\r\n"), "", false);
        add("is_somebody_else", 502, "upstream_unreachable", "certificate verify failed", "tls_failed",
            "https://" + stranger_.address().toString());
        play(
            "speaks_no_tls", 502, "upstream_unreachable", "does not speak TLS", "tls_failed",
            [](UpstreamConnection& connection) {
                connection.read_some();
                connection.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            },
            "", true, "https://");
        play(
            "never_shakes_hands", 504, "upstream_timeout", "connecting", "connect_timeout",
            [](UpstreamConnection& connection) { connection.wait_for_end(); }, "connect_timeout = 300 * milliseconds",
            true, "https://");
        // Not bad, but near it: what comes from the upstream is the client's, and slow is not dead.
        play("is_ill", 503, "", "", "answered", [](UpstreamConnection& connection) {
            while (connection.read_request()) connection.answer(503, "ill");
        });
        play(
            "is_slow", 200, "", "", "answered",
            [](UpstreamConnection& connection) {
                connection.read_request();
                connection.send(ok + "Content-Length: 10\r\n\r\n");
                for (int i = 0; i < 10 && connection.silent_for(250ms); ++i) connection.send("a");
            },
            "timeout = 2 * seconds, idle_timeout = 2 * seconds");
        play("is_well", 200, "", "", "answered", ScriptedUpstream::always("well"));
    }
    const std::vector<Bad>& all() const { return all_; }
    std::string routes() const {
        std::string text = "always { logging { format = \"json\" } }\n";
        for (const auto& bad : all_)
            text += "upstream \"" + bad.name + "\" { targets = \"" + bad.target + "\", " + bad.settings + " }\n" +
                    "route \"GET /" + bad.name + "\" { upstream = \"" + bad.name + "\" }\n";
        return text;
    }

private:
    void add(const std::string& name, int status, const std::string& reason, const std::string& detail,
             const std::string& outcome, const std::string& target, const std::string& settings = "",
             bool complete = true) {
        all_.push_back({name, settings, status, complete, reason, detail, outcome, target});
    }
    void play(const std::string& name, int status, const std::string& reason, const std::string& detail,
              const std::string& outcome, ScriptedUpstream::Script script, const std::string& settings = "",
              bool complete = true, const std::string& scheme = "") {
        played_.push_back(std::make_unique<ScriptedUpstream>(std::move(script)));
        add(name, status, reason, detail, outcome, scheme + played_.back()->address(), settings, complete);
    }

    const Connection deaf_{bind_deaf()};
    const FullQueue full_;
    const Certificate self_signed_{{.names = "IP:127.0.0.1"}};
    const TlsServer stranger_{self_signed_, [](TlsEnd& end) { end.shake_hands(); }};
    std::vector<std::unique_ptr<ScriptedUpstream>> played_;
    std::vector<Bad> all_;
};

std::string metrics(const GatewayProcess& gateway) {
    RawClient client{gateway.admin()};
    client.send("GET /metrics HTTP/1.1\r\nHost: " + gateway.admin() + "\r\nConnection: close\r\n\r\n");
    return client.answer().body;
}

bool has(std::string_view text, std::string_view what) { return text.find(what) != text.npos; }

// What the client is told: the status, and why, where there was still something to say.
void check_answer(const Bad& bad, const Message& answer) {
    BOOST_TEST(answer.status() == bad.status, bad.name << ": " << answer.start_line);
    BOOST_TEST(answer.complete == bad.complete, bad.name);
    if (bad.complete && !bad.reason.empty()) {
        BOOST_TEST(has(answer.body, "{\"error\":\"" + bad.reason + "\""), bad.name << ": " << answer.body);
        BOOST_TEST(!has(answer.body, "127.0.0.1"), bad.name << ": " << answer.body);  // addresses are for the log
    }
}

void check_line(const Bad& bad, const std::string& line) {
    BOOST_TEST(has(line, "\"status\":" + std::to_string(bad.status)), line);
    BOOST_TEST(has(line, bad.reason.empty() ? "\"upstream\":" : "\"reason\":\"" + bad.reason + "\""), line);
    BOOST_TEST(has(line, "\"reason\"") != bad.reason.empty(), line);
    BOOST_TEST(has(line, bad.complete ? "\"complete\":true" : "\"complete\":false"), line);
    BOOST_TEST(has(line, bad.detail), line);
    if (!bad.reason.empty()) BOOST_TEST(has(line, "\"detail\":\"" + bad.target + ": "), line);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_bad_upstreams)

BOOST_AUTO_TEST_CASE(each_has_its_status_its_reason_and_its_figure_and_harms_no_other) {
    const Street street;
    GatewayProcess gateway{street.routes()};
    std::size_t asked = 0;
    for (const auto& bad : street.all()) {
        check_answer(bad, gateway.client().get("/" + bad.name));
        const auto lines = gateway.log_lines(++asked);
        check_line(bad, lines.at(asked - 1));
    }
    const std::string figures = metrics(gateway);
    for (const auto& bad : street.all()) {
        const std::string figure =
            "{outcome=\"" + bad.outcome + "\",target=\"" + bad.target + "\",upstream=\"" + bad.name + "\"} 1\n";
        BOOST_TEST(has(figures, "tollgate_upstream_attempts_total" + figure), figure);
    }
    BOOST_TEST(has(figures, "\ntollgate_requests_in_flight 0\n"));
    BOOST_TEST(gateway.stop() == 0);
}

// All at once: who waits for the one that hangs keeps nobody else waiting.
BOOST_AUTO_TEST_CASE(together_they_are_no_worse) {
    const Street street;
    GatewayProcess gateway{street.routes()};
    std::vector<RawClient> clients;
    for (const auto& bad : street.all()) {
        clients.push_back(gateway.client());
        clients.back().send(RawClient::head("GET", "/" + bad.name));
    }
    for (std::size_t i = clients.size(); i-- > 0;) check_answer(street.all()[i], clients[i].answer());
    BOOST_TEST(gateway.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
