// loadtest/verify/driver.h - drive(): asks as planned, and records what came of every single request.
#pragma once

#include "loadtest/requests.h"
#include "loadtest/verify/plan.h"
#include "loadtest/verify/told.h"

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace tollgate::loadtest::verify {

// Of one identity, in the order in which the answers came.
struct Answers {
    std::vector<Answer> all;
    std::string problem;             // of the first request that had no answer
    std::size_t held_back = 0;       // requests that had to wait for a connection, and then were not sent
};

// Of one drive.
struct Driven {
    std::vector<Answers> by_identity;
    Clocks clocks{};  // by which it was
};

// Blocks until every drive of the wave is over, on a loop of this thread. SIGINT and SIGTERM, which must be blocked,
// end it early: then `interrupted` is true. Throws Unreachable where a name has no address.
std::vector<Driven> drive(const VerifyPlan& plan, const std::vector<Drive>& wave, const VerifySettings& settings,
                          bool& interrupted);

}  // namespace tollgate::loadtest::verify
