// loadtest/compare_command.cpp - `loadtester compare A.json B.json`: what changed, and whether it got worse.
#include "loadtest/commands.h"
#include "loadtest/compare_report.h"
#include "loadtest/report.h"
#include "loadtest/results_json.h"
#include "support/text.h"

#include <CLI/CLI.hpp>

#include <charconv>
#include <memory>
#include <unistd.h>

namespace tollgate::loadtest {

namespace {

struct Told {
    std::string before, after, most_regression, format = "text";
    bool force = false;
};

double parse_regression(std::string_view text) {
    double percent = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, percent);
    const bool whole = rest == end - 1 && *rest == '%';
    if (text.empty() || error != std::errc{} || !whole || !(percent >= 0 && percent <= 1000))
        throw UsageError{"--max-regress: expected a percentage such as 5%, got " + text::quote(text)};
    return percent / 100;
}

int compare_command(const Told& told) {
    if (told.format != "text" && told.format != "json")
        throw UsageError{"--format: expected text or json, got " + text::quote(told.format)};
    std::optional<double> most_regression;
    if (!told.most_regression.empty()) most_regression = parse_regression(told.most_regression);
    const Results before = read_results(told.before), after = read_results(told.after);
    const std::vector<std::string> differences = configuration_differences(before, after);
    if (!differences.empty() && !told.force)
        throw UsageError{"compare: the two runs were told differently, " + text::join(differences, "; ") +
                         "; --force compares them all the same"};
    const Comparison comparison = compare(before, after);
    const ComparedRuns runs{before, after, comparison, most_regression, differences};
    print(told.format == "json" ? compare_json(runs) : compare_text(runs, colour_wanted(STDOUT_FILENO)));
    return runs.exit_code();
}

}  // namespace

void add_compare(CLI::App& app, Chosen& chosen) {
    CLI::App* const sub =
        app.add_subcommand("compare", "Tell what changed between two saved runs, and how sure that is");
    const auto told = std::make_shared<Told>();
    sub->add_option("A", told->before, "the earlier run, as `loadtester -f json` wrote it")->required();
    sub->add_option("B", told->after, "the later run")->required();
    sub->add_option("--max-regress", told->most_regression,
                    "exit with 99 if a figure is worse by more than this, for sure, and with 4 if that cannot be "
                    "said: 5%");
    sub->add_flag("--force", told->force, "also compare runs that were told differently");
    sub->add_option("-f,--format", told->format, "text (the default) or json");
    sub->callback([&chosen, told] { chosen = [told] { return compare_command(*told); }; });
}

}  // namespace tollgate::loadtest
