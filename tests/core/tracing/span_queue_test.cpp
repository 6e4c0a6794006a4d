// tests/core/tracing/span_queue_test.cpp - spans between two threads.
#include "tracing/span_queue.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <thread>

using namespace tollgate::tracing;

namespace {

std::unique_ptr<Span> named(const std::string& name) {
    auto span = std::make_unique<Span>();
    span->name = name;
    return span;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tracing_span_queue)

BOOST_AUTO_TEST_CASE(spans_come_out_as_they_went_in) {
    SpanQueue queue{4};
    BOOST_TEST(!queue.pop());
    for (int round = 0; round < 5; ++round) {
        for (const char* name : {"a", "b", "c"}) queue.push(named(name));
        for (const char* name : {"a", "b", "c"}) BOOST_TEST(queue.pop()->name == name);
        BOOST_TEST(!queue.pop());
    }
    BOOST_TEST(queue.dropped() == 0u);
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_dropped_and_counted) {
    SpanQueue queue{4};
    for (int i = 0; i < 7; ++i) queue.push(named(std::to_string(i)));
    BOOST_TEST(queue.dropped() == 3u);
    for (int i = 0; i < 4; ++i) BOOST_TEST(queue.pop()->name == std::to_string(i));
    BOOST_TEST(!queue.pop());
}

BOOST_AUTO_TEST_CASE(nothing_is_lost_between_threads_but_what_is_counted) {
    constexpr std::uint64_t count = 200'000;
    SpanQueue queue{64};
    std::thread producer{[&] {
        for (std::uint64_t i = 0; i < count; ++i) {
            auto span = std::make_unique<Span>();
            span->say("number", std::int64_t(i));
            queue.push(std::move(span));
        }
    }};
    std::uint64_t seen = 0;
    std::int64_t last = -1;
    bool in_order = true;
    const auto take = [&] {
        while (auto span = queue.pop()) {
            const auto number = std::get<std::int64_t>(span->attributes.at(0).second);
            in_order = in_order && number > last;
            last = number;
            ++seen;
        }
    };
    while (seen + queue.dropped() < count / 2) take();
    producer.join();
    take();
    BOOST_TEST(in_order);
    BOOST_TEST(seen + queue.dropped() == count);
}

BOOST_AUTO_TEST_SUITE_END()
