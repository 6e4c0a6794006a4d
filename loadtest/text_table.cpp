// loadtest/text_table.cpp - columns, cuts and blocks of a terminal's letters.
#include "loadtest/text_table.h"

#include "support/text.h"

#include <algorithm>
#include <cmath>

namespace tollgate::loadtest {

std::size_t letters(std::string_view text) noexcept {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; }));
}

std::string shortened(std::string_view text, std::size_t most) {
    std::string safe = text::printable(text);
    if (letters(safe) <= most) return safe;
    std::size_t end = 0, seen = 0;
    while (end < safe.size() && ((safe[end] & 0xC0) == 0x80 || ++seen <= most - 3)) ++end;
    return safe.substr(0, end) + "...";
}

std::string sparkline(const std::vector<double>& values, std::size_t width) {
    static constexpr const char* blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    const std::size_t columns = std::min(values.size(), width);
    std::vector<double> means(columns, 0);
    for (std::size_t i = 0; i < columns; ++i) {
        const std::size_t begin = i * values.size() / columns, end = (i + 1) * values.size() / columns;
        for (std::size_t j = begin; j < end; ++j) means[i] += values[j] / static_cast<double>(end - begin);
    }
    const double highest = columns == 0 ? 0 : *std::max_element(means.begin(), means.end());
    std::string line;
    for (const double mean : means)
        line += blocks[highest > 0 ? static_cast<std::size_t>(std::lround(mean / highest * 7)) : 0];
    return line;
}

void TextTable::row(std::vector<std::string> cells, std::string_view colour) {
    rows_.push_back({std::move(cells), std::string{colour}});
}

std::string TextTable::text(std::string_view margin, bool colour) const {
    std::vector<std::size_t> widths;
    for (const Row& row : rows_) {
        widths.resize(std::max(widths.size(), row.cells.size()), 0);
        for (std::size_t i = 0; i < row.cells.size(); ++i) widths[i] = std::max(widths[i], letters(row.cells[i]));
    }
    std::string out;
    for (const Row& row : rows_) {
        std::string line{margin};
        for (std::size_t i = 0; i < row.cells.size(); ++i) {
            const std::string& cell = row.cells[i];
            const std::string gap(widths[i] - letters(cell), ' ');
            const bool coloured = colour && i == 0 && !row.colour.empty();
            if (i > 0) line += "  ";
            if (!left(i)) line += gap;
            line += coloured ? row.colour + cell + "\x1b[0m" : cell;
            if (left(i)) line += gap;
        }
        line.resize(line.find_last_not_of(' ') + 1);
        out += line + '\n';
    }
    return out;
}

}  // namespace tollgate::loadtest
