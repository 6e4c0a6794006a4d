// loadtest/text_breakdown.cpp - the sections of a text report that have a row for each route, target, key or request.
#include "loadtest/report_words.h"
#include "loadtest/text_page.h"
#include "loadtest/text_table.h"

#include <algorithm>

namespace tollgate::loadtest {

namespace {

constexpr std::size_t most_rows = 20;
constexpr std::size_t most_requests = 5;
constexpr std::size_t name_width = 48;

std::string number(std::uint64_t value) { return std::to_string(value); }

// A table of the first rows, each made by `cells`, and how many there are besides.
template <class List, class Cells>
void add_table(TextPage& page, std::string_view name, TextTable table, const List& list, std::size_t most,
               Cells cells) {
    if (list.empty()) return;
    const std::size_t shown = std::min(list.size(), most);
    for (std::size_t i = 0; i < shown; ++i) cells(table, list[i]);
    const std::string lines = table.text(TextPage::margin, page.colour());
    if (name.empty()) page.text(lines);
    else page.section(name, lines);
    page.more(list.size() - shown);
}

TextTable titled(std::string_view alignment, std::vector<std::string> titles) {
    TextTable table{alignment};
    table.row(std::move(titles), TextPage::dim);
    return table;
}

// Of what a target or key was answered: all other statuses together.
std::vector<std::string> counts_of(std::string name, const ClassCounts& classes, std::uint64_t unanswered) {
    std::uint64_t others = 0;
    for (std::size_t i = 0; i < status_classes; ++i)
        if (i != success && i != limited && i != server_error) others += classes[i];
    return {std::move(name), number(classes[success]), number(classes[limited]), number(classes[server_error]),
            number(others), number(unanswered)};
}

void add_times(std::vector<std::string>& cells, const Histogram& times) {
    if (times.empty()) return;
    for (const double percent : {50.0, 99.0}) cells.push_back(shown_ns(times.percentile(percent)));
    cells.push_back(shown_ns(times.max()));
}

}  // namespace

void add_gateway(TextPage& page, const GatewayView& view) {
    const std::string url = "   " + shortened(view.url, 60);
    if (!view.problem.empty()) {
        page.line("gateway", page.painted("NOT ASKED", TextPage::yellow) + url + ": " + shortened(view.problem, 160));
        return;
    }
    std::string said = "not compared";
    if (view.compared) {
        said = view.reconciled ? page.painted("reconciled", TextPage::green)
                               : page.painted("NOT RECONCILED", TextPage::red);
        said += ", residual " + std::to_string(view.residual);
    }
    if (!view.cause.empty()) said += ": " + shortened(view.cause, 100);
    if (view.limited_by_plugin > 0) said += "   ratelimit refused " + number(view.limited_by_plugin);
    page.line("gateway", said + url);
    add_table(page, "", titled("lrrrl", {"route", "status", "we saw", "it counted"}), view.rows, most_rows,
              [](TextTable& table, const ReconciledRow& row) {
                  const std::string seen =
                      number(row.answered) + (row.most > row.answered ? " to " + number(row.most) : "");
                  table.row({shortened(row.route, name_width), std::to_string(row.status), seen, number(row.counted),
                             row.holds ? "=" : "DIFFERS"}, row.holds ? "" : TextPage::red);
              });
    add_table(page, "", titled("l", {"by its own clock", "count", "mean", "p50", "p90", "p99"}), view.latencies,
              most_rows, [](TextTable& table, const GatewayView::RouteLatency& times) {
                  table.row({shortened(times.route, name_width), number(times.count), shown_seconds(times.mean),
                             shown_percentile(times, times.p50), shown_percentile(times, times.p90),
                             shown_percentile(times, times.p99)});
              });
    for (const std::string& note : view.notes) page.text(std::string{TextPage::margin} + shortened(note, 160) + '\n');
}

void add_targets(TextPage& page, const Results& run) {
    add_table(page, "targets",
              titled("l", {"target", "2xx", "429", "5xx", "others", "unanswered", "p50", "p99", "max"}), run.targets,
              most_rows, [](TextTable& table, const TargetResults& target) {
                  auto cells = counts_of(shortened(target.name, name_width), classes_of(target), target.unanswered);
                  add_times(cells, target.response);
                  table.row(std::move(cells));
              });
}

void add_keys(TextPage& page, const Results& run) {
    add_table(page, "keys", titled("l", {"key", "2xx", "429", "5xx", "others", "unanswered", "p50", "p99", "max"}),
              run.keys, most_rows, [](TextTable& table, const KeyResults& key) {
                  auto cells = counts_of(shortened(key.name, name_width), key.classes, key.unanswered);
                  if (key.response) add_times(cells, *key.response);
                  table.row(std::move(cells));
              });
    std::array<char, 16> index{};
    std::snprintf(index.data(), index.size(), "%.4f", run.jain_index());
    page.text(std::string{TextPage::margin} + "Jain's index of their 2xx: " + index.data() + " (1 is evenly)\n");
}

void add_requests(TextPage& page, std::string_view name, const std::vector<SlowRequest>& requests) {
    add_table(page, name, titled("lrrrll", {"id", "response", "service", "at", "answer", "target and key"}), requests,
              most_requests, [](TextTable& table, const SlowRequest& request) {
                  table.row({request.id.empty() ? "(no id)" : shortened(request.id, 40), shown_ns(request.response),
                             shown_ns(request.service), shown_seconds(request.planned_at),
                             request.status == 0 ? shortened(request.problem, 30) : std::to_string(request.status),
                             shortened(request.target, name_width) +
                                 (request.key.empty() ? "" : "  " + shortened(request.key, 30))});
              });
}

}  // namespace tollgate::loadtest
