// tests/core/gateway/loop_pulse_test.cpp - a loop that hangs is found, and one that turns again, too.
#include "gateway/loop_pulse.h"
#include "gateway/loop_share.h"

#include "support/deadline.h"

#include <boost/test/unit_test.hpp>

#include <thread>

using namespace tollgate;

namespace {

struct Site final : http::Handler {
    Site() {
        for (std::size_t loop = 0; loop < 2; ++loop)
            shares.push_back(std::make_unique<LoopShare>(loop, *this, lookups, metrics));
    }
    Task<void> serve(http::Exchange&) override { co_return; }
    void run(std::size_t loop) {
        threads.emplace_back([this, loop] { shares[loop]->loop.run(); });
    }
    ~Site() {
        for (auto& share : shares) share->loop.stop();
        for (auto& thread : threads) thread.join();
    }

    net::Blocking blocking{1};
    net::Lookups lookups;
    plugins::Metrics metrics{2};
    std::vector<std::unique_ptr<LoopShare>> shares;
    GatewayLoops loops{shares, 2, blocking};
    LoopPulse pulse{loops};
    std::vector<std::thread> threads;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(gateway_loop_pulse)

BOOST_AUTO_TEST_CASE(all_must_have_turned_since_the_last_time) {
    Site site;
    site.loops.set_running(true);
    site.run(0);
    BOOST_TEST(site.pulse.beat());   // nothing was asked before
    BOOST_TEST(!site.pulse.beat());  // of the second one, which does not turn
    BOOST_TEST(!site.pulse.beat());
    site.run(1);
    test::wait_until("both turn", [&] { return site.pulse.beat(); });
}

BOOST_AUTO_TEST_CASE(loops_that_have_ended_are_not_waited_for) {
    Site site;
    BOOST_TEST(site.pulse.beat());
    BOOST_TEST(site.pulse.beat());
}

BOOST_AUTO_TEST_SUITE_END()
