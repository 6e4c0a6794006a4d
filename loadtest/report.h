// loadtest/report.h - Results as text, JSON, CSV, HTML, histograms, a plot or summary.
#pragma once

#include "loadtest/options.h"
#include "loadtest/results.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::loadtest {

struct ReportStyle {
    bool colour = false;              // text: with ANSI escapes
    std::optional<StatusClass> only;  // hgrm: of these answers, not of all
};

// The whole report, with a line break at its end. Whatever users named themselves is made harmless for the format.
std::string render(const Results& results, Format format, const ReportStyle& style = {});

// "text", "json", "csv", "html", "hgrm", "hlog", "svg", "summary". Throws UsageError.
Format format_of_name(std::string_view name);
// By what the path ends with: .txt, .json, .csv, .html, .hgrm, .hlog, .svg, .log (the summary). Throws UsageError.
Format format_of_path(std::string_view path);

// `text` as the file `path`: all of it or, where it cannot be written, a UsageError.
void write_file(const std::string& path, std::string_view text, bool append = false);
// Each output's report into its file. All are tried; throws UsageError with a line for each that cannot be written.
void write_outputs(const Results& results, const std::vector<Output>& outputs);

// `text` on stdout, all of it; throws std::runtime_error if stdout takes only a part of it.
void print(std::string_view text);

// True if `descriptor` is a terminal and neither NO_COLOR nor TERM=dumb asks for plain text.
bool colour_wanted(int descriptor);

}  // namespace tollgate::loadtest
