// tests/core/config/gate_assembly_test.cpp - what `concurrency` and `queue` of an upstream say.
#include "core/config/fake_plugins.h"
#include "snapshot/snapshot.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(config_gate_assembly)

BOOST_AUTO_TEST_CASE(everything_that_can_be_said_arrives) {
    test::Workshop workshop;
    const auto loaded = workshop.load_text(
        "listen \"127.0.0.1:8080\"\nroute \"GET /\" { answer = \"ok\\n\" }\n"
        "upstream \"u\" { targets = { \"127.0.0.1:1\" }, concurrency = 200, queue = 100, queue_time = 250 * milliseconds }\n");
    BOOST_TEST_REQUIRE(loaded.problems.empty());
    const auto& upstream = *loaded.snapshot->upstreams.at(0);
    BOOST_TEST(upstream.concurrency == 200u);
    BOOST_TEST(upstream.queue == 100u);
    BOOST_TEST((upstream.queue_time == 250ms));
}

BOOST_AUTO_TEST_SUITE_END()
