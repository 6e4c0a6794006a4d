// loadtest/csv_report.cpp - a run as one table, a figure a row: section, name, metric, value (RFC 4180).
//
// Of what others write, a row a request (hey, vegeta) needs every sample kept, and a row a name (locust) has columns
// that differ from section to section. Long rows load into any spreadsheet, data frame or database as they are, and new
// figures are new rows, not new columns.
#include "loadtest/report_formats.h"
#include "loadtest/report_words.h"
#include "support/text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <concepts>

namespace tollgate::loadtest {

namespace {

// Who looks at the table in a terminal must not run a name's escapes: text::printable().
// Spreadsheets take what begins with these for a formula, also in quotes; an apostrophe keeps it a text.
std::string field(std::string_view text) {
    std::string safe = text::printable(text);
    if (!safe.empty() && std::string_view{"=+-@"}.find(safe[0]) != std::string_view::npos) safe.insert(0, 1, '\'');
    if (safe.find_first_of(",\"") == safe.npos) return safe;
    std::string quoted{'"'};
    for (const char letter : safe) {
        if (letter == '"') quoted += '"';
        quoted += letter;
    }
    return quoted += '"';
}

class Rows {
public:
    void add(std::string_view section, std::string_view name, std::string_view metric, std::string_view value) {
        row(section, name, metric, field(value));
    }
    // Numbers are never taken for formulas.
    void number(std::string_view section, std::string_view name, std::string_view metric, double value) {
        std::array<char, 32> text{};
        char* const end = std::to_chars(text.data(), text.data() + text.size(), std::isfinite(value) ? value : 0).ptr;
        row(section, name, metric, {text.data(), end});
    }
    void number(std::string_view section, std::string_view name, std::string_view metric, std::integral auto value) {
        row(section, name, metric, std::to_string(value));
    }
    void times(std::string_view section, std::string_view name, const std::string& prefix, const Histogram& times) {
        if (times.empty()) return;
        const auto us = [&](const char* metric, double nanoseconds) {
            number(section, name, prefix + metric + "_us", nanoseconds / 1e3);
        };
        us("mean", times.mean());
        us("min", static_cast<double>(times.min()));
        us("p50", static_cast<double>(times.percentile(50)));
        us("p90", static_cast<double>(times.percentile(90)));
        us("p99", static_cast<double>(times.percentile(99)));
        us("p99_9", static_cast<double>(times.percentile(99.9)));
        us("max", static_cast<double>(times.max()));
    }
    void classes(std::string_view section, std::string_view name, const ClassCounts& counts, std::uint64_t unanswered) {
        for (std::size_t i = 0; i < status_classes; ++i) number(section, name, status_class_names[i], counts[i]);
        number(section, name, "unanswered", unanswered);
    }
    std::string text() && { return std::move(out_); }

private:
    void row(std::string_view section, std::string_view name, std::string_view metric, std::string_view value) {
        out_ +=
            std::string{section} + ',' + field(name) + ',' + std::string{metric} + ',' + std::string{value} + "\r\n";
    }

    std::string out_ = "section,name,metric,value\r\n";
};

void add_run(Rows& rows, const Results& run) {
    for (const auto& [metric, value] : {std::pair{"id", &run.run_id},
                                        {"version", &run.version},
                                        {"start", &run.started},
                                        {"url", &run.url},
                                        {"shape", &run.shape},
                                        {"command", &run.command}})
        rows.add("run", "", metric, *value);
    rows.number("run", "", "duration_s", run.seconds);
    rows.number("run", "", "drained_s", run.drained_seconds);
    rows.number("run", "", "planned_rate", run.planned_rate);
    rows.number("run", "", "throughput", run.throughput());
    rows.number("run", "", "bytes_received", run.bytes_received);
    rows.number("run", "", "bytes_sent", run.bytes_sent);
    rows.number("run", "", "connections_opened", run.connections_opened);
    const Ledger& ledger = run.ledger;
    for (const auto& [metric, value] :
         {std::pair{"planned", ledger.planned}, {"never_sent", ledger.never_sent}, {"sent", ledger.sent},
          {"answered", ledger.answered}, {"conn_error", ledger.connection_errors}, {"timeout", ledger.timeouts},
          {"aborted", ledger.aborted}, {"balanced", std::uint64_t{ledger.balanced()}}})
        rows.number("ledger", "", metric, value);
}

void add_statuses(Rows& rows, const Results& run) {
    for (std::size_t i = 0; i < status_classes; ++i) {
        const Latencies all = run.of_class(static_cast<StatusClass>(i));
        rows.number("status", status_class_names[i], "count", all.response.count());
        rows.number("status", status_class_names[i], "ratio", share_of(all.response.count(), run.ledger.sent));
        rows.times("status", status_class_names[i], "response_", all.response);
        rows.times("status", status_class_names[i], "service_", all.service);
    }
    for (const auto& [status, latencies] : run.codes) {
        rows.number("code", std::to_string(status), "count", latencies.response.count());
        rows.times("code", std::to_string(status), "response_", latencies.response);
        rows.times("code", std::to_string(status), "service_", latencies.service);
    }
    for (const auto& [name, count] : run.errors) rows.number("error", name, "count", count);
}

void add_generator(Rows& rows, const Generator& made) {
    rows.number("generator", "", "bottleneck", int{made.bottleneck});
    rows.number("generator", "", "threads", made.threads);
    rows.number("generator", "", "cpu_s", made.cpu_seconds);
    rows.number("generator", "", "busiest_share", made.busiest_share);
    rows.number("generator", "", "waited_for_connection", made.waited_for_connection);
    rows.times("generator", "", "send_lag_", made.send_lag);
    rows.times("generator", "", "release_lag_", made.release_lag);
}

void add_asked(Rows& rows, const Results& run) {
    for (const TargetResults& target : run.targets) {
        rows.classes("target", target.name, classes_of(target), target.unanswered);
        rows.times("target", target.name, "response_", target.response);
    }
    for (const KeyResults& key : run.keys) {
        rows.classes("key", key.name, key.classes, key.unanswered);
        if (key.response) rows.times("key", key.name, "response_", *key.response);
    }
}

// `name` is when the interval begins, in seconds.
void add_timeline(Rows& rows, const Results& run) {
    for (std::size_t i = 0; i < run.timeline.size(); ++i) {
        const Interval& interval = run.timeline[i];
        std::array<char, 32> begin{};
        std::snprintf(begin.data(), begin.size(), "%g", static_cast<double>(i) * run.interval_seconds);
        rows.classes("timeline", begin.data(), interval.classes, interval.unanswered);
        rows.times("timeline", begin.data(), "response_", answered_in(interval));
    }
}

void add_verdict(Rows& rows, const Results& run) {
    if (run.gateway && run.gateway->compared) {
        rows.number("gateway", "", "reconciled", int{run.gateway->reconciled});
        rows.number("gateway", "", "residual", run.gateway->residual);
        for (const ReconciledRow& row : run.gateway->rows) {
            const std::string name = row.route + ' ' + std::to_string(row.status);
            rows.number("gateway", name, "client", row.answered);
            rows.number("gateway", name, "client_most", row.most);
            rows.number("gateway", name, "server", row.counted);
        }
    }
    for (const ThresholdResult& threshold : run.thresholds)
        rows.number("threshold", threshold.expression, "ok", int{threshold.holds});
    if (!run.expected.empty()) rows.number("expected", "", "unexpected", run.unexpected);
    rows.number("verdict", "", "exit", run.exit_code);
    for (const std::string& why : run.verdict) rows.add("verdict", "", "why", why);
}

}  // namespace

std::string csv_report(const Results& run) {
    Rows rows;
    add_run(rows, run);
    add_statuses(rows, run);
    add_generator(rows, run.generator);
    add_asked(rows, run);
    add_timeline(rows, run);
    add_verdict(rows, run);
    return std::move(rows).text();
}

}  // namespace tollgate::loadtest
