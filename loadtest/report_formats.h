// loadtest/report_formats.h - one function for each format of a report; render() chooses.
#pragma once

#include "loadtest/report.h"

#include <string>

namespace tollgate::loadtest {

std::string text_report(const Results& results, const ReportStyle& style);
std::string csv_report(const Results& results);
std::string html_report(const Results& results);
std::string hgrm_report(const Results& results, const ReportStyle& style);
std::string hlog_report(const Results& results);
std::string svg_report(const Results& results);
std::string summary_report(const Results& results);

}  // namespace tollgate::loadtest
