// loadtest/summary_report.cpp - a run in five lines for a log file: requests, successes, refusals, latency, statuses.
#include "loadtest/report_formats.h"
#include "loadtest/text_table.h"
#include "support/text.h"

#include <array>
#include <cstdio>

namespace tollgate::loadtest {

namespace {

std::string seconds(double nanoseconds) {
    std::array<char, 32> text;
    std::snprintf(text.data(), text.size(), "%.6f", nanoseconds / 1e9);
    return text.data();
}

}  // namespace

std::string summary_report(const Results& run) {
    const ClassCounts counts = run.class_counts();
    std::vector<std::string> statuses;
    std::uint64_t ok = 0;
    for (const auto& [status, latencies] : run.codes) {
        statuses.push_back(std::to_string(status) + ": " + std::to_string(latencies.response.count()));
        if (status == 200) ok = latencies.response.count();
    }
    if (run.ledger.unanswered() > 0) statuses.push_back("no answer: " + std::to_string(run.ledger.unanswered()));
    const std::string limited = std::to_string(counts[static_cast<std::size_t>(StatusClass::limited)]);
    const std::string others = std::to_string(run.ledger.sent - std::min(ok, run.ledger.sent));
    const std::string stamp = shortened(run.started, 30) + ' ';
    return stamp + "Total requests: " + std::to_string(run.ledger.sent) + '\n' + stamp +
           "Successful requests: " + std::to_string(counts[static_cast<std::size_t>(StatusClass::success)]) + '\n' +
           stamp + "Rate limited requests: " + limited + " (429); not 200: " + others + '\n' + stamp +
           "Average latency: " + seconds(run.all_responses().mean()) + " seconds\n" + stamp +
           "Status codes: " + (statuses.empty() ? "none" : text::join(statuses)) + '\n';
}

}  // namespace tollgate::loadtest
