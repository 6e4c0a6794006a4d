// loadtest/svg_report.cpp - the plot of latency by percentile as a picture that stands by itself.
#include "loadtest/html_plots.h"
#include "loadtest/report_formats.h"
#include "loadtest/svg_plot.h"
#include "loadtest/text_table.h"

#include <utility>

namespace tollgate::loadtest {

namespace {

// Colours as programs without variables know them: those of the page (html_page.cpp) on white.
std::string svg_style() {
    std::string css = "text{font:11px system-ui,sans-serif;fill:#667079}.head{fill:#1c2024}.paper{fill:#fff}"
                      ".grid{stroke:#e4e6e8}.line{fill:none;stroke-width:1.8;stroke-linejoin:round}"
                      ".dashed{stroke-dasharray:4 4;stroke-width:1.3}";
    constexpr std::array<std::string_view, status_classes> colours{"#8a94a0", "#2a9d7c", "#4f86c6",
                                                                   "#c98a1b", "#8b6fc0", "#d1495b"};
    for (std::size_t i = 0; i < status_classes; ++i)
        for (const auto& [shape, property] : {std::pair{"line", "stroke"}, {"area", "fill"}})
            css += std::string{"."} + shape + '.' + std::string{plot_styles[i]} + '{' + property + ':' +
                   std::string{colours[i]} + '}';
    return css;
}

}  // namespace

std::string svg_report(const Results& run) {
    // The plot stands in the middle of the paper, the heading above it and the legend below.
    const std::string drawing = percentile_drawing(run, 326);
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 340\" width=\"760\" height=\"340\">\n<style>" +
           svg_style() + "</style>\n<rect class=\"paper\" width=\"760\" height=\"340\"/>\n" +
           "<text class=\"head\" x=\"70\" y=\"20\">" +
           escaped(shortened(run.url, 50) + ", " + shortened(run.shape, 50)) + "</text>\n" +
           (drawing.empty() ? "<text x=\"380\" y=\"170\" text-anchor=\"middle\">nothing was answered</text>\n"
                            : drawing) +
           "</svg>\n";
}

}  // namespace tollgate::loadtest
