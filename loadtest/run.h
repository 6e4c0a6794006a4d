// loadtest/run.h - run(): the threads of one run, from resolving names to the sum of what all have counted.
#pragma once

#include "loadtest/options.h"
#include "loadtest/requests.h"
#include "loadtest/results.h"

#include <Poco/Net/SocketAddress.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace tollgate::loadtest {

// No connection at all could be made: there is nothing to measure. `what()` says why.
class Unreachable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Ctrl-C before the first request.
class Interrupted : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Who watches a run: called about once a second on the thread that called run().
class Spectator {
public:
    enum class Wish : std::uint8_t { go_on, stop };
    // `so_far` has no timeline; `elapsed` counts from the begin of the measured part and is negative before.
    virtual Wish watch(const Results& so_far, double elapsed) = 0;
    // Results are made only for who wants them.
    virtual bool wants_results() const noexcept = 0;

protected:
    ~Spectator() = default;
};

using Addresses = std::vector<Poco::Net::SocketAddress>;  // by endpoint

// Asks DNS, and blocks as long as it takes. Throws Unreachable where a name has no address.
Addresses resolve(const Requests& requests);

// Blocks until the run is over. SIGINT and SIGTERM must be blocked in the calling thread: the first one ends planning,
// the second ends the run at once. Without the gateway's view and without a verdict. Throws Unreachable,
// Interrupted, UsageError (more connections than descriptors) and std::system_error.
Results run(const Options& options, const Requests& requests, Addresses addresses, Spectator& spectator);

}  // namespace tollgate::loadtest
