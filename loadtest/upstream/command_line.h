// loadtest/upstream/command_line.h - what the flags of `loadtester upstream` say.
#pragma once

#include "loadtest/upstream/upstream.h"

#include <optional>
#include <string>
#include <vector>

namespace tollgate::loadtest {

// As written; "" and nullopt where nothing is.
struct UpstreamWords {
    std::vector<std::string> addresses, ids;
    std::string delay, size, status, hang, reset, cut, garbage, fail_health, slow_body, record, seed, threads;
    bool chunked = false, echo = false, mock = false, steered = false;
};

// Throws UsageError with all mistakes, a line each: "--delay: expected ..., got ...".
Upstream::Told understand(const UpstreamWords& words);

}  // namespace tollgate::loadtest
