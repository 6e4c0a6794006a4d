// core/gateway/explanation.h - a Trace as people and programs read it: a page, JSON, lines of an answer.
#pragma once

#include "gateway/trace.h"

#include <chrono>
#include <string>
#include <vector>

namespace tollgate::explanation {

// What is known of a rehearsal beside its trace.
struct Asked {
    std::string url;                 // "http://api.example.com/orders/7"
    std::chrono::nanoseconds at{0};  // since the first request
};

// What `tollgate explain` prints.
std::string page(const Asked& asked, const Trace& trace);
// The same as one JSON object, with a line feed.
std::string json(const Asked& asked, const Trace& trace);
// A line for one of many: what came of it, and what was said that was not said of the one before.
std::string in_short(std::size_t number, const Asked& asked, const Trace& trace, const Trace& before);
// Whether that line says enough: the same route, the same end.
bool alike(const Trace& one, const Trace& other);

// Values of `Tollgate-Trace` lines, one per step, at most 64 and 8 KiB; the last is "..." where there was more.
std::vector<std::string> header_lines(const Trace& trace);

}  // namespace tollgate::explanation
