// loadtest/targets_file.h - `--targets`: a file in vegeta's format, of what is asked for, with weights.
//
//     # a comment
//     GET http://127.0.0.1:8080/orders
//     X-Account: 99
//     weight: 3
//
//     POST http://127.0.0.1:8080/orders
//     Content-Type: application/json
//     @order.json
//
// A line with method and URL begins a target; header lines, a body's file (from the working folder) and a weight may
// follow it, up to a blank line. `weight: 3`, written exactly so, is the target's share; a header of that name is
// "Weight: 3", which says the same to a server.
#pragma once

#include "loadtest/options.h"

#include <string>
#include <string_view>
#include <vector>

namespace tollgate::loadtest {

// "-": standard input. Throws UsageError with all mistakes, "targets.txt:3: ...".
std::vector<Target> read_targets(const std::string& path);
std::vector<Target> parse_targets(std::string_view text, const std::string& name);

// `expected a method such as GET, got "get"; did you mean "GET"?`
void check_method(std::string_view method);

// What a body may have at most.
inline constexpr std::size_t largest_body = std::size_t{64} << 20;

}  // namespace tollgate::loadtest
