// loadtest/html_report.cpp - a run as one page for a browser, the verdict first.
#include "loadtest/html_page.h"
#include "loadtest/html_plots.h"
#include "loadtest/quantities.h"
#include "loadtest/report_formats.h"
#include "loadtest/report_words.h"
#include "support/text.h"

#include <cstdio>

namespace tollgate::loadtest {

namespace {

constexpr std::size_t most_rows = 1000;    // of targets, keys and routes; all are in the JSON
constexpr std::size_t folded_beyond = 12;  // rows of which a reader need not see all at once

std::string number(std::uint64_t value) { return std::to_string(value); }
std::string paragraph(std::string_view text) { return "<p class=\"note\">" + escaped(text) + "</p>\n"; }

void add_times(std::vector<std::string>& cells, const Histogram& times, std::initializer_list<double> percents) {
    for (const double percent : percents) cells.push_back(times.empty() ? "" : shown_ns(times.percentile(percent)));
    cells.push_back(times.empty() ? "" : shown_ns(times.max()));
}

// A row for each element, as `cells` makes it; long tables are folded.
template <class List, class Row>
std::string listed(std::string_view title, HtmlTable table, const List& list, Row row, std::string_view note = "") {
    if (list.empty()) return "";
    for (std::size_t i = 0; i < std::min(list.size(), most_rows); ++i) row(table, list[i]);
    std::string content = table.html();
    if (list.size() > most_rows)
        content += paragraph("... and " + number(list.size() - most_rows) + " more, which are in the JSON");
    if (!note.empty()) content += paragraph(note);
    return list.size() > folded_beyond ? html_details(std::string{title} + " (" + number(list.size()) + ')', content)
                                       : html_section(title, content);
}

std::string head(const Results& run) {
    const bool good = run.exit_code == 0;
    std::string html = "<header><h1>" + escaped(run.url) + "</h1>\n<p>" + escaped(run.shape) + "</p>\n<p>" +
                       escaped(run.started) + ", run " + escaped(run.run_id) + "</p>\n<span class=\"badge " +
                       (good ? "good" : "bad") + "\">" + escaped(word_of(run.exit_code)) +
                       (good ? "" : " (exit " + std::to_string(run.exit_code) + ')') + "</span>\n";
    for (const std::string& why : run.verdict) html += "<p class=\"bad\">" + escaped(why) + "</p>\n";
    return html + "</header>\n";
}

std::string figures(const Results& run) {
    const ClassCounts counts = run.class_counts();
    std::string html = "<div class=\"figures\">";
    const auto add = [&](std::string_view value, std::string_view name) {
        html += "<div><b>" + escaped(value) + "</b><span>" + escaped(name) + "</span></div>";
    };
    add(show_count(run.throughput()), "answers/s");
    add(show_percent(share_of(counts[success], run.ledger.sent), 2), "2xx");
    add(show_percent(share_of(counts[limited], run.ledger.sent), 2), "429");
    add(show_percent(share_of(counts[server_error], run.ledger.sent), 2), "5xx");
    add(number(run.ledger.unanswered()), "unanswered");
    const Histogram times = run.of_class(StatusClass::success).response;
    add(times.empty() ? "none" : shown_ns(times.percentile(99)), "p99 of 2xx");
    return html + "</div>\n";
}

std::string thresholds(const Results& run) {
    HtmlTable table{{"threshold", "found", ""}, 1};
    for (const ThresholdResult& one : run.thresholds)
        table.row({one.expression, one.shown,
                   std::string{one.holds ? "pass" : "FAIL"} + (one.aborted_run ? ", ended the run" : "")},
                  one.holds ? "" : "bad");
    if (!run.expected.empty())
        table.row({"expected " + text::join(run.expected), number(run.unexpected) + " otherwise",
                   run.unexpected == 0 ? "pass" : "FAIL"},
                  run.unexpected == 0 ? "" : "bad");
    return table.rows() == 0 ? "" : html_section("Thresholds", table.html());
}

std::string statuses(const Results& run) {
    HtmlTable table{{"status", "count", "%", "mean", "p50", "p90", "p99", "p99.9", "max", "service p99"}};
    const auto row = [&](std::string name, const Latencies& times, std::string_view style) {
        const std::uint64_t count = times.response.count();
        std::vector<std::string> cells{std::move(name), number(count),
                                       show_percent(share_of(count, run.ledger.sent), 2),
                                       count == 0 ? "" : shown_ns(static_cast<std::uint64_t>(times.response.mean()))};
        add_times(cells, times.response, {50, 90, 99, 99.9});
        cells.push_back(times.service.empty() ? "" : shown_ns(times.service.percentile(99)));
        table.row(cells, style);
    };
    for (std::size_t i = 0; i < status_classes; ++i) {
        const auto which = static_cast<StatusClass>(i);
        const Latencies all = run.of_class(which);
        if (all.response.empty() && i != success && i != limited && i != server_error) continue;
        row(std::string{status_class_names[i]}, all, "");
        for (const auto& [status, latencies] : run.codes)
            if (class_of(status) == which && which != StatusClass::limited)
                row(std::to_string(status), latencies, "code");
    }
    for (const auto& [name, count] : run.errors)
        table.row({name, number(count), show_percent(share_of(count, run.ledger.sent), 2)}, "bad");
    return html_section(
        "Answers",
        table.html() + paragraph(run.open_loop ? "% of all sent. Times are response times, from the planned instant to "
                                                 "the last byte; service times begin with sending."
                                               : "% of all sent. Times are from sending to the last byte."));
}

std::string plots(const Results& run) {
    std::string html;
    if (const std::string plot = throughput_plot(run); !plot.empty()) html += html_section("Throughput", plot);
    if (const std::string plot = latency_plot(run); !plot.empty())
        html += html_section("99th percentile over time", plot);
    if (const std::string plot = percentile_plot(run); !plot.empty())
        html += html_section("Latency by percentile", plot);
    return html;
}

std::string ledger(const Ledger& all) {
    HtmlTable table{{"planned", "never sent", "sent", "answered", "connection errors", "timeouts", "aborted"}};
    table.row({number(all.planned), number(all.never_sent), number(all.sent), number(all.answered),
               number(all.connection_errors), number(all.timeouts), number(all.aborted)});
    return html_section("Ledger",
                        table.html() + (all.balanced() ? paragraph("It balances: planned = sent + never sent; sent = "
                                                                   "answered + connection errors + timeouts + aborted.")
                                                       : "<p class=\"bad\">It does not balance.</p>\n"));
}

std::string generator(const Results& run) {
    const Generator& made = run.generator;
    HtmlTable table{{"load generator", made.bottleneck ? "too slow" : "ok"}};
    const double available = run.seconds * made.threads;
    if (available > 0)
        table.row({"CPU of " + text::count(made.threads, "thread"), show_percent(made.cpu_seconds / available, 0)});
    table.row({"busiest thread", show_percent(made.busiest_share, 0)});
    table.row({"taken by the host of this virtual machine", show_percent(made.stolen_share, 1)});
    table.row({"interruptions by other programs", number(made.involuntary_switches)});
    if (!made.send_lag.empty()) {
        table.row({"send lag, p99", shown_ns(made.send_lag.percentile(99))});
        table.row({"send lag, max", shown_ns(made.send_lag.max())});
        table.row({"its own part, p99", shown_ns(made.release_lag.percentile(99))});
        table.row({"waited for a free connection", number(made.waited_for_connection)});
    }
    table.row({"connections opened", number(run.connections_opened)});
    if (!run.connecting.empty()) table.row({"connecting, p99", shown_ns(run.connecting.percentile(99))});
    table.row({"received", show_count(static_cast<double>(run.bytes_received)) + "B"});
    table.row({"sent", show_count(static_cast<double>(run.bytes_sent)) + "B"});
    std::string content = table.html();
    for (const std::string& problem : made.problems) content += "<p class=\"bad\">" + escaped(problem) + "</p>\n";
    return html_section("Generator", content);
}

std::string gateway(const GatewayView& view) {
    if (!view.problem.empty())
        return html_section("Gateway", "<p class=\"bad\">" + escaped(view.url + ": " + view.problem) + "</p>\n");
    std::string html;
    if (view.compared)
        html = "<p class=\"" + std::string{view.reconciled ? "good" : "bad"} + "\">" +
               (view.reconciled ? "Reconciled" : "Not reconciled") + ", residual " + std::to_string(view.residual) +
               escaped(view.cause.empty() ? "" : ": " + view.cause) + "</p>\n";
    html += paragraph(view.url);
    if (view.limited_by_plugin > 0)
        html += paragraph("Its ratelimit refused " + number(view.limited_by_plugin) + " requests.");
    for (const std::string& note : view.notes) html += paragraph(note);
    html = html_section("Gateway", html);
    html += listed("What the gateway counted", HtmlTable{{"route", "status", "we saw", "it counted", ""}}, view.rows,
                   [](HtmlTable& table, const ReconciledRow& row) {
                       table.row({row.route, std::to_string(row.status),
                                  number(row.answered) + (row.most > row.answered ? " to " + number(row.most) : ""),
                                  number(row.counted), row.holds ? "=" : "differs"}, row.holds ? "" : "bad");
                   }, "Warm-up included.");
    return html + listed("Latency by the gateway's own clock",
                         HtmlTable{{"route", "count", "mean", "p50", "p90", "p99"}}, view.latencies,
                         [](HtmlTable& table, const GatewayView::RouteLatency& times) {
                             table.row({times.route, number(times.count), shown_seconds(times.mean),
                                        shown_percentile(times, times.p50), shown_percentile(times, times.p90),
                                        shown_percentile(times, times.p99)});
                         });
}

std::vector<std::string> counts_of(const std::string& name, const ClassCounts& classes, std::uint64_t unanswered) {
    std::vector<std::string> cells{name};
    for (const std::uint64_t count : classes) cells.push_back(number(count));
    cells.push_back(number(unanswered));
    return cells;
}

std::vector<std::string> count_titles(std::string name) {
    std::vector<std::string> titles{std::move(name)};
    titles.insert(titles.end(), status_class_names.begin(), status_class_names.end());
    for (const char* title : {"unanswered", "p50", "p99", "max"}) titles.emplace_back(title);
    return titles;
}

std::string asked(const Results& run) {
    std::string html = listed("Targets", HtmlTable{count_titles("target")}, run.targets,
                              [](HtmlTable& table, const TargetResults& target) {
                                  auto cells = counts_of(target.name, classes_of(target), target.unanswered);
                                  add_times(cells, target.response, {50, 99});
                                  table.row(cells);
                              });
    char fairness[64];
    std::snprintf(fairness, sizeof fairness, "Jain's index of their 2xx: %.4f (1 is evenly).", run.jain_index());
    return html + listed("Keys", HtmlTable{count_titles("key")}, run.keys, [](HtmlTable& table, const KeyResults& key) {
        auto cells = counts_of(key.name, key.classes, key.unanswered);
        if (key.response) add_times(cells, *key.response, {50, 99});
        table.row(cells);
    }, fairness);
}

std::string requests(std::string_view title, const std::vector<SlowRequest>& list) {
    return listed(title, HtmlTable{{"id", "response", "service", "planned at", "answer", "target", "key"}, 4}, list,
                  [](HtmlTable& table, const SlowRequest& request) {
                      table.row({request.id, shown_ns(request.response), shown_ns(request.service),
                                 shown_seconds(request.planned_at),
                                 request.status == 0 ? request.problem : std::to_string(request.status), request.target,
                                 request.key});
                  });
}

std::string foot(const Results& run) {
    return "<footer><p>" + escaped(run.command) + "</p><p>loadtester " + escaped(run.version) + ", seed " +
           number(run.seed) + "</p></footer>\n";
}

}  // namespace

std::string html_report(const Results& run) {
    return html_page("Load test of " + run.url,
                     head(run) + figures(run) + thresholds(run) + statuses(run) + plots(run) + ledger(run.ledger) +
                         (run.gateway ? gateway(*run.gateway) : "") + asked(run) +
                         requests("Slowest requests", run.slowest) + requests("Without an answer, or 5xx", run.failed) +
                         generator(run) + foot(run));
}

}  // namespace tollgate::loadtest
