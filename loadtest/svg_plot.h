// loadtest/svg_plot.h - SvgPlot: lines and areas over two axes, as an inline SVG that its page's style sheet colours.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollgate::loadtest {

// `text` for HTML and SVG, in attributes too; control bytes and what is not UTF-8 as \xNN.
std::string escaped(std::string_view text);

struct Axis {
    struct Tick {
        double at;
        std::string label;
    };
    double low = 0, high = 1;  // what is beyond is drawn at the edge
    bool logarithmic = false;  // then `low` is above 0
    std::vector<Tick> ticks;
    std::string title;         // what is measured, and its unit
};

// From 0 to at least `high`, with about `ticks` round steps; `label` shows a value.
Axis linear_axis(double high, int ticks, std::string title, std::string (*label)(double));
// Around `low` to `high`, a tick at each power of ten; with fewer than three of them also at 2 and 5.
Axis logarithmic_axis(double low, double high, std::string title, std::string (*label)(double));

class SvgPlot {
public:
    using Points = std::vector<std::pair<double, double>>;

    // `name`: what the plot shows, for who cannot see it.
    SvgPlot(std::string_view name, Axis x, Axis y);

    // `style`: the class in the style sheet. What is drawn later covers what was drawn before.
    void line(const Points& points, std::string_view style, std::string_view name);
    void area(const Points& upper, const Points& lower, std::string_view style, std::string_view name);
    // Over the whole height between two values of x: what a pointer there is told.
    void hint(double from, double to, std::string_view text);
    std::string svg() const;

private:
    double x_of(double value) const noexcept;
    double y_of(double value) const noexcept;
    // "10,20 30,40": without points that no eye could tell from the one before.
    std::string path(const Points& points) const;
    std::string grid() const;

    std::string name_;
    Axis x_, y_;
    std::string drawn_;
};

}  // namespace tollgate::loadtest
