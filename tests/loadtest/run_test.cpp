// tests/loadtest/run_test.cpp - whole runs against upstreams that behave and misbehave; the ledger balances in all.
#include "loadtest/run.h"

#include "support/certificates.h"
#include "support/nginx.h"
#include "support/scripted_upstream.h"
#include "support/temporary_folder.h"
#include "support/upstream_process.h"

#include <boost/test/unit_test.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

using namespace tollgate::loadtest;
using namespace std::chrono_literals;
using tollgate::test::Nginx;
using tollgate::test::ScriptedUpstream;
using tollgate::test::UpstreamConnection;
using tollgate::test::UpstreamProcess;

BOOST_AUTO_TEST_SUITE(loadtest_run)

namespace {

struct Nobody final : Spectator {
    Wish watch(const Results&, double) override { return Wish::go_on; }
    bool wants_results() const noexcept override { return false; }
};

Options asking(const std::string& url, unsigned connections = 1) {
    Options options;
    options.targets.emplace_back().url = parse_url(url);
    options.connections = options.most_in_flight = connections;
    options.timeout = options.drain = 60s;
    return options;
}

Options asking_times(const std::string& url, std::uint64_t requests, unsigned connections = 1) {
    Options options = asking(url, connections);
    options.requests = requests;
    return options;
}

Results play(const Options& options) {
    Nobody nobody;
    const Requests requests{options};
    Results results = run(options, requests, resolve(requests), nobody);
    BOOST_TEST(results.ledger.balanced());
    BOOST_TEST(results.warmup.ledger.balanced());
    std::uint64_t classes = 0;
    for (const std::uint64_t count : results.class_counts()) classes += count;
    BOOST_TEST(classes == results.ledger.answered);
    std::uint64_t in_timeline = 0, lost_in_timeline = 0;
    for (const Interval& interval : results.timeline) {
        for (const std::uint64_t count : interval.classes) in_timeline += count;
        lost_in_timeline += interval.unanswered;
    }
    BOOST_TEST(in_timeline == results.ledger.answered);
    BOOST_TEST(lost_in_timeline == results.ledger.unanswered());
    return results;
}

std::uint64_t answered(const Results& results, int status) {
    const auto found = results.codes.find(status);
    return found == results.codes.end() ? 0 : found->second.response.count();
}

std::uint64_t errors(const Results& results, const std::string& problem) {
    const auto found = results.errors.find(problem);
    return found == results.errors.end() ? 0 : found->second;
}

// One answer, in these bytes, to each request of a connection.
ScriptedUpstream::Script answering(std::string bytes) {
    return [bytes = std::move(bytes)](UpstreamConnection& connection) {
        while (connection.read_request()) connection.send(bytes);
    };
}

// The bytes, and then the end.
ScriptedUpstream::Script answering_once(std::string bytes) {
    return [bytes = std::move(bytes)](UpstreamConnection& connection) {
        if (connection.read_request()) connection.send(bytes);
    };
}

}  // namespace

// ---- counting ------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(counts_agree_with_nginx_to_the_last_request) {
    Nginx nginx{"location = /ok { return 200 'fine'; } location = /limited { return 429; } location = /broken { return 503; }"};
    Options options = asking_times("http://" + nginx.address() + "/ok", 3000, 7);
    options.threads = 2;
    options.warmup = 50ms;
    const std::map<std::string, std::pair<double, int>> paths{{"/limited", {2, 429}}, {"/broken", {0.5, 503}}, {"/none", {1, 404}}};
    for (const auto& [path, what] : paths) {
        Target target;
        target.url = parse_url("http://" + nginx.address() + path);
        target.weight = what.first;
        options.targets.push_back(target);
    }
    const Results results = play(options);
    BOOST_TEST(results.ledger.planned == 3000u);
    BOOST_TEST(results.ledger.answered == 3000u);
    BOOST_TEST(results.seconds > 0);
    // Those of the warm-up that were still under way as it ended came in time, too.
    BOOST_TEST(results.answered_in_time >= 3000u);
    BOOST_TEST(results.answered_in_time <= 3007u);

    std::map<std::string, std::uint64_t> ours, theirs;
    for (std::size_t i = 0; i < results.targets.size(); ++i) {
        const auto note = [&](int status, std::uint64_t count) {
            ours["\"GET " + options.targets[i].url.path + " HTTP/1.1\" " + std::to_string(status)] += count;
        };
        for (const auto& [status, count] : results.targets[i].codes) note(status, count);
        for (const auto& [status, count] : results.warmup.codes[i]) note(status, count);
    }
    for (const std::string& line : nginx.access_log(3000 + results.warmup.ledger.sent)) {
        const auto begin = line.find('"');
        ++theirs[line.substr(begin, line.find(' ', line.find("\" ") + 2) - begin)];
    }
    BOOST_TEST(ours.size() == 4u);
    BOOST_TEST(ours == theirs);
}

BOOST_AUTO_TEST_CASE(each_status_has_its_own_count_and_latency) {
    std::atomic<int> number{0};
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        while (connection.read_request()) {
            constexpr int statuses[] = {200, 429, 503, 204, 302, 404, 600, 999};
            connection.answer(statuses[number++ % 8], "");
        }
    }};
    const Results results = play(asking_times("http://" + upstream.address(), 80, 1));
    for (const int status : {200, 429, 503, 204, 302, 404, 600, 999}) {
        BOOST_TEST(answered(results, status) == 10u);
        BOOST_TEST(results.codes.at(status).service.count() == 10u);
    }
    BOOST_TEST(results.class_counts()[static_cast<std::size_t>(StatusClass::limited)] == 10u);
    BOOST_TEST(results.failed.size() == 10u);  // those of 5xx
}

BOOST_AUTO_TEST_CASE(keys_are_counted_as_the_upstream_saw_them) {
    ScriptedUpstream upstream{ScriptedUpstream::always("x")};
    Options options = asking_times("http://" + upstream.address(), 400, 3);
    options.keys = {{"secret-a", "a", 3}, {"secret-b", "b", 1}};
    const Results results = play(options);
    std::map<std::string, std::uint64_t> seen;
    for (const auto& request : upstream.received()) ++seen[request.header("X-API-Key")];
    BOOST_TEST(seen.size() == 2u);
    BOOST_TEST(results.keys[0].classes[1] == seen["secret-a"]);
    BOOST_TEST(results.keys[1].classes[1] == seen["secret-b"]);
    BOOST_TEST(seen["secret-a"] > seen["secret-b"]);
    BOOST_TEST(results.keys[0].response->count() == seen["secret-a"]);
}

BOOST_AUTO_TEST_CASE(every_request_has_an_id_and_the_slowest_are_named) {
    ScriptedUpstream upstream{ScriptedUpstream::always("x")};
    Options options = asking_times("http://" + upstream.address(), 100, 4);
    options.threads = 2;
    options.slowest = 3;
    const Results results = play(options);
    std::set<std::string> ids;
    for (const auto& request : upstream.received()) ids.insert(request.header("X-Request-Id"));
    BOOST_TEST(ids.size() == 100u);
    BOOST_TEST(results.slowest.size() == 3u);
    for (const SlowRequest& slow : results.slowest) {
        BOOST_TEST(ids.contains(slow.id));
        BOOST_TEST(slow.id.starts_with(results.run_id));
    }
    BOOST_TEST(results.slowest[0].response == results.all_responses().max());
}

// ---- connections ---------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(connections_are_kept_unless_told_otherwise) {
    ScriptedUpstream upstream{ScriptedUpstream::always("x")};
    BOOST_TEST(play(asking_times("http://" + upstream.address(), 50, 2)).connections_opened == 2u);
    BOOST_TEST(upstream.connections() == 2);
    Options options = asking_times("http://" + upstream.address(), 50, 2);
    options.keep_alive = false;
    BOOST_TEST(play(options).connections_opened == 50u);
}

BOOST_AUTO_TEST_CASE(an_upstream_that_closes_after_each_answer_is_connected_to_again) {
    for (const char* answer : {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
                               "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 200 OK\r\n\r\nuntil the end"}) {
        ScriptedUpstream upstream{answering_once(answer)};
        const Results results = play(asking_times("http://" + upstream.address(), 20, 2));
        BOOST_TEST_CONTEXT(answer) {
            BOOST_TEST(answered(results, 200) == 20u);
            BOOST_TEST(results.ledger.connection_errors == 0u);
            // Of the two first ones one may have been opened for nothing, if the other had all requests.
            BOOST_TEST(results.connections_opened >= 20u);
        }
    }
}

BOOST_AUTO_TEST_CASE(ipv6_and_unix_sockets_are_asked_as_well) {
    ScriptedUpstream six{ScriptedUpstream::always("x"), "[::1]:0"};
    BOOST_TEST(answered(play(asking_times("http://" + six.address() + "/", 10)), 200) == 10u);
    BOOST_TEST(six.last().header("Host") == six.address());
    const tollgate::test::TemporaryFolder folder;
    ScriptedUpstream local{ScriptedUpstream::always("x"), "unix:" + (folder / "socket").string()};
    Options options = asking_times("http://gateway.example/path", 10);
    options.unix_socket = (folder / "socket").string();
    BOOST_TEST(answered(play(options), 200) == 10u);
    BOOST_TEST(local.last().header("Host") == "gateway.example");
    BOOST_TEST(local.last().target() == "/path");
}

BOOST_AUTO_TEST_CASE(two_upstreams_do_not_close_each_others_connections) {
    ScriptedUpstream one{ScriptedUpstream::always("1")}, two{ScriptedUpstream::always("2")};
    Options options = asking_times("http://" + one.address(), 200, 3);
    options.targets.emplace_back().url = parse_url("http://" + two.address());
    const Results results = play(options);
    BOOST_TEST(results.connections_opened == 6u);
    BOOST_TEST(one.requests() + two.requests() == 200);
    BOOST_TEST(results.targets[0].codes.at(200) == static_cast<std::uint64_t>(one.requests()));
}

// nginx behind TLS on a Unix socket, with a certificate for "api.example".
struct SecureNginx {
    tollgate::test::TemporaryFolder folder;
    tollgate::test::Certificate certificate{{.names = "DNS:api.example"}};
    std::string socket = (folder / "socket").string();
    Nginx nginx{"listen unix:" + socket + " ssl; ssl_certificate " + certificate.file().string() + "; ssl_certificate_key " +
                certificate.key_file().string() + "; location / { return 200 '$https $server_protocol'; }"};

    Options asking(const std::string& host, std::uint64_t requests) const {
        Options options = asking_times("https://" + host + "/", requests, 3);
        options.unix_socket = socket;
        return options;
    }
};

BOOST_AUTO_TEST_CASE(https_is_asked_over_kept_connections_of_whoever_the_certificate_names) {
    const SecureNginx secure;
    Options options = secure.asking("api.example", 300);
    options.authorities = secure.certificate.file().string();
    options.threads = 2;
    Results results = play(options);
    BOOST_TEST(answered(results, 200) == 300u);
    BOOST_TEST(results.connections_opened == 3u);
    BOOST_TEST(results.connecting.count() == 3u);
    options.keep_alive = false;
    options.requests = 20;
    results = play(options);
    BOOST_TEST(answered(results, 200) == 20u);
    BOOST_TEST(results.connections_opened == 20u);
    BOOST_TEST(secure.nginx.access_log(320).size() == 320u);
}

BOOST_AUTO_TEST_CASE(https_to_somebody_else_is_refused_unless_anybody_will_do) {
    const SecureNginx secure;
    Options options = secure.asking("other.example", 10);
    BOOST_CHECK_EXCEPTION(play(options), Unreachable, [](const Unreachable& error) {
        return std::string_view{error.what()}.find("TLS: certificate verify failed: ") != std::string_view::npos;
    });
    options.authorities = secure.certificate.file().string();
    BOOST_CHECK_THROW(play(options), Unreachable);
    options.insecure = true;
    BOOST_TEST(answered(play(options), 200) == 10u);
    options.authorities = "/nonexistent";
    options.insecure = false;
    BOOST_CHECK_THROW(play(options), UsageError);
}

BOOST_AUTO_TEST_CASE(https_to_who_speaks_plain_http_is_an_error_with_its_reason) {
    const Nginx plain{"location / { return 200; }"};
    BOOST_CHECK_EXCEPTION(play(asking("https://" + plain.address())), Unreachable, [](const Unreachable& error) {
        return std::string_view{error.what()}.find("TLS: ") != std::string_view::npos;
    });
}

BOOST_AUTO_TEST_CASE(who_cannot_be_reached_is_an_error_at_once) {
    const int deaf = tollgate::test::bind_deaf();
    const std::string address = tollgate::test::bound_address(deaf);
    BOOST_CHECK_EXCEPTION(play(asking("http://" + address, 3)), Unreachable, [&](const Unreachable& error) {
        return std::string{error.what()} == address + ": connection refused";
    });
    BOOST_CHECK_THROW(play(asking("http://no-such-host.invalid/")), Unreachable);
    ::close(deaf);
}

// ---- answers -------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(whatever_is_a_whole_answer_counts_once) {
    const std::string interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    const std::string chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nTrailer: x\r\n\r\n";
    const std::string large = "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + std::string(300'000, 'x');
    for (const std::string& bytes : {interim + chunked, chunked, large, std::string{"HTTP/1.1 204 No Content\r\n\r\n"}}) {
        ScriptedUpstream upstream{answering(bytes)};
        const Results results = play(asking_times("http://" + upstream.address(), 30, 2));
        BOOST_TEST(results.ledger.answered == 30u);
        BOOST_TEST(results.connections_opened == 2u);
        BOOST_TEST(results.bytes_received == 30 * bytes.size());
    }
}

BOOST_AUTO_TEST_CASE(an_answer_to_head_has_no_body) {
    ScriptedUpstream upstream{answering("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")};
    Options options = asking_times("http://" + upstream.address(), 10);
    options.targets[0].method = "HEAD";
    const Results results = play(options);
    BOOST_TEST(results.ledger.answered == 10u);
    BOOST_TEST(results.connections_opened == 1u);
}

BOOST_AUTO_TEST_CASE(garbage_is_a_connection_error_with_its_reason) {
    const std::string head = "HTTP/1.1 200 OK\r\n";
    const std::map<std::string, std::string> cases{
        {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "malformed answer: expected an HTTP/1 status line"},
        {head + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "malformed answer: expected one Content-Length line"},
        {head + "X: " + std::string(40'000, 'x') + "\r\n\r\n", "malformed answer: the headers are larger than 32768 bytes"},
        {head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", "malformed answer: "}};
    for (const auto& [bytes, problem] : cases) {
        ScriptedUpstream upstream{answering_once(bytes)};
        const Results results = play(asking_times("http://" + upstream.address(), 5));
        BOOST_TEST_CONTEXT(problem << " among " << (results.errors.empty() ? "nothing" : results.errors.begin()->first)) {
            BOOST_TEST(results.ledger.connection_errors == 5u);
            BOOST_REQUIRE(results.errors.size() == 1u);
            BOOST_TEST(results.errors.begin()->first.starts_with(problem));
        }
    }
}

BOOST_AUTO_TEST_CASE(an_answer_cut_short_is_not_an_answer) {
    const std::map<std::string, std::string> cases{
        {"", "closed before an answer"},
        {"HTTP/1.1 200 OK\r\nContent-Le", "closed in the middle of an answer's head"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", "closed in the middle of an answer's body"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "closed in the middle of an answer's body"}};
    for (const auto& [bytes, problem] : cases) {
        ScriptedUpstream upstream{answering_once(bytes)};
        const Results results = play(asking_times("http://" + upstream.address(), 6, 2));
        BOOST_TEST(errors(results, problem) == 6u);
        BOOST_TEST(results.ledger.connection_errors == 6u);
    }
}

BOOST_AUTO_TEST_CASE(a_reset_is_told_from_a_close) {
    ScriptedUpstream upstream{[](UpstreamConnection& connection) {
        if (!connection.read_request()) return;
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
        connection.reset();
    }};
    const Results results = play(asking_times("http://" + upstream.address(), 4));
    BOOST_TEST(results.ledger.connection_errors == 4u);
    BOOST_REQUIRE(results.errors.size() == 1u);
    BOOST_TEST(results.errors.begin()->first.find("reset") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_answer_that_comes_before_the_whole_request_counts) {
    ScriptedUpstream upstream{[](UpstreamConnection& connection) {
        for (;;) {
            auto request = connection.read_request_head();
            connection.send("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
            tollgate::test::read_body(connection, request, true);
            if (!request.complete) return;  // the client spares itself the rest
        }
    }};
    Options options = asking_times("http://" + upstream.address(), 5);
    options.targets[0].method = "POST";
    options.targets[0].body.assign(8 << 20, 'x');
    const Results results = play(options);
    BOOST_TEST(answered(results, 413) == 5u);
}

BOOST_AUTO_TEST_CASE(large_bodies_arrive_whole) {
    ScriptedUpstream upstream{ScriptedUpstream::always("x")};
    Options options = asking_times("http://" + upstream.address(), 6, 2);
    options.targets[0].method = "PUT";
    options.targets[0].body.assign(3 << 20, 'y');
    BOOST_TEST(play(options).ledger.answered == 6u);
    for (const auto& request : upstream.received()) BOOST_TEST((request.body == options.targets[0].body));
}

// ---- time ----------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(silence_is_a_timeout) {
    ScriptedUpstream upstream{[](UpstreamConnection& connection) {
        connection.read_request();
        connection.wait_for_end();
    }};
    Options options = asking_times("http://" + upstream.address(), 3);
    options.timeout = 50ms;
    const Results results = play(options);
    BOOST_TEST(results.ledger.timeouts == 3u);
    BOOST_TEST(errors(results, "timeout before an answer") == 3u);
    BOOST_TEST(results.failed.size() == 3u);
    for (const SlowRequest& failed : results.failed) BOOST_TEST(failed.service >= 50'000'000u);
}

BOOST_AUTO_TEST_CASE(an_answer_in_drops_times_out_as_a_whole) {
    ScriptedUpstream upstream{[](UpstreamConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
        while (connection.silent_for(5ms)) connection.send("x");
    }};
    Options options = asking_times("http://" + upstream.address(), 1);
    options.timeout = 2s;
    const Results results = play(options);
    BOOST_TEST(errors(results, "timeout in the middle of an answer's body") == 1u);
}

// Coordinated omission: the upstream stalls once, for one request. A caller who comes on time waits all the same, which
// response time shows, and service time does not.
BOOST_AUTO_TEST_CASE(a_stall_shows_in_response_time_and_not_in_service_time) {
    constexpr auto stall = 600ms;
    std::atomic<int> number{0};
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        while (connection.read_request()) {
            if (++number == 10) std::this_thread::sleep_for(stall);  // what is measured here
            connection.answer(200, "x");
        }
    }};
    Options options = asking("http://" + upstream.address());
    options.rate = 200;
    options.duration = 600ms;
    const Results results = play(options);
    BOOST_TEST(results.ledger.planned == 120u);
    BOOST_TEST(results.ledger.answered == 120u);
    const Latencies latencies = results.of_class(StatusClass::success);
    BOOST_TEST(latencies.service.max() >= 600'000'000u);
    BOOST_TEST(latencies.response.max() >= 600'000'000u);
    // About 110 of 120 were due while the upstream stalled or while what it had held up was caught up with.
    BOOST_TEST(latencies.response.percentile(50) > 100'000'000u);
    BOOST_TEST(latencies.service.percentile(90) < latencies.response.percentile(50) / 4);
    BOOST_TEST(results.generator.waited_for_connection > 60u);
}

BOOST_AUTO_TEST_CASE(an_open_loop_opens_connections_as_it_needs_them) {
    tollgate::test::Gate gate;
    std::atomic<int> open{0};
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        while (connection.read_request()) {
            if (++open == 20) gate.open();
            gate.wait();  // nobody is answered before twenty have asked
            connection.answer(200, "x");
        }
    }};
    Options options = asking("http://" + upstream.address(), 2);
    options.most_in_flight = 20;
    options.rate = 500;
    options.requests = 40;
    const Results results = play(options);
    BOOST_TEST(results.ledger.answered == 40u);
    BOOST_TEST(results.connections_opened == 20u);
    BOOST_TEST(upstream.connections() == 20);
}

BOOST_AUTO_TEST_CASE(what_the_drain_leaves_is_aborted_and_what_was_owed_is_never_sent) {
    ScriptedUpstream upstream{[](UpstreamConnection& connection) {
        connection.read_request();
        connection.wait_for_end();
    }};
    Options options = asking("http://" + upstream.address(), 2);
    options.rate = 100;
    options.duration = 200ms;
    options.drain = 50ms;
    const Results results = play(options);
    BOOST_TEST(results.ledger.planned == 20u);
    BOOST_TEST(results.ledger.sent == 2u);
    BOOST_TEST(results.ledger.aborted == 2u);
    BOOST_TEST(results.ledger.never_sent == 18u);
    BOOST_TEST(errors(results, "aborted") == 2u);
}

// Ends a run as soon as what has been counted so far is as wished.
struct Stopper final : Spectator {
    explicit Stopper(std::function<bool(const Results&)> enough) : enough{std::move(enough)} {}
    Wish watch(const Results& so_far, double) override {
        seen = so_far.ledger.answered;
        return enough(so_far) ? Wish::stop : Wish::go_on;
    }
    bool wants_results() const noexcept override { return true; }
    std::function<bool(const Results&)> enough;
    std::uint64_t seen = 0;
};

BOOST_AUTO_TEST_CASE(an_upstream_that_dies_during_a_run_changes_counts_and_the_ledger_balances) {
    auto upstream = std::make_unique<Nginx>("location / { return 200 'fine'; }");
    Options options = asking("http://" + upstream->address(), 8);
    options.duration = 1h;
    options.threads = 2;
    std::thread killer{[&] {
        upstream->access_log(200);  // once the run is well under way
        upstream.reset();
    }};
    Stopper stopper{[](const Results& so_far) { return so_far.errors.contains("connection refused"); }};
    const Requests requests{options};
    const Results results = run(options, requests, resolve(requests), stopper);
    killer.join();
    BOOST_TEST(results.ledger.balanced());
    BOOST_TEST(answered(results, 200) >= 200u);
    BOOST_TEST(results.ledger.connection_errors > 0u);
    // A client of a closed loop pauses after a connection that could not be made.
    BOOST_TEST(static_cast<double>(errors(results, "connection refused")) <= 8 * (results.seconds * 100 + 1));
}

// Connecting to a full Unix socket fails at once: the thread must hear of the time and of signals all the same.
BOOST_AUTO_TEST_CASE(connections_that_fail_at_once_do_not_keep_an_open_loop_from_ending) {
    const tollgate::test::TemporaryFolder folder;
    const std::string path = (folder / "socket").string();
    auto upstream = std::make_optional<ScriptedUpstream>(ScriptedUpstream::always("x"), "unix:" + path);
    Options options = asking("http://upstream.example/", 4);
    options.unix_socket = path;
    options.keep_alive = false;
    options.rate = 100'000;
    options.duration = 1h;
    options.drain = 50ms;
    std::thread killer{[&] {
        tollgate::test::wait_until("requests come", [&] { return upstream->requests() > 10; });
        upstream.reset();
        std::filesystem::remove(path);
    }};
    Stopper stopper{[](const Results& so_far) { return so_far.ledger.connection_errors > 100; }};
    const Requests requests{options};
    const Results results = run(options, requests, resolve(requests), stopper);
    killer.join();
    BOOST_TEST(results.ledger.balanced());
    BOOST_TEST(results.ledger.never_sent > 0u);
}

// From the first millisecond on every connection is busy: whoever is late is late because of the upstream.
BOOST_AUTO_TEST_CASE(a_slow_target_is_not_taken_for_a_slow_generator) {
    const UpstreamProcess upstream{{"--delay", "50ms"}};
    Options options = asking("http://" + upstream.address(), 10);
    options.rate = 5000;
    options.duration = 1s;
    options.drain = 1s;
    const Results results = play(options);
    BOOST_TEST(results.ledger.never_sent > 3000u);
    // All but the first ten, and those that this thread was late for on its own account.
    BOOST_TEST(results.generator.waited_for_connection * 2 > results.ledger.sent);
    BOOST_TEST(results.generator.release_lag.count() == results.ledger.sent);
    BOOST_TEST(results.generator.release_lag.max() < 900'000'000u);
    BOOST_TEST(results.generator.send_lag.max() > 900'000'000u);
}

BOOST_AUTO_TEST_CASE(an_answer_in_a_hurry_times_out_all_the_same) {
    ScriptedUpstream upstream{[](UpstreamConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        const std::string piece = tollgate::test::chunk(std::string(60'000, 'x'));
        try {
            for (;;) connection.send(piece);
        } catch (const tollgate::test::ConnectionError&) {
            return;  // it had enough
        }
    }};
    Options options = asking_times("http://" + upstream.address(), 3, 3);
    options.timeout = 200ms;
    BOOST_TEST(play(options).ledger.timeouts == 3u);
}

BOOST_AUTO_TEST_CASE(an_end_right_behind_an_answer_is_no_error) {
    ScriptedUpstream upstream{[](UpstreamConnection& connection) {
        connection.read_request();
        // In one packet with the end of the connection, and without a word about it.
        const std::string_view bytes = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        ::send(connection.descriptor(), bytes.data(), bytes.size(), MSG_MORE | MSG_NOSIGNAL);
        connection.end_sending();
    }};
    Options options = asking("http://" + upstream.address());
    options.rate = 50;
    options.requests = 20;
    const Results results = play(options);
    BOOST_TEST(answered(results, 200) == 20u);
    BOOST_TEST(results.connections_opened >= 20u);
}

BOOST_AUTO_TEST_CASE(a_thread_without_work_does_not_blind_the_spectator) {
    ScriptedUpstream upstream{ScriptedUpstream::always("x")};
    Options options = asking("http://" + upstream.address(), 2);
    options.threads = 2;
    options.requests = 1;  // the second thread has none
    options.rate = 0.2;
    options.warmup = 4s;
    int looks = 0;
    Stopper stopper{[&](const Results&) { return ++looks == 2; }};
    const Requests requests{options};
    BOOST_TEST(run(options, requests, resolve(requests), stopper).interrupted);
}

BOOST_AUTO_TEST_CASE(warm_up_requests_are_in_no_figure) {
    ScriptedUpstream upstream{ScriptedUpstream::always("x")};
    Options options = asking("http://" + upstream.address(), 2);
    options.rate = 200;
    options.warmup = 300ms;
    options.duration = 200ms;
    const Results results = play(options);
    BOOST_TEST(results.warmup.ledger.planned == 60u);
    BOOST_TEST(results.ledger.planned == 40u);
    BOOST_TEST(results.warmup.codes[0].at(200) == 60u);
    BOOST_TEST(upstream.requests() == 100);
    BOOST_TEST(results.seconds == 0.2, boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(a_spectator_sees_the_run_and_may_end_it) {
    Stopper stopper{[](const Results& so_far) { return so_far.ledger.answered > 0; }};
    ScriptedUpstream upstream{ScriptedUpstream::always("x")};
    Options options = asking("http://" + upstream.address(), 2);
    options.duration = 120s;
    options.threads = 2;
    const Requests requests{options};
    const Results results = run(options, requests, resolve(requests), stopper);
    BOOST_TEST(results.interrupted);
    BOOST_TEST(results.ledger.balanced());
    BOOST_TEST(results.ledger.answered >= stopper.seen);
    BOOST_TEST(results.seconds < 100);
}

BOOST_AUTO_TEST_SUITE_END()
