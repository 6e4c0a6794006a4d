// loadtest/report.cpp - which format a report has, and where it goes.
#include "loadtest/report.h"

#include "loadtest/report_formats.h"
#include "loadtest/results_json.h"
#include "support/text.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <unistd.h>

namespace tollgate::loadtest {

namespace {

struct Naming {
    std::string_view name, extension;
    Format format;
};
constexpr std::array<Naming, 8> formats{{{"text", ".txt", Format::text},
                                         {"json", ".json", Format::json},
                                         {"csv", ".csv", Format::csv},
                                         {"html", ".html", Format::html},
                                         {"hgrm", ".hgrm", Format::hgrm},
                                         {"hlog", ".hlog", Format::hlog},
                                         {"svg", ".svg", Format::svg},
                                         {"summary", ".log", Format::summary}}};

std::vector<std::string_view> all(std::string_view Naming::*part) {
    std::vector<std::string_view> words;
    for (const Naming& naming : formats) words.push_back(naming.*part);
    return words;
}

}  // namespace

std::string render(const Results& results, Format format, const ReportStyle& style) {
    switch (format) {
        case Format::json: return to_json(results);
        case Format::csv: return csv_report(results);
        case Format::html: return html_report(results);
        case Format::hgrm: return hgrm_report(results, style);
        case Format::hlog: return hlog_report(results);
        case Format::svg: return svg_report(results);
        case Format::summary: return summary_report(results);
        case Format::text: break;
    }
    return text_report(results, style);
}

Format format_of_name(std::string_view name) {
    for (const Naming& naming : formats)
        if (naming.name == name) return naming.format;
    const auto names = all(&Naming::name);
    throw UsageError{"--format: expected one of " + text::join(names) + ", got " + text::quote(name) +
                     text::did_you_mean(name, names)};
}

Format format_of_path(std::string_view path) {
    for (const Naming& naming : formats)
        if (path.ends_with(naming.extension)) return naming.format;
    throw UsageError{"--output: expected a file that ends with one of " + text::join(all(&Naming::extension)) +
                     ", got " + text::quote(path)};
}

void write_file(const std::string& path, std::string_view text, bool append) {
    std::ofstream stream{path, std::ios::binary | (append ? std::ios::app : std::ios::trunc)};
    if (!stream || !stream.write(text.data(), static_cast<std::streamsize>(text.size())).flush())
        throw UsageError{text::printable(path) + ": cannot be written: " + std::strerror(errno)};
}

void write_outputs(const Results& results, const std::vector<Output>& outputs) {
    std::vector<std::string> problems;
    for (const Output& output : outputs) {
        try {
            write_file(output.path, render(results, output.format), output.append);
        } catch (const UsageError& error) {
            problems.emplace_back(error.what());
        }
    }
    if (!problems.empty()) throw UsageError{text::join(problems, "\n")};
}

void print(std::string_view text) {
    if (!std::cout.write(text.data(), static_cast<std::streamsize>(text.size())).flush())
        throw std::runtime_error{"stdout took only a part of the report"};
}

bool colour_wanted(int descriptor) {
    const char* const no_colour = std::getenv("NO_COLOR");
    const char* const terminal = std::getenv("TERM");
    const bool dumb = !terminal || std::string_view{terminal} == "dumb";
    return !(no_colour && *no_colour) && !dumb && ::isatty(descriptor) == 1;
}

}  // namespace tollgate::loadtest
