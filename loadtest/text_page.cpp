// loadtest/text_page.cpp - margins, colours and times of a report for a terminal.
#include "loadtest/text_page.h"

namespace tollgate::loadtest {

std::string TextPage::painted(std::string_view text, std::string_view escape) const {
    if (!colour_ || escape.empty()) return std::string{text};
    return std::string{escape} + std::string{text} + "\x1b[0m";
}

void TextPage::section(std::string_view name, std::string lines) {
    if (lines.empty()) return;
    text_ += painted(name, bold) + std::string(margin.size() - name.size(), ' ') + lines.substr(margin.size());
}

void TextPage::line(std::string_view name, std::string_view text) {
    section(name, std::string{margin} + std::string{text} + '\n');
}

void TextPage::more(std::size_t left) {
    if (left > 0) text_ += std::string{margin} + "... and " + std::to_string(left) + " more (all are in the JSON)\n";
}

}  // namespace tollgate::loadtest
