// loadtest/introduction.h - what reports say of a run before its first request: what was asked for, and how.
#pragma once

#include "loadtest/options.h"
#include "loadtest/results.h"

#include <string>

namespace tollgate::loadtest {

// What there is to say of a run before its first request: what was asked for, and nothing of what came of it.
Results results_before(const Options& options);

// "open loop 4.0k/s, 30 s (+2 s warm-up), 2 threads, 64 connections, 4 keys".
std::string describe_shape(const Options& options);

}  // namespace tollgate::loadtest
