// loadtest/svg_plot.cpp - from values to places on the paper, and round numbers for axes.
#include "loadtest/svg_plot.h"

#include "support/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace tollgate::loadtest {

namespace {

constexpr double width = 760, height = 280, left = 70, right = 14, top = 12, bottom = 44;

// One decimal is a tenth of what a screen shows.
std::string place(double value) {
    std::array<char, 32> text;
    std::snprintf(text.data(), text.size(), "%.1f", value);
    std::string shown{text.data()};
    if (shown.ends_with(".0")) shown.resize(shown.size() - 2);
    return shown;
}

std::string attribute(std::string_view name, std::string_view value) {
    return ' ' + std::string{name} + "=\"" + escaped(value) + '"';
}

double share(const Axis& axis, double value) noexcept {
    value = std::clamp(value, axis.low, axis.high);
    if (axis.logarithmic) return std::log(value / axis.low) / std::log(axis.high / axis.low);
    return (value - axis.low) / (axis.high - axis.low);
}

}  // namespace

std::string escaped(std::string_view text) {
    std::string out;
    for (const char letter : text::printable(text)) {
        switch (letter) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&#39;"; break;
            default: out += letter;
        }
    }
    return out;
}

Axis linear_axis(double high, int ticks, std::string title, std::string (*label)(double)) {
    if (!(high > 0)) high = 1;
    const double rough = high / ticks, power = std::pow(10, std::floor(std::log10(rough)));
    const double step = power * (rough > 5 * power ? 10 : rough > 2 * power ? 5 : rough > power ? 2 : 1);
    Axis axis{
        .low = 0, .high = step * std::ceil(high / step), .logarithmic = false, .ticks = {}, .title = std::move(title)};
    for (double at = 0; at <= axis.high + step / 2; at += step) axis.ticks.push_back({at, label(at)});
    return axis;
}

Axis logarithmic_axis(double low, double high, std::string title, std::string (*label)(double)) {
    low = std::max(low, 1e-9);
    high = std::max(high, low * 1.5);
    Axis axis{.low = low / 1.15, .high = high * 1.15, .logarithmic = true, .ticks = {}, .title = std::move(title)};
    const bool fine = high / low < 1000;
    for (double power = std::pow(10, std::floor(std::log10(axis.low))); power <= axis.high; power *= 10)
        for (const double step : {1, 2, 5})
            if (power * step >= axis.low && power * step <= axis.high && (fine || step == 1))
                axis.ticks.push_back({power * step, label(power * step)});
    return axis;
}

SvgPlot::SvgPlot(std::string_view name, Axis x, Axis y) : name_{name}, x_{std::move(x)}, y_{std::move(y)} {}

double SvgPlot::x_of(double value) const noexcept { return left + share(x_, value) * (width - left - right); }
double SvgPlot::y_of(double value) const noexcept {
    return height - bottom - share(y_, value) * (height - top - bottom);
}

std::string SvgPlot::path(const Points& points) const {
    std::string out;
    double last_x = -1, last_y = -1;
    for (const auto& point : points) {
        const double x = x_of(point.first), y = y_of(point.second);
        const bool last = &point == &points.back();
        if (!last && std::abs(x - last_x) < 0.3 && std::abs(y - last_y) < 0.3) continue;
        last_x = x, last_y = y;
        if (!out.empty()) out += ' ';
        out += place(x) + ',' + place(y);
    }
    return out;
}

void SvgPlot::line(const Points& points, std::string_view style, std::string_view name) {
    if (points.empty()) return;
    drawn_ += "<polyline" + attribute("class", "line " + std::string{style}) + attribute("points", path(points)) +
              "><title>" + escaped(name) + "</title></polyline>\n";
}

void SvgPlot::area(const Points& upper, const Points& lower, std::string_view style, std::string_view name) {
    if (upper.empty()) return;
    const Points back{lower.rbegin(), lower.rend()};
    drawn_ += "<polygon" + attribute("class", "area " + std::string{style}) +
              attribute("points", path(upper) + ' ' + path(back)) + "><title>" + escaped(name) + "</title></polygon>\n";
}

void SvgPlot::hint(double from, double to, std::string_view text) {
    drawn_ += "<rect class=\"hint\"" + attribute("x", place(x_of(from))) + attribute("y", place(top)) +
              attribute("width", place(x_of(to) - x_of(from))) + attribute("height", place(height - top - bottom)) +
              "><title>" + escaped(text) + "</title></rect>\n";
}

std::string SvgPlot::grid() const {
    std::string out;
    const auto line = [&](double x1, double y1, double x2, double y2) {
        out += "<line class=\"grid\"" + attribute("x1", place(x1)) + attribute("y1", place(y1)) +
               attribute("x2", place(x2)) + attribute("y2", place(y2)) + "/>";
    };
    const auto words = [&](double x, double y, std::string_view anchor, std::string_view style, std::string_view said) {
        out += "<text" + attribute("class", style) + attribute("x", place(x)) + attribute("y", place(y)) +
               attribute("text-anchor", anchor) + '>' + escaped(said) + "</text>\n";
    };
    for (const Axis::Tick& tick : y_.ticks) {
        line(left, y_of(tick.at), width - right, y_of(tick.at));
        words(left - 8, y_of(tick.at) + 4, "end", "tick", tick.label);
    }
    for (const Axis::Tick& tick : x_.ticks) {
        line(x_of(tick.at), top, x_of(tick.at), height - bottom);
        words(x_of(tick.at), height - bottom + 17, "middle", "tick", tick.label);
    }
    words((left + width - right) / 2, height - 8, "middle", "axis", x_.title);
    out += "<text class=\"axis\" text-anchor=\"middle\" transform=\"translate(14 " +
           place((top + height - bottom) / 2) + ") rotate(-90)\">" + escaped(y_.title) + "</text>\n";
    return out;
}

std::string SvgPlot::svg() const {
    return "<svg role=\"img\"" + attribute("aria-label", name_) +
           attribute("viewBox", "0 0 " + place(width) + ' ' + place(height)) + ">\n" + grid() + drawn_ + "</svg>\n";
}

}  // namespace tollgate::loadtest
