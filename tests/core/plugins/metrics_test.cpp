// tests/core/plugins/metrics_test.cpp - counting on loops and elsewhere, and the text for Prometheus.
#include "plugins/metrics.h"

#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace tollgate;
using plugins::Metrics;

BOOST_AUTO_TEST_SUITE(plugins_metrics)

BOOST_AUTO_TEST_CASE(what_all_threads_counted_is_added_up) {
    Metrics metrics{2};
    Counter& counter = metrics.counter("tollgate_requests_total", "requests answered");
    std::vector<std::thread> threads;
    for (std::size_t number = 0; number < 2; ++number)
        threads.emplace_back([&counter, number] {
            Metrics::this_thread_is_loop(number);
            for (int i = 0; i < 100'000; ++i) counter.add();
        });
    for (int other = 0; other < 2; ++other)
        threads.emplace_back([&counter] {
            for (int i = 0; i < 100'000; ++i) counter.add(2);
        });
    for (auto& thread : threads) thread.join();
    BOOST_TEST(counter.value() == 600'000u);
}

BOOST_AUTO_TEST_CASE(a_gauge_is_what_was_set_and_what_was_added_since) {
    Metrics metrics{1};
    Gauge& gauge = metrics.gauge("tollgate_connections", "open connections");
    gauge.add(3);
    std::thread{[&] {
        Metrics::this_thread_is_loop(0);
        gauge.add(4);
    }}.join();
    BOOST_TEST(gauge.value() == 7.0);
    gauge.set(10);
    gauge.add(-0.5);
    BOOST_TEST(gauge.value() == 9.5);
}

BOOST_AUTO_TEST_CASE(a_gauge_loses_no_change_of_threads_that_are_no_loop) {
    Metrics metrics{1};
    Gauge& gauge = metrics.gauge("g", "");
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&gauge] {
            for (int i = 0; i < 20'000; ++i) gauge.add(1);
        });
    for (auto& thread : threads) thread.join();
    BOOST_TEST(gauge.value() == 80'000.0);
}

BOOST_AUTO_TEST_CASE(the_same_name_and_labels_are_the_same_figure) {
    Metrics metrics{1};
    Counter& one = metrics.counter("c", "", {{"a", "1"}, {"b", "2"}});
    Counter& same = metrics.counter("c", "other help", {{"b", "2"}, {"a", "1"}});
    Counter& another = metrics.counter("c", "", {{"a", "1"}, {"b", "3"}});
    BOOST_TEST(&one == &same);
    BOOST_TEST(&one != &another);
}

BOOST_AUTO_TEST_CASE(figures_do_not_disturb_each_other) {
    Metrics metrics{1};
    std::vector<Counter*> counters;
    for (int i = 0; i < 100; ++i) counters.push_back(&metrics.counter("c" + std::to_string(i), ""));
    for (std::size_t i = 0; i < 100; ++i) counters[i]->add(i);
    for (std::size_t i = 0; i < 100; ++i) BOOST_TEST(counters[i]->value() == i);
}

BOOST_AUTO_TEST_CASE(prometheus_reads_every_figure_of_every_family) {
    Metrics metrics{1};
    metrics.counter("tollgate_requests_total", "requests answered", {{"status", "404"}}).add(2);
    metrics.counter("tollgate_requests_total", "requests answered", {{"status", "200"}}).add(40);
    metrics.gauge("tollgate_load", "how busy").set(0.25);
    BOOST_TEST(metrics.prometheus() ==
               "# HELP tollgate_load how busy\n"
               "# TYPE tollgate_load gauge\n"
               "tollgate_load 0.25\n"
               "# HELP tollgate_requests_total requests answered\n"
               "# TYPE tollgate_requests_total counter\n"
               "tollgate_requests_total{status=\"200\"} 40\n"
               "tollgate_requests_total{status=\"404\"} 2\n");
}

BOOST_AUTO_TEST_CASE(openmetrics_names_families_by_its_own_rules) {
    static constexpr std::array<std::chrono::nanoseconds, 1> bounds{std::chrono::seconds{1}};
    Metrics metrics{1};
    metrics.counter("tollgate_busy_seconds_total", "says \"how long\"\nit was", {{"a", "b"}}).add(2);
    metrics.counter("tollgate_hello_greetings", "of a plugin that knows nothing of it").add(3);
    metrics.gauge("tollgate_load", "how busy").set(0.25);
    metrics.histogram("tollgate_wait_seconds", "how long", bounds, {}).observe(std::chrono::milliseconds{500});
    BOOST_TEST(metrics.write(plugins::Exposition{plugins::Exposition::Format::openmetrics}) ==
               "# HELP tollgate_busy_seconds says \\\"how long\\\"\\nit was\n"
               "# TYPE tollgate_busy_seconds counter\n"
               "# UNIT tollgate_busy_seconds seconds\n"
               "tollgate_busy_seconds_total{a=\"b\"} 2\n"
               "# HELP tollgate_hello_greetings of a plugin that knows nothing of it\n"
               "# TYPE tollgate_hello_greetings counter\n"
               "tollgate_hello_greetings_total 3\n"
               "# HELP tollgate_load how busy\n"
               "# TYPE tollgate_load gauge\n"
               "tollgate_load 0.25\n"
               "# HELP tollgate_wait_seconds how long\n"
               "# TYPE tollgate_wait_seconds histogram\n"
               "# UNIT tollgate_wait_seconds seconds\n"
               "tollgate_wait_seconds_bucket{le=\"1.0\"} 1\n"
               "tollgate_wait_seconds_bucket{le=\"+Inf\"} 1\n"
               "tollgate_wait_seconds_sum 0.5\n"
               "tollgate_wait_seconds_count 1\n"
               "# EOF\n");
}

// What is looked up holds the page up until it is let go, as a slow disk would.
BOOST_AUTO_TEST_CASE(who_asks_for_a_figure_does_not_wait_for_a_page) {
    Metrics metrics{1};
    std::latch printing{1}, go_on{1};
    auto watch = std::make_unique<Metrics::Watch>(metrics.watch(Metrics::Kind::gauge, "m", "", {}, [&] {
        printing.count_down();
        go_on.wait();
        return 1.0;
    }));
    std::string page;
    std::thread scraper{[&] { page = metrics.prometheus(); }};
    printing.wait();
    for (int i = 0; i < 1000; ++i) metrics.counter("z" + std::to_string(i), "").add();  // would never come back
    std::thread forgetting{[&] { watch.reset(); }};  // waits, since the page still looks at it
    go_on.count_down();
    scraper.join();
    forgetting.join();
    BOOST_TEST(page.starts_with("# HELP m \n# TYPE m gauge\nm 1\n"));
    BOOST_TEST(metrics.prometheus().find("m 1\n") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_page_has_all_there_was_while_others_are_made) {
    Metrics metrics{1};
    for (int i = 0; i < 500; ++i) metrics.counter("b_total", "", {{"i", std::to_string(i)}});
    std::atomic<bool> done{false};
    std::thread adding{[&] {
        for (int i = 0; i < 5000 && !done; ++i)
            metrics.counter((i % 3 == 0 ? "a_total" : i % 3 == 1 ? "b_total" : "c_total"), "", {{"x", std::to_string(i)}});
    }};
    for (int round = 0; round < 20; ++round) {
        const std::string page = metrics.prometheus();
        for (int i = 0; i < 500; ++i)
            if (page.find("b_total{i=\"" + std::to_string(i) + "\"} 0\n") == std::string::npos) BOOST_ERROR(i << " is missing");
    }
    done = true;
    adding.join();
    BOOST_TEST(metrics.prometheus().find("# TYPE a_total counter\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(labels_and_help_are_escaped) {
    Metrics metrics{1};
    metrics.counter("c", "back\\slash and\nnewline", {{"route", "GET \"/a\\b\"\n"}});
    const std::string text = metrics.prometheus();
    BOOST_TEST(text.find("# HELP c back\\\\slash and\\nnewline\n") != std::string::npos);
    BOOST_TEST(text.find("c{route=\"GET \\\"/a\\\\b\\\"\\n\"} 0\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(names_that_prometheus_refuses_are_refused) {
    Metrics metrics{1};
    BOOST_CHECK_THROW(metrics.counter("", ""), std::invalid_argument);
    BOOST_CHECK_THROW(metrics.counter("2fast", ""), std::invalid_argument);
    BOOST_CHECK_THROW(metrics.counter("re-quests", ""), std::invalid_argument);
    BOOST_CHECK_THROW(metrics.counter("c", "", {{"__name__", "x"}}), std::invalid_argument);
    BOOST_CHECK_THROW(metrics.counter("c", "", {{"a b", "x"}}), std::invalid_argument);
    BOOST_CHECK_THROW(metrics.counter("c", "", {{"a", "x"}, {"a", "y"}}), std::invalid_argument);
    BOOST_TEST(metrics.prometheus() == "");
}

BOOST_AUTO_TEST_CASE(a_counter_is_no_gauge) {
    Metrics metrics{1};
    metrics.counter("c", "");
    BOOST_CHECK_THROW(metrics.gauge("c", ""), std::invalid_argument);
    metrics.gauge("g", "");
    BOOST_CHECK_THROW(metrics.counter("g", ""), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(the_same_histogram_is_found_again_and_is_no_counter) {
    static constexpr std::array<std::chrono::nanoseconds, 1> bounds{std::chrono::seconds{1}};
    Metrics metrics{1};
    auto& one = metrics.histogram("h_seconds", "how long", bounds, {{"route", "GET /"}});
    BOOST_TEST(&one == &metrics.histogram("h_seconds", "", bounds, {{"route", "GET /"}}));
    BOOST_TEST(&one != &metrics.histogram("h_seconds", "", bounds, {{"route", "GET /x"}}));
    BOOST_CHECK_THROW(metrics.counter("h_seconds", ""), std::invalid_argument);
    one.observe(std::chrono::milliseconds{500});
    BOOST_TEST(metrics.prometheus().find("# TYPE h_seconds histogram\nh_seconds_bucket{route=\"GET /\",le=\"1.0\"} 1\n") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_watched_figure_is_read_when_it_is_asked_for_and_while_it_is_watched) {
    Metrics metrics{1};
    double value = 3;
    {
        const auto watch = metrics.watch(Metrics::Kind::gauge, "g", "help", {{"a", "b"}}, [&] { return value; });
        BOOST_TEST(metrics.prometheus() == "# HELP g help\n# TYPE g gauge\ng{a=\"b\"} 3\n");
        value = 4.5;
        BOOST_TEST(metrics.prometheus().ends_with("g{a=\"b\"} 4.5\n"));
        BOOST_CHECK_THROW((void)metrics.watch(Metrics::Kind::gauge, "g", "", {{"a", "b"}}, [] { return 0.0; }),
                          std::invalid_argument);
    }
    BOOST_TEST(metrics.prometheus() == "");
}

BOOST_AUTO_TEST_CASE(a_set_of_labels_is_bounded) {
    Metrics metrics{1};
    BOOST_TEST(metrics.bounded("route", 2, "a") == "a");
    BOOST_TEST(metrics.bounded("route", 2, "b") == "b");
    BOOST_TEST(metrics.bounded("route", 2, "c") == "(other)");
    BOOST_TEST(metrics.bounded("route", 2, "a") == "a");
    BOOST_TEST(metrics.bounded("target", 2, "c") == "c");
}

BOOST_AUTO_TEST_CASE(labels_are_utf8_whatever_a_plugin_was_told) {
    Metrics metrics{1};
    metrics.counter("tollgate_lines_total", "lines", {{"to", "a\xff\nb\xc3\xa9"}}).add();
    BOOST_TEST(metrics.prometheus().find("{to=\"a\\\\xff\\nb\xc3\xa9\"} 1\n") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
