// tests/core/tracing/sampler_test.cpp - which traces are recorded, and who has a say in it.
#include "tracing/sampler.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate;
using http::Traceparent;
using tracing::Believed;
using tracing::Sampler;

namespace {

Traceparent given(bool sampled, const std::string& lower = "a3ce929d0e0e4736") {
    return Traceparent::parse("00-4bf92f3577b34da6" + lower + "-00f067aa0ba902b7-" + (sampled ? "01" : "00"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tracing_sampler)

BOOST_AUTO_TEST_CASE(a_trace_goes_on_by_a_step_of_ones_own) {
    const auto step = Sampler{1, Believed::nobody}.step(given(false), false);
    BOOST_TEST(step.trace_id() == given(false).trace_id());
    BOOST_TEST(step.span_id() != given(false).span_id());
    const auto begun = Sampler{1, Believed::nobody}.step({}, false);
    BOOST_TEST(begun.trace_id().size() == 32u);
    BOOST_TEST(begun.trace_id() != given(false).trace_id());
}

BOOST_AUTO_TEST_CASE(none_and_all_are_none_and_all) {
    for (int i = 0; i < 1000; ++i) {
        BOOST_TEST((Sampler{1, Believed::trusted}.step({}, false).sampled()));
        BOOST_TEST((!Sampler{0, Believed::trusted}.step({}, false).sampled()));
        BOOST_TEST((Sampler{1, Believed::trusted}.step(given(false), false).sampled()));
        BOOST_TEST((!Sampler{0, Believed::trusted}.step(given(true), false).sampled()));
    }
}

BOOST_AUTO_TEST_CASE(a_share_is_about_that_share) {
    const Sampler sampler{0.1, Believed::trusted};
    int own = 0, strangers = 0;
    for (int i = 0; i < 100'000; ++i) {
        own += sampler.step({}, false).sampled();
        strangers += sampler.step(given(true), false).sampled();
    }
    // Ten standard deviations to either side.
    BOOST_TEST(own > 9'050);
    BOOST_TEST(own < 10'950);
    BOOST_TEST(strangers > 9'050);
    BOOST_TEST(strangers < 10'950);
}

BOOST_AUTO_TEST_CASE(the_flag_is_obeyed_of_whom_it_should) {
    for (const bool sampled : {true, false})
        for (const bool trusted : {true, false}) {
            const double against = sampled ? 0 : 1;  // what the ratio would say is the contrary
            const auto goes_by_flag = [&](Believed believed) {
                return Sampler{against, believed}.step(given(sampled), trusted).sampled() == sampled;
            };
            BOOST_TEST(goes_by_flag(Believed::everybody));
            BOOST_TEST(goes_by_flag(Believed::trusted) == trusted);
            BOOST_TEST(!goes_by_flag(Believed::nobody));
        }
}

// So that gateways with one ratio record the same traces.
BOOST_AUTO_TEST_CASE(the_id_of_one_who_is_trusted_decides_alike_everywhere) {
    const Sampler half{0.5, Believed::nobody};
    for (int i = 0; i < 100; ++i) {
        BOOST_TEST(half.step(given(false, "7fffffffffffffff"), true).sampled());
        BOOST_TEST(!half.step(given(true, "8000000000000000"), true).sampled());
        const auto begun = Traceparent::begun();
        BOOST_TEST(half.step(begun, true).sampled() == half.step(begun, true).sampled());
    }
}

// Who picks an id that would be recorded has picked nothing.
BOOST_AUTO_TEST_CASE(the_id_of_a_stranger_decides_nothing) {
    const Sampler half{0.5, Believed::trusted};
    int recorded = 0;
    for (int i = 0; i < 1000; ++i) recorded += half.step(given(true, "0000000000000001"), false).sampled();
    BOOST_TEST(recorded > 300);
    BOOST_TEST(recorded < 700);
}

BOOST_AUTO_TEST_SUITE_END()
