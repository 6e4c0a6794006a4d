// loadtest/html_page.h - parts of a self-contained HTML page: no script, nothing from elsewhere, light and dark.
#pragma once

#include "loadtest/svg_plot.h"

#include <string>
#include <string_view>
#include <vector>

namespace tollgate::loadtest {

// A table whose first column has names, aligned left, and whose others have figures, aligned right.
class HtmlTable {
public:
    // Columns from `texts_from` on have texts, aligned left.
    explicit HtmlTable(std::vector<std::string> titles, std::size_t texts_from = 1000);

    // Cells are escaped here; those that are missing are empty. `style`: a class of the row, or "".
    void row(const std::vector<std::string>& cells, std::string_view style = "");
    std::size_t rows() const noexcept { return rows_; }
    std::string html() const { return "<div class=\"scroll\"><table>" + text_ + "</tbody></table></div>\n"; }

private:
    std::size_t columns_, texts_from_, rows_ = 0;
    std::string text_;
};

// `content` is HTML, `title` is not.
std::string html_section(std::string_view title, std::string_view content);
// Folded up, to be opened by who wants to see it.
std::string html_details(std::string_view title, std::string_view content);
// The whole page. Its policy (CSP) lets a browser load and run nothing at all.
std::string html_page(std::string_view title, std::string_view content);

}  // namespace tollgate::loadtest
