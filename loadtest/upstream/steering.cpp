// loadtest/upstream/steering.cpp - reading the X-Upstream-* lines of a request.
#include "loadtest/upstream/steering.h"

#include "loadtest/options.h"
#include "support/text.h"

#include <string>
#include <type_traits>

namespace tollgate::loadtest {

namespace {

// What the line of that name says, read by `parse`; nullopt without one.
template <class Parse, class Value = std::invoke_result_t<Parse, std::string_view, std::string&>>
Value said(const Headers& headers, const std::string& name, Parse parse) {
    if (!headers.has(name)) return std::nullopt;
    std::string problem;
    auto value = parse(headers.get(name), problem);
    if (!value) throw UsageError(name + ": " + problem);
    return value;
}

std::optional<int> parse_status(std::string_view text, std::string& problem) {
    const auto statuses = parse_statuses(text, problem);
    if (statuses && statuses->size() == 1) return statuses->front().status;
    problem = "expected a status of 200 to 599, got " + text::quote(text);
    return std::nullopt;
}

std::optional<std::uint64_t> parse_body_size(std::string_view text, std::string& problem) {
    const auto size = parse_size(text, problem);
    if (!size || *size <= most_steered_size) return size;
    problem = "expected at most 16Mi, got " + text::quote(text);
    return std::nullopt;
}

}  // namespace

SteeredBody steer(const Headers& headers, Fate& fate) {
    if (const auto status = said(headers, "X-Upstream-Status", parse_status)) fate.status = *status;
    if (const auto fault = said(headers, "X-Upstream-Fault", parse_fault)) fate.fault = *fault;
    if (const auto delay = said(headers, "X-Upstream-Delay", Delay::parse)) {
        Random random{fate.variant, 0};
        fate.delay = delay->draw(random);
    }
    return {said(headers, "X-Upstream-Size", parse_body_size), said(headers, "X-Upstream-Slow-Body", parse_duration)};
}

}  // namespace tollgate::loadtest
