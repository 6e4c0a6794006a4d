// tests/core/plugins/metrics_test.cpp - counting on loops and elsewhere, and the text for Prometheus.
#include "plugins/metrics.h"

#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
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
    BOOST_TEST(metrics.prometheus().find("# TYPE h_seconds histogram\nh_seconds_bucket{route=\"GET /\",le=\"1\"} 1\n") !=
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

BOOST_AUTO_TEST_SUITE_END()
