// loadtest/text_page.h - TextPage: a report for a terminal while it is written: sections named at the left margin.
#pragma once

#include "loadtest/results.h"

#include <string>
#include <string_view>

namespace tollgate::loadtest {

class TextPage {
public:
    static constexpr std::string_view margin = "            ";
    static constexpr std::string_view green = "\x1b[32m", yellow = "\x1b[33m", red = "\x1b[31m", bold = "\x1b[1m",
                                      dim = "\x1b[2m";

    explicit TextPage(bool colour) : colour_{colour} {}

    bool colour() const noexcept { return colour_; }
    // `escape`: one of the above, or "".
    std::string painted(std::string_view text, std::string_view escape) const;
    // Whole lines that begin with the margin; the name is put into the first one's.
    void section(std::string_view name, std::string lines);
    // A section of one line, without the margin.
    void line(std::string_view name, std::string_view text);
    void text(std::string_view lines) { text_ += lines; }
    // "... and 80 more", if `left` is not 0.
    void more(std::size_t left);
    const std::string& whole() const noexcept { return text_; }

private:
    bool colour_;
    std::string text_;
};

// Sections of their own file (text_breakdown.cpp): what the gateway counted, and who asked what how slowly.
void add_gateway(TextPage& page, const GatewayView& view);
void add_targets(TextPage& page, const Results& run);
void add_keys(TextPage& page, const Results& run);
void add_requests(TextPage& page, std::string_view name, const std::vector<SlowRequest>& requests);

}  // namespace tollgate::loadtest
