// loadtest/results_json.h - Results as JSON, schema "tollgate.loadtest/1", whole: what is written is read back.
#pragma once

#include "loadtest/results.h"

#include <string>
#include <string_view>

namespace tollgate::loadtest {

// docs/load-testing.md describes each member. Ends with a line break; a top-level member or an element of it a line.
std::string to_json(const Results& results);

// Unknown members are ignored and missing ones have their defaults, so that runs of older and newer loadtesters can be
// read. Throws UsageError, one line beginning with `name` (the file's): what is no JSON, has another schema, members of
// wrong types, numbers that cannot be, damaged histograms.
Results results_from_json(std::string_view text, const std::string& name);

// Of the file at `path` ("-": stdin), with the same errors, and where it cannot be read or has more than 256 MiB.
Results read_results(const std::string& path);

}  // namespace tollgate::loadtest
