// loadtest/html_plots.cpp - from histograms and intervals to lines and areas.
#include "loadtest/html_plots.h"

#include "loadtest/quantities.h"
#include "loadtest/report_words.h"
#include "loadtest/svg_plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <optional>

namespace tollgate::loadtest {

namespace {

constexpr std::size_t most_bins = 300;  // no screen has more columns to spare for one plot
const auto& styles = plot_styles;

using Points = SvgPlot::Points;

// "10 us", "2 ms", "1 s": of round numbers.
std::string round_time(double nanoseconds) {
    constexpr std::pair<double, const char*> units[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}, {1, "ns"}};
    for (const auto& [size, unit] : units) {
        if (nanoseconds < size * 0.999) continue;
        std::array<char, 32> text;
        std::snprintf(text.data(), text.size(), "%.4g %s", nanoseconds / size, unit);
        return text.data();
    }
    return "0";
}

std::string plain(double value) {
    std::array<char, 32> text;
    std::snprintf(text.data(), text.size(), "%.6g", value);
    return text.data();
}

class Legend {
public:
    void add(std::string_view style, std::string_view name) {
        items_.push_back({std::string{style}, std::string{name}});
    }
    void add(std::string_view words) { add("", words); }
    std::string html() const {
        std::string html = "<ul class=\"legend\">";
        for (const Item& item : items_)
            html += (item.style.empty() ? "<li>" : "<li class=\"" + item.style + "\"><i></i>") + escaped(item.name) +
                    "</li>";
        return html + "</ul>\n";
    }
    // In one line, `y` below the top.
    std::string svg(int y) const {
        std::string svg;
        std::size_t x = 70;
        for (const Item& item : items_) {
            if (!item.style.empty())
                svg += "<rect class=\"area " + item.style + "\" x=\"" + std::to_string(x) + "\" y=\"" +
                       std::to_string(y - 9) + "\" width=\"10\" height=\"10\"/>";
            x += item.style.empty() ? 0 : 15;
            svg += "<text x=\"" + std::to_string(x) + "\" y=\"" + std::to_string(y) + "\">" + escaped(item.name) +
                   "</text>\n";
            x += item.name.size() * 8 + 15;
        }
        return svg;
    }

private:
    struct Item {
        std::string style, name;
    };
    std::vector<Item> items_;
};

std::string figure(const SvgPlot& plot, const Legend& legend) {
    return "<div class=\"scroll\">" + plot.svg() + "</div>" + legend.html();
}

// Where the sample before which `seen` of `count` come stands: a hundred for 99%. The last one's place is that of
// count.
double rarity(std::uint64_t seen, std::uint64_t count) {
    return static_cast<double>(count) / static_cast<double>(std::max<std::uint64_t>(count - seen, 1));
}

Points by_percentile(const Histogram& times) {
    Points points;
    std::uint64_t seen = 0;
    times.each([&](std::uint64_t, std::uint64_t high, std::uint64_t samples) {
        const auto value = static_cast<double>(std::clamp(high, times.min(), times.max()));
        points.emplace_back(rarity(seen, times.count()), value);
        points.emplace_back(rarity(seen += samples, times.count()), value);
    });
    return points;
}

// "9" is 90%, "999" is 99.9%.
std::string percent_of(const std::string& nines) {
    if (nines.size() < 3) return (nines + '0').substr(0, 2) + '%';
    return nines.substr(0, 2) + '.' + nines.substr(2) + '%';
}

Axis percentile_axis(std::uint64_t count) {
    Axis axis{.low = 1, .high = std::max(static_cast<double>(count), 10.0), .logarithmic = true,
              .ticks = {{1, "0%"}, {2, "50%"}}, .title = "percentile"};
    std::string nines = "9";
    for (double at = 10; at <= axis.high; at *= 10, nines += '9') axis.ticks.push_back({at, percent_of(nines)});
    return axis;
}

// Some intervals together.
struct Bin {
    double from = 0, to = 0;
    ClassCounts classes{};
    std::uint64_t unanswered = 0;
    std::array<Histogram, status_classes> response{Histogram{2}, Histogram{2}, Histogram{2},
                                                   Histogram{2}, Histogram{2}, Histogram{2}};
    void add(const ClassCounts& more, std::uint64_t more_unanswered,
             const std::array<Histogram, status_classes>& times) {
        unanswered += more_unanswered;
        for (std::size_t i = 0; i < status_classes; ++i) {
            classes[i] += more[i];
            response[i].add(times[i]);
        }
    }
    double rate(std::uint64_t count) const { return to > from ? static_cast<double>(count) / (to - from) : 0; }
};

// The last one may have been shorter. What came in a moment after the end would look like a burst: it is part of the
// bin before.
void end_bins(std::vector<Bin>& bins, double end) {
    if (bins.empty() || !(end > bins.back().from)) return;
    const double usual = bins.back().to - bins.back().from;
    bins.back().to = std::min(bins.back().to, end);
    if (bins.size() < 2 || bins.back().to - bins.back().from > usual / 2) return;
    const Bin last = std::move(bins.back());
    bins.pop_back();
    bins.back().add(last.classes, last.unanswered, last.response);
    bins.back().to = last.to;
}

std::vector<Bin> bins_of(const Results& run) {
    const std::size_t together = (run.timeline.size() + most_bins - 1) / most_bins;
    std::vector<Bin> bins;
    for (std::size_t i = 0; i < run.timeline.size(); ++i) {
        const Interval& interval = run.timeline[i];
        if (i % together == 0) bins.emplace_back().from = static_cast<double>(i) * run.interval_seconds;
        bins.back().to = static_cast<double>(i + 1) * run.interval_seconds;
        bins.back().add(interval.classes, interval.unanswered, interval.response);
    }
    end_bins(bins, run.seconds + run.drained_seconds);
    return bins;
}

Axis time_axis(const std::vector<Bin>& bins) {
    const double end = std::max(bins.back().to, 1e-3);
    Axis axis = linear_axis(end, 10, "seconds", plain);
    axis.high = end;
    if (axis.ticks.back().at > end) axis.ticks.pop_back();
    return axis;
}

std::string told(const Bin& bin) {
    std::string text = plain(bin.from) + " s:";
    for (std::size_t i = 0; i < status_classes; ++i)
        if (bin.classes[i] > 0)
            text += ' ' + std::string{status_class_names[i]} + ' ' + show_count(bin.rate(bin.classes[i])) + "/s, p99 " +
                    shown_ns(bin.response[i].percentile(99)) + ';';
    if (bin.unanswered > 0) text += " unanswered " + std::to_string(bin.unanswered) + ';';
    text.pop_back();
    return text;
}

void add_hints(SvgPlot& plot, const std::vector<Bin>& bins) {
    for (const Bin& bin : bins) plot.hint(bin.from, bin.to, told(bin));
}

// The layers' upper edges: of each class's rate on top of those before, the last of what was not answered.
std::array<Points, status_classes + 1> stacked(const std::vector<Bin>& bins) {
    std::array<Points, status_classes + 1> edges;
    for (const Bin& bin : bins) {
        double rate = 0;
        for (std::size_t i = 0; i < edges.size(); ++i) {
            rate += bin.rate(i < status_classes ? bin.classes[i] : bin.unanswered);
            edges[i].emplace_back(bin.from, rate);
            edges[i].emplace_back(bin.to, rate);
        }
    }
    return edges;
}

struct Plotted {
    SvgPlot plot;
    Legend legend;
};

// None where nothing was answered.
std::optional<Plotted> by_percentile(const Results& run) {
    std::uint64_t most = 0, low = Histogram::highest, high = 0;
    std::array<Latencies, status_classes> classes;
    for (std::size_t i = 0; i < status_classes; ++i) {
        classes[i] = run.of_class(static_cast<StatusClass>(i));
        if (classes[i].response.empty()) continue;
        most = std::max(most, classes[i].response.count());
        low = std::min({low, classes[i].response.min(), classes[i].service.empty() ? low : classes[i].service.min()});
        high = std::max({high, classes[i].response.max(), classes[i].service.max()});
    }
    if (most == 0) return std::nullopt;
    SvgPlot plot{"Latency by percentile, for each status class", percentile_axis(most),
                 logarithmic_axis(static_cast<double>(std::max(low, Histogram::lowest_discernible)),
                                  static_cast<double>(high), "latency", round_time)};
    Legend legend;
    for (std::size_t i = 0; i < status_classes; ++i) {
        if (classes[i].response.empty()) continue;
        const std::string name{status_class_names[i]};
        if (run.open_loop)
            plot.line(by_percentile(classes[i].service), std::string{styles[i]} + " dashed", name + ", service time");
        plot.line(by_percentile(classes[i].response), styles[i], name + ", response time");
        legend.add(styles[i], name);
    }
    if (run.open_loop) legend.add("solid: response time, from the planned instant; dashed: service time, from sending");
    return Plotted{std::move(plot), std::move(legend)};
}

}  // namespace

std::string percentile_plot(const Results& run) {
    const auto plotted = by_percentile(run);
    return plotted ? figure(plotted->plot, plotted->legend) : "";
}

std::string percentile_drawing(const Results& run, int legend_at) {
    const auto plotted = by_percentile(run);
    return plotted ? plotted->plot.svg() + plotted->legend.svg(legend_at) : "";
}

std::string throughput_plot(const Results& run) {
    const std::vector<Bin> bins = bins_of(run);
    if (bins.empty()) return "";
    const auto edges = stacked(bins);
    double high = 0;
    for (const auto& [at, rate] : edges.back()) high = std::max(high, rate);
    SvgPlot plot{"Answers a second over time, by status class", time_axis(bins),
                 linear_axis(high, 5, "a second", show_count)};
    Legend legend;
    Points below{{0, 0}, {bins.back().to, 0}};
    for (std::size_t i = 0; i < edges.size(); ++i) {
        const bool any = std::any_of(bins.begin(), bins.end(), [&](const Bin& bin) {
            return (i < status_classes ? bin.classes[i] : bin.unanswered) > 0;
        });
        if (!any) continue;
        const std::string_view name = i < status_classes ? status_class_names[i] : "unanswered";
        const std::string_view style = i < status_classes ? styles[i] : "sno";
        plot.area(edges[i], below, style, name);
        legend.add(style, name);
        below = edges[i];
    }
    add_hints(plot, bins);
    return figure(plot, legend);
}

std::string latency_plot(const Results& run) {
    const std::vector<Bin> bins = bins_of(run);
    double low = 0, high = 0;
    std::array<std::vector<Points>, status_classes> lines;
    for (std::size_t i = 0; i < status_classes; ++i) {
        bool begun = false;  // where a class had no answers, its line has a gap
        for (const Bin& bin : bins) {
            const bool any = !bin.response[i].empty();
            if (any && !begun) lines[i].emplace_back();
            begun = any;
            if (!any) continue;
            const auto value =
                static_cast<double>(std::max(bin.response[i].percentile(99), Histogram::lowest_discernible));
            low = low == 0 ? value : std::min(low, value);
            high = std::max(high, value);
            lines[i].back().emplace_back(bin.from, value);
            lines[i].back().emplace_back(bin.to, value);
        }
    }
    if (high == 0) return "";
    SvgPlot plot{"99th percentile of response time over time, for each status class", time_axis(bins),
                 logarithmic_axis(low, high, "p99", round_time)};
    Legend legend;
    for (std::size_t i = 0; i < status_classes; ++i) {
        for (const Points& line : lines[i]) plot.line(line, styles[i], status_class_names[i]);
        if (!lines[i].empty()) legend.add(styles[i], status_class_names[i]);
    }
    add_hints(plot, bins);
    return figure(plot, legend);
}

}  // namespace tollgate::loadtest
