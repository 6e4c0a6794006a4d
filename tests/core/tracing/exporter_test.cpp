// tests/core/tracing/exporter_test.cpp - spans on their way to a collector: well, slow, refusing or away.
#include "tracing/exporter.h"

#include "support/collector.h"
#include "support/deadline.h"
#include "support/log.h"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <string>
#include <vector>

using namespace tollgate;
using namespace tollgate::tracing;
using namespace std::chrono_literals;
using test::Collector;

namespace {

std::unique_ptr<Span> span() {
    auto made = std::make_unique<Span>();
    made->place = http::Traceparent::begun();
    made->name = "GET";
    made->began = made->ended = std::chrono::system_clock::now();
    return made;
}

std::shared_ptr<Destination> to(const std::string& address) {
    std::string problem;
    auto collector = std::make_shared<upstream::Upstream>();
    collector->name = "tracing";
    collector->preserve_host = false;
    collector->keep_alive = 1;
    collector->targets.push_back(std::make_unique<upstream::UpstreamTarget>(
        *collector, *upstream::TargetAddress::parse("http://" + address, problem), 1, std::make_shared<upstream::TargetState>()));
    auto made = std::make_shared<Destination>();
    made->collector = std::move(collector);
    made->url = "http://" + address + "/v1/traces";
    made->path = "/v1/traces";
    made->every = 50ms;
    return made;
}

// So many go together, and not one by one.
std::shared_ptr<Destination> in_batches_of(std::size_t count, const std::string& address) {
    auto made = to(address);
    made->batch = count;
    made->every = 1h;
    return made;
}

std::vector<std::string> said(const log::Capture& capture) {
    std::vector<std::string> messages;
    for (const auto& line : capture.lines())
        if (line.area == "tracing") messages.push_back(line.message);
    return messages;
}

struct Site {
    net::Lookups lookups;
    Exporter exporter;
    explicit Site(net::Duration patience = 1h) : exporter{lookups, 2, patience} {}
    ~Site() { lookups.finish(); }
    void push(int count, std::size_t loop = 0) {
        for (int i = 0; i < count; ++i) exporter.of_loop(loop).push(span());
    }
    void wait_until_exported(std::uint64_t count) {
        test::wait_until("all are exported", [&] { return exporter.tally().exported == count; });
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(tracing_exporter)

BOOST_AUTO_TEST_CASE(spans_of_all_loops_are_sent_as_otlp_asks_for) {
    Collector collector;
    Site site;
    auto destination = to(collector.address());
    destination->service = "gate";
    destination->headers.add("X-Key", "secret");
    site.exporter.go_to(destination);
    site.push(3, 0);
    site.push(2, 1);
    const auto spans = collector.wait_for(5);
    BOOST_TEST(spans.size() == 5u);
    BOOST_TEST(spans[0].service == "gate");
    const auto request = collector.requests().at(0);
    BOOST_TEST(request.start_line == "POST /v1/traces HTTP/1.1");
    BOOST_TEST(request.header("Content-Type") == "application/json");
    BOOST_TEST(request.header("X-Key") == "secret");
    BOOST_TEST(request.header("Host") == collector.address());
    site.wait_until_exported(5);
    BOOST_TEST(site.exporter.tally().waiting == 0u);
    BOOST_TEST(site.exporter.tally().dropped == 0u);
}

BOOST_AUTO_TEST_CASE(a_batch_that_is_whole_waits_for_nothing) {
    Collector collector;
    Site site;
    site.exporter.go_to(in_batches_of(10, collector.address()));
    site.push(25);
    collector.wait_for(20);
    site.wait_until_exported(20);
    for (const auto& request : collector.requests()) BOOST_TEST(test::spans_in(request.body).size() == 10u);
    BOOST_TEST(site.exporter.tally().waiting == 5u);
    site.exporter.finish(test::patience);  // then what waits goes as well
    BOOST_TEST(site.exporter.tally().exported == 25u);
    BOOST_TEST(collector.spans().size() == 25u);
}

// Each of them another time, with the same spans, until they are taken.
BOOST_AUTO_TEST_CASE(what_may_be_taken_another_time_is_sent_again) {
    std::atomic<int> count{0};
    Collector collector{[&](test::UpstreamConnection& connection, const test::Message&) {
        constexpr int statuses[] = {503, 429, 502, 504};
        const int number = count++;
        if (number == 0) connection.end_sending();
        else if (number < 5) connection.answer(statuses[number - 1], "later", "Retry-After: 0\r\n");
        else connection.answer(200, "{}");
    }};
    Site site;
    site.exporter.go_to(to(collector.address()));
    site.push(3);
    site.wait_until_exported(3);
    std::set<std::string> ids;
    for (const auto& span : collector.spans()) ids.insert(span.id);
    BOOST_TEST(ids.size() == 3u);
    BOOST_TEST(collector.requests().size() >= 6u);
    BOOST_TEST(site.exporter.tally().refused == 0u);
}

BOOST_AUTO_TEST_CASE(what_is_refused_for_good_is_not_sent_again) {
    std::atomic<int> count{0};
    Collector collector{[&](test::UpstreamConnection& connection, const test::Message&) {
        if (count++ == 0) connection.answer(400, "no");
        else connection.answer(200, "{\"partialSuccess\":{\"rejectedSpans\":\"1\",\"errorMessage\":\"too old\"}}");
    }};
    Site site;
    site.exporter.go_to(in_batches_of(3, collector.address()));
    site.push(3);
    test::wait_until("they are refused", [&] { return site.exporter.tally().refused == 3; });
    site.push(3);
    test::wait_until("one more is", [&] { return site.exporter.tally().refused == 4; });
    BOOST_TEST(site.exporter.tally().exported == 2u);
    BOOST_TEST(collector.requests().size() == 2u);
}

BOOST_AUTO_TEST_CASE(an_answer_in_chunks_and_pieces_is_one) {
    Collector collector{[&](test::UpstreamConnection& connection, const test::Message&) {
        const std::string body = "{\"partialSuccess\":{\"rejectedSpans\":\"1\"}}";
        connection.send_in_pieces("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + test::chunk(body.substr(0, 7)) +
                                      test::chunk(body.substr(7)) + "0\r\n\r\n", 5);
    }};
    Site site;
    site.exporter.go_to(in_batches_of(4, collector.address()));
    site.push(4);
    test::wait_until("three are taken and one is not", [&] {
        return site.exporter.tally().exported == 3 && site.exporter.tally().refused == 1;
    });
}

// Its status is what counts; what it may have said of single spans is not waited for.
BOOST_AUTO_TEST_CASE(an_answer_whose_body_stalls_is_known_by_its_status) {
    std::atomic<int> count{0};
    Collector collector{[&](test::UpstreamConnection& connection, const test::Message&) {
        constexpr const char* statuses[] = {"503 X\r\nRetry-After: 0", "200 OK", "400 X"};
        connection.send("HTTP/1.1 " + std::string{statuses[std::min(count++, 2)]} + "\r\nContent-Length: 2\r\n\r\n");
    }};
    Site site;
    auto destination = in_batches_of(3, collector.address());
    destination->timeout = 1s;
    site.exporter.go_to(destination);
    site.push(3);
    site.wait_until_exported(3);
    site.push(3);
    test::wait_until("they are refused", [&] { return site.exporter.tally().refused == 3; });
    BOOST_TEST(collector.requests().size() == 3u);
}

BOOST_AUTO_TEST_CASE(it_is_left_alone_as_long_as_it_wishes) {
    std::atomic<int> count{0};
    std::atomic<std::chrono::steady_clock::duration> first, last;
    Collector collector{[&](test::UpstreamConnection& connection, const test::Message&) {
        if (count++ == 0) {
            first = std::chrono::steady_clock::now().time_since_epoch();
            return connection.answer(503, "later", "Retry-After: 1\r\n");
        }
        last = std::chrono::steady_clock::now().time_since_epoch();
        connection.answer(200, "{}");
    }};
    Site site;
    site.exporter.go_to(in_batches_of(3, collector.address()));
    site.push(3);
    site.wait_until_exported(3);
    BOOST_TEST((last.load() - first.load() >= 900ms));  // by itself it would be half a second at most
}

// However long it wishes to be left alone: the end has no time for that, nor has another collector anything to do with it.
BOOST_AUTO_TEST_CASE(neither_the_end_nor_another_collector_waits_for_what_one_wished) {
    std::atomic<int> count{0};
    Collector busy{[&](test::UpstreamConnection& connection, const test::Message&) {
        if (count++ == 0) connection.answer(503, "later", "Retry-After: 30\r\n");
        else connection.answer(200, "{}");
    }};
    Collector other;
    for (const bool end : {true, false}) {
        count = 0;
        Site site;
        site.exporter.go_to(in_batches_of(3, busy.address()));
        site.push(3);
        test::wait_until("it was asked", [&] { return count == 1; });
        const auto before = std::chrono::steady_clock::now();
        if (end) site.exporter.finish(test::patience);
        else site.exporter.go_to(in_batches_of(3, other.address()));
        site.wait_until_exported(3);
        BOOST_TEST((std::chrono::steady_clock::now() - before < 25s));
        BOOST_TEST(count == (end ? 2 : 1));
    }
    BOOST_TEST(other.spans().size() == 3u);
}

// One that it never takes does not keep all others from it.
BOOST_AUTO_TEST_CASE(a_batch_is_given_up_after_a_while) {
    std::mutex mutex;
    std::string first;
    Collector collector{[&](test::UpstreamConnection& connection, const test::Message& request) {
        const std::lock_guard lock{mutex};
        if (first.empty()) first = request.body;
        if (request.body == first) connection.end_sending();
        else connection.answer(200, "{}");
    }};
    Site site{200ms};
    site.exporter.go_to(in_batches_of(4, collector.address()));
    site.push(8);
    site.wait_until_exported(4);
    BOOST_TEST(collector.requests().size() >= 3u);
    BOOST_TEST(site.exporter.tally().dropped == 4u);
    BOOST_TEST(site.exporter.tally().waiting == 0u);
}

// Those for which there is no room wait where they are, as long as it takes what it gets.
BOOST_AUTO_TEST_CASE(a_collector_that_is_well_is_sent_all_however_many_come_at_once) {
    Collector collector;
    Site site;
    auto destination = to(collector.address());
    destination->batch = destination->queue = 10;
    site.exporter.go_to(destination);
    site.push(200, 0);
    site.push(200, 1);
    site.wait_until_exported(400);
    BOOST_TEST(site.exporter.tally().dropped == 0u);
}

BOOST_AUTO_TEST_CASE(the_log_says_each_change_and_nothing_twice) {
    std::atomic<int> count{0};
    Collector collector{[&](test::UpstreamConnection& connection, const test::Message&) {
        constexpr int statuses[] = {503, 503, 401, 401, 200, 200};
        connection.answer(statuses[std::min(count++, 5)], "{}", "Retry-After: 0\r\n");
    }};
    const log::Capture capture;
    Site site;
    site.exporter.go_to(in_batches_of(2, collector.address()));
    for (const std::uint64_t done : {2, 4, 6, 8}) {
        site.push(2);
        test::wait_until("they are through", [&] {
            const auto tally = site.exporter.tally();
            return tally.exported + tally.refused == done;
        });
    }
    const std::string url = "http://" + collector.address() + "/v1/traces";
    const std::vector<std::string> expected{url + ": status 503; spans wait for it, as many as `queue` lets",
                                            url + ": status 401; such spans are lost", url + " takes spans again"};
    BOOST_TEST(said(capture) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_log_says_its_address_once) {
    const int deaf = test::bind_deaf();
    const std::string address = test::bound_address(deaf);
    const log::Capture capture;
    Site site;
    site.exporter.go_to(to(address));
    site.push(1);
    test::wait_until("the log says it", [&] { return !said(capture).empty(); });
    const std::string line = said(capture).at(0);
    BOOST_TEST(line.starts_with("http://" + address + "/v1/traces: connecting: "), line);
    ::close(deaf);
}

// It never answers: others wait, as many as there is room for, and the rest is dropped; then it answers.
BOOST_AUTO_TEST_CASE(a_collector_that_hangs_costs_only_spans) {
    std::atomic<bool> answers{false};
    Collector collector{[&](test::UpstreamConnection& connection, const test::Message&) {
        if (answers) connection.answer(200, "{}");
    }};
    Site site;
    auto destination = to(collector.address());
    destination->timeout = 100ms;
    destination->batch = 10;
    destination->queue = 30;
    site.exporter.go_to(destination);
    site.push(10);
    test::wait_until("it was asked twice", [&] { return collector.requests().size() >= 2; });
    site.push(100);
    test::wait_until("80 are dropped", [&] {
        return site.exporter.tally().dropped == 80 && site.exporter.tally().waiting == 30;
    });
    BOOST_TEST(site.exporter.tally().exported == 0u);
    answers = true;
    site.wait_until_exported(30);
}

BOOST_AUTO_TEST_CASE(a_collector_that_is_away_gets_them_when_it_is_back) {
    const int deaf = test::bind_deaf();
    const std::string address = test::bound_address(deaf);
    Site site;
    site.exporter.go_to(to(address));
    site.push(5);
    test::wait_until("they wait", [&] { return site.exporter.tally().waiting == 5; });
    Collector collector;
    site.exporter.go_to(to(collector.address()));  // as after a reload
    site.wait_until_exported(5);
    ::close(deaf);
}

// However it hangs, the end comes in time.
BOOST_AUTO_TEST_CASE(the_end_waits_no_longer_than_it_was_told) {
    Collector collector{[](test::UpstreamConnection&, const test::Message&) {}};
    Site site;
    auto destination = to(collector.address());
    destination->timeout = 1h;
    site.exporter.go_to(destination);
    site.push(5);
    test::wait_until("it was asked", [&] { return !collector.requests().empty(); });
    site.push(2, 1);
    const auto before = std::chrono::steady_clock::now();
    site.exporter.finish(200ms);
    BOOST_TEST((std::chrono::steady_clock::now() - before < test::patience));
    BOOST_TEST(site.exporter.tally().dropped == 7u);
    BOOST_TEST(site.exporter.tally().waiting == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
