// loadtest/compare_report.cpp - a table of changes with their intervals, and the verdict.
#include "loadtest/compare_report.h"

#include "loadtest/exit_codes.h"
#include "loadtest/json_writer.h"
#include "loadtest/quantities.h"
#include "loadtest/report_words.h"
#include "loadtest/text_page.h"
#include "loadtest/text_table.h"
#include "support/text.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace tollgate::loadtest {

namespace {

std::string shown(Change::Unit unit, std::optional<double> value) {
    if (!value) return "none";
    if (unit == Change::Unit::rate) return show_count(*value) + "/s";
    if (unit == Change::Unit::share) return show_percent(*value, 2);
    return shown_ns(static_cast<std::uint64_t>(std::max(*value, 0.0)));
}

// "+4.2%"; of shares "+0.12 points".
std::string signed_change(Change::Unit unit, double change) {
    const bool share = unit == Change::Unit::share;
    const double percent = change * 100;
    std::array<char, 48> text{};
    if (std::abs(percent) >= 1000) std::snprintf(text.data(), text.size(), "%.3gx", change + 1);
    else std::snprintf(text.data(), text.size(), share ? "%+.2f" : "%+.1f%%", percent);
    return text.data();
}

std::string_view colour_of(const Change& change) {
    const std::string_view word = change.judgement();
    if (word == "faster" || word == "better") return TextPage::green;
    return word == "slower" || word == "worse" || word == "lost" ? TextPage::red : std::string_view{};
}

std::string heading(const char* letter, const Results& run) {
    return std::string{letter} + "  " + shortened(run.run_id, 20) + "   " + shortened(run.started, 30) + "   " +
           shortened(run.url, 60) + "   " + shortened(run.shape, 100) + '\n';
}

struct RunName {
    const Results& run;
};
struct ShownChange {
    const Change& change;
};
struct Verdict {
    const ComparedRuns& runs;
};

std::vector<std::string> names_of(const std::vector<const Change*>& changes) {
    std::vector<std::string> names;
    for (const Change* change : changes) names.push_back(change->name);
    return names;
}

void add_verdict(TextPage& page, const ComparedRuns& runs) {
    const std::string allowed = show_percent(*runs.most_regression, 1);
    for (const std::string& why : runs.invalid())
        page.text(page.painted("NOT JUDGED", TextPage::red) + "  " + why + '\n');
    for (const Change* change : runs.regressions())
        page.text(page.painted("FAIL", TextPage::red) + "  " + change->name +
                  (change->lost() ? ": A has some, B has none\n"
                                  : ": worse by at least " + show_percent(change->regression(), 1) + ", allowed " +
                                        allowed + '\n'));
    if (const auto open = names_of(runs.open()); !open.empty())
        page.text(page.painted("NOT JUDGED", TextPage::red) + "  " + text::join(open) +
                  ": no interval says how sure the change is\n");
    if (runs.exit_code() == exit_passed)
        page.text(page.painted("pass", TextPage::green) + "  nothing is shown to be worse by more than " + allowed +
                  '\n');
}

}  // namespace

template <>
struct Members<RunName> {
    static void of(auto& way, auto& name) {
        way("id", name.run.run_id);
        way("start", name.run.started);
        way("url", name.run.url);
        way("shape", name.run.shape);
        way("exit", name.run.exit_code);
    }
};

template <>
struct Members<ShownChange> {
    static void of(auto& way, auto& shown) {
        const Change& change = shown.change;
        constexpr std::array<const char*, 3> units{"1/s", "ratio", "us"};
        const double scale = change.unit == Change::Unit::time ? 1e-3 : 1;
        const auto scaled = [&](const std::optional<double>& value) {
            return value ? std::optional{*value * scale} : value;
        };
        way("name", change.name);
        way("unit", std::string{units[static_cast<std::size_t>(change.unit)]});
        way("a", scaled(change.before));
        way("b", scaled(change.after));
        way("change", change.change);
        if (change.range) {
            way("low", change.range->low);
            way("high", change.range->high);
        }
        way("judgement", std::string{change.judgement()});
    }
};

template <>
struct Members<Verdict> {
    static void of(auto& way, auto& verdict) {
        const ComparedRuns& runs = verdict.runs;
        way("schema", std::string{"tollgate.comparison/1"});
        way("a", RunName{runs.before});
        way("b", RunName{runs.after});
        std::vector<ShownChange> changes;
        for (const Change& change : runs.comparison.changes) changes.push_back({change});
        way("changes", changes);
        way("notes", runs.comparison.notes);
        way("differences", runs.differences);
        way("max_regress", runs.most_regression);
        way("regressions", names_of(runs.regressions()));
        way("invalid", runs.invalid());
        way("not_judged", names_of(runs.open()));
        way("exit", runs.exit_code());
    }
};

std::vector<const Change*> ComparedRuns::regressions() const {
    std::vector<const Change*> found;
    for (const Change& change : comparison.changes)
        if (most_regression && (change.regression() > *most_regression || change.lost())) found.push_back(&change);
    return found;
}

std::vector<const Change*> ComparedRuns::open() const {
    std::vector<const Change*> found;
    for (const Change& change : comparison.changes)
        if (most_regression && change.open()) found.push_back(&change);
    return found;
}

std::vector<std::string> ComparedRuns::invalid() const {
    std::vector<std::string> found;
    if (!most_regression) return found;
    for (const auto& [letter, run] : {std::pair{"A", &before}, {"B", &after}})
        if (run->exit_code == exit_invalid || !run->ledger.balanced())
            found.push_back(std::string{letter} + ": the run is not valid");
    if (before.ledger.answered == 0) found.emplace_back("A: not one answer");
    return found;
}

int ComparedRuns::exit_code() const {
    if (!invalid().empty()) return exit_invalid;
    if (!regressions().empty()) return exit_threshold;
    return open().empty() ? exit_passed : exit_invalid;
}

std::string compare_text(const ComparedRuns& runs, bool colour) {
    TextPage page{colour};
    page.text(heading("A", runs.before) + heading("B", runs.after) + '\n');
    TextTable table{"lrrrrl"};
    table.row({"", "A", "B", "change", "95% interval", ""}, TextPage::dim);
    for (const Change& change : runs.comparison.changes) {
        std::vector<std::string> cells{change.name, shown(change.unit, change.before),
                                       shown(change.unit, change.after)};
        cells.push_back(change.change ? signed_change(change.unit, *change.change) : "");
        cells.push_back(change.range ? signed_change(change.unit, change.range->low) + " to " +
                                           signed_change(change.unit, change.range->high)
                                     : "");
        cells.emplace_back(change.judgement());
        table.row(std::move(cells), colour_of(change));
    }
    page.text(table.text("", colour));
    page.text("\nchanges of rates and times are relative to A, those of shares in percentage points of all sent\n");
    for (const std::string& difference : runs.differences) page.text("told differently: " + difference + '\n');
    for (const std::string& note : runs.comparison.notes) page.text("note: " + shortened(note, 160) + '\n');
    if (runs.most_regression) add_verdict(page, runs);
    return page.whole();
}

std::string compare_json(const ComparedRuns& runs) { return JsonWriter::text(Verdict{runs}); }

}  // namespace tollgate::loadtest
