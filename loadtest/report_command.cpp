// loadtest/report_command.cpp - `loadtester report RUN.json`: a saved run in another format.
#include "loadtest/commands.h"
#include "loadtest/exit_codes.h"
#include "loadtest/report.h"
#include "loadtest/results_json.h"
#include "support/text.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <unistd.h>

namespace tollgate::loadtest {

namespace {

struct Told {
    std::string run, format, only;
    std::vector<std::string> outputs;
};

StatusClass class_of_name(std::string_view name) {
    const auto found = std::find(status_class_names.begin(), status_class_names.end(), name);
    if (found == status_class_names.end())
        throw UsageError{"--only: expected one of " + text::join(status_class_names) + ", got " + text::quote(name)};
    return static_cast<StatusClass>(found - status_class_names.begin());
}

int report(const Told& told) {
    ReportStyle style{.colour = colour_wanted(STDOUT_FILENO), .only = std::nullopt};
    if (!told.only.empty()) style.only = class_of_name(told.only);
    const Format format = told.format.empty() ? Format::text : format_of_name(told.format);
    if (style.only && format != Format::hgrm) throw UsageError{"--only: expected -f hgrm with it"};
    std::vector<Output> outputs;
    for (const std::string& path : told.outputs) outputs.push_back({format_of_path(path), path});
    const Results results = read_results(told.run);
    write_outputs(results, outputs);
    if (outputs.empty() || !told.format.empty()) print(render(results, format, style));
    return exit_passed;
}

}  // namespace

void add_report(CLI::App& app, Chosen& chosen) {
    CLI::App* const sub = app.add_subcommand("report", "Tell a saved run again, in another format");
    const auto told = std::make_shared<Told>();
    sub->add_option("RUN", told->run, "what `loadtester -f json` wrote; - is stdin")->required();
    sub->add_option("-f,--format", told->format,
                    "of stdout: text (the default), json, csv, html, hgrm, hlog, svg or summary");
    sub->add_option("-o,--output", told->outputs,
                    "write it to this file instead, or also with -f; its ending says the format: "
                    ".txt, .json, .csv, .html, .hgrm, .hlog, .svg, .log (summary); repeatable");
    sub->add_option("--only", told->only, "hgrm: only answers of this class (2xx, 429, ...)");
    sub->callback([&chosen, told] { chosen = [told] { return report(*told); }; });
}

}  // namespace tollgate::loadtest
