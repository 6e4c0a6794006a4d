// loadtest/text_table.h - TextTable: rows of cells for a terminal, each column as wide as its widest cell.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::loadtest {

// The first column is aligned left, others as `right` says (one letter a column: "lrr"); missing letters are 'r'.
class TextTable {
public:
    explicit TextTable(std::string_view alignment = "l") : alignment_{alignment} {}

    // `colour`: an ANSI escape for the row's first cell, or "".
    void row(std::vector<std::string> cells, std::string_view colour = "");
    bool empty() const noexcept { return rows_.empty(); }
    // Lines that begin with `margin`; without spaces at their ends.
    std::string text(std::string_view margin, bool colour) const;

private:
    struct Row {
        std::vector<std::string> cells;
        std::string colour;
    };
    bool left(std::size_t column) const noexcept {
        return column < alignment_.size() ? alignment_[column] == 'l' : false;
    }

    std::string alignment_;
    std::vector<Row> rows_;
};

// How many letters (UTF-8 code points) it has.
std::size_t letters(std::string_view text) noexcept;
// What users named themselves, harmless for a terminal, and cut ("GET http://127.0.0...") after `most` letters.
std::string shortened(std::string_view text, std::size_t most);
// A line of blocks, as high as the values are, from 0 to the greatest of them; at most `width` letters.
std::string sparkline(const std::vector<double>& values, std::size_t width);

}  // namespace tollgate::loadtest
