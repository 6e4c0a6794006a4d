// loadtest/text_report.cpp - a run's results on one screen of a terminal, the verdict last.
#include "loadtest/exit_codes.h"
#include "loadtest/quantities.h"
#include "loadtest/report_formats.h"
#include "loadtest/report_words.h"
#include "loadtest/text_page.h"
#include "loadtest/text_table.h"
#include "support/text.h"

namespace tollgate::loadtest {

namespace {

constexpr std::size_t spark_width = 60;

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string_view colour_of(StatusClass which) {
    if (which == StatusClass::success) return TextPage::green;
    if (which == StatusClass::server_error) return TextPage::red;
    return which == StatusClass::limited || which == StatusClass::client_error ? TextPage::yellow : std::string_view{};
}

void add_head(TextPage& page, const Results& run) {
    page.text(page.painted("loadtester " + shortened(run.version, 20), TextPage::bold) + "   run " +
              shortened(run.run_id, 20) + "   " + shortened(run.started, 30) + '\n' + shortened(run.url, 100) + '\n' +
              shortened(run.shape, 160) + "\n\n");
}

void add_ledger(TextPage& page, const Ledger& all) {
    TextTable lines{"lllll"};
    lines.row(
        {"planned " + number(all.planned), "= sent " + number(all.sent), "+ never sent " + number(all.never_sent)});
    lines.row({"sent " + number(all.sent), "= answered " + number(all.answered),
               "+ connection errors " + number(all.connection_errors), "+ timeouts " + number(all.timeouts),
               "+ aborted " + number(all.aborted)});
    std::string text = lines.text(TextPage::margin, false);
    text.pop_back();
    page.section("ledger", text + "   " + (all.balanced() ? page.painted("balanced", TextPage::green)
                                                        : page.painted("DOES NOT BALANCE", TextPage::red)) + '\n');
}

// Without what was answered after the end of planning, where there are ever fewer.
void add_sparklines(TextPage& page, const Results& run) {
    std::vector<double> rates, tails;
    for (const Interval& interval : run.timeline) {
        if (!rates.empty() && static_cast<double>(rates.size()) * run.interval_seconds >= run.seconds) break;
        const Histogram answered = answered_in(interval);
        rates.push_back(static_cast<double>(answered.count()));
        tails.push_back(static_cast<double>(answered.percentile(99)));
    }
    if (rates.size() < 2) return;
    page.text(std::string{TextPage::margin} + sparkline(rates, spark_width) + "  answered\n");
    page.text(std::string{TextPage::margin} + sparkline(tails, spark_width) + "  p99\n");
}

void add_throughput(TextPage& page, const Results& run) {
    std::string said = show_count(run.throughput()) + "/s answered";
    if (run.open_loop) said += " of " + show_count(run.planned_rate) + "/s planned";
    const auto successes = run.of_class(StatusClass::success).in_time;
    if (run.seconds > 0) said += ", " + show_count(static_cast<double>(successes) / run.seconds) + "/s with 2xx";
    page.line("throughput", said + "; " + shown_seconds(run.seconds) + ", " +
                                show_count(static_cast<double>(run.bytes_received)) + "B received");
    add_sparklines(page, run);
}

class StatusTable {
public:
    explicit StatusTable(const Results& run) : run_{run} {
        table_.row({"status", "count", "%", "p50", "p90", "p99", "p99.9", "max"}, TextPage::dim);
        const ClassCounts counts = run.class_counts();
        for (std::size_t i = 0; i < status_classes; ++i) {
            const auto which = static_cast<StatusClass>(i);
            const bool always =
                which == StatusClass::success || which == StatusClass::limited || which == StatusClass::server_error;
            if (counts[i] > 0 || always) add(which);
        }
        if (run.ledger.unanswered() > 0) add("unanswered", run.ledger.unanswered(), Histogram{}, TextPage::red);
    }
    const TextTable& table() const noexcept { return table_; }

private:
    // A line for the class, and one for each of its statuses if there are several.
    void add(StatusClass which) {
        std::vector<int> codes;
        for (const auto& [status, latencies] : run_.codes)
            if (class_of(status) == which) codes.push_back(status);
        std::string name{status_class_names[static_cast<std::size_t>(which)]};
        if (codes.size() == 1 && which != StatusClass::limited) name += " (" + std::to_string(codes[0]) + ')';
        const Histogram all = run_.of_class(which).response;
        add(std::move(name), all.count(), all, colour_of(which));
        if (codes.size() < 2) return;
        for (const int status : codes) {
            const Histogram& times = run_.codes.at(status).response;
            add("  " + std::to_string(status), times.count(), times, "");
        }
    }
    void add(std::string name, std::uint64_t count, const Histogram& times, std::string_view colour) {
        std::vector<std::string> cells{std::move(name), number(count),
                                       show_percent(share_of(count, run_.ledger.sent), 2)};
        if (!times.empty()) {
            for (const double percent : {50.0, 90.0, 99.0, 99.9}) cells.push_back(shown_ns(times.percentile(percent)));
            cells.push_back(shown_ns(times.max()));
        }
        table_.row(std::move(cells), colour);
    }

    const Results& run_;
    TextTable table_;
};

void add_statuses(TextPage& page, const Results& run) {
    page.text("\n" + StatusTable{run}.table().text("  ", page.colour()));
    std::vector<std::string> errors;
    for (const auto& [name, count] : run.errors) errors.push_back(shortened(name, 40) + ' ' + number(count));
    if (!errors.empty()) page.text("    " + text::join(errors) + '\n');
    page.text(page.painted(run.open_loop ? "  % of all sent; times from the planned instant to the last byte"
                                         : "  % of all sent; times from sending to the last byte",
                           TextPage::dim) +
              "\n\n");
    Histogram service;
    for (const auto& [status, latencies] : run.codes) service.add(latencies.service);
    if (run.open_loop && !service.empty())
        page.line("service", "p50 " + shown_ns(service.percentile(50)) + "   p99 " + shown_ns(service.percentile(99)) +
                                 "   max " + shown_ns(service.max()) +
                                 "   from sending to the last byte, all statuses");
}

void add_generator(TextPage& page, const Results& run) {
    const Generator& made = run.generator;
    std::string said = made.bottleneck ? page.painted("TOO SLOW", TextPage::red) : page.painted("ok", TextPage::green);
    if (!made.send_lag.empty())
        said += "   send lag p99 " + shown_ns(made.send_lag.percentile(99)) + ", max " + shown_ns(made.send_lag.max()) +
                "; its own part p99 " + shown_ns(made.release_lag.percentile(99));
    if (const double available = run.seconds * made.threads; available > 0)
        said += "   CPU " + show_percent(made.cpu_seconds / available, 0) + " of " +
                text::count(made.threads, "thread") + ", the busiest " + show_percent(made.busiest_share, 0);
    page.line("generator", said);
    for (const std::string& problem : made.problems)
        page.text(std::string{TextPage::margin} + shortened(problem, 160) + '\n');
    if (made.waited_for_connection > 0)
        page.text(std::string{TextPage::margin} + number(made.waited_for_connection) +
                  " requests waited for a free connection\n");
}

void add_verdict(TextPage& page, const Results& run) {
    TextTable table{"lll"};
    for (const ThresholdResult& one : run.thresholds)
        table.row({one.holds ? "pass" : "FAIL", shortened(one.expression, 60), shortened(one.shown, 40) +
                   (one.aborted_run ? ", ended the run" : "")}, one.holds ? TextPage::green : TextPage::red);
    if (!run.expected.empty())
        table.row({run.unexpected == 0 ? "pass" : "FAIL", "expected " + shortened(text::join(run.expected), 50),
                   number(run.unexpected) + " otherwise"}, run.unexpected == 0 ? TextPage::green : TextPage::red);
    page.text("\n" + table.text("", page.colour()));
    std::string said{word_of(run.exit_code)};
    if (run.exit_code != exit_passed) said += " (exit " + std::to_string(run.exit_code) + ')';
    page.text(page.painted(said, run.exit_code == exit_passed ? TextPage::green : TextPage::red));
    for (const std::string& why : run.verdict)
        page.text((&why == run.verdict.data() ? ": " : "  ") + shortened(why, 200) + '\n');
    if (run.verdict.empty()) page.text("\n");
}

}  // namespace

std::string text_report(const Results& run, const ReportStyle& style) {
    TextPage page{style.colour};
    add_head(page, run);
    add_ledger(page, run.ledger);
    add_throughput(page, run);
    add_statuses(page, run);
    add_generator(page, run);
    if (run.gateway) add_gateway(page, *run.gateway);
    if (run.targets.size() > 1) add_targets(page, run);
    if (run.keys.size() > 1) add_keys(page, run);
    add_requests(page, "slowest", run.slowest);
    add_requests(page, "failed", run.failed);
    add_verdict(page, run);
    return page.whole();
}

}  // namespace tollgate::loadtest
