// tests/loadtest/svg_plot_test.cpp - round axes, and points where they belong.
#include "loadtest/svg_plot.h"

#include <boost/test/unit_test.hpp>

#include <cmath>

using namespace tollgate::loadtest;

BOOST_AUTO_TEST_SUITE(loadtest_svg_plot)

namespace {

std::string plain(double value) { return std::to_string(std::lround(value)); }

std::vector<double> ticks(const Axis& axis) {
    std::vector<double> values;
    for (const auto& tick : axis.ticks) values.push_back(std::round(tick.at * 1e6) / 1e6);
    return values;
}

std::string drawn(const Axis& x, const Axis& y, const SvgPlot::Points& points) {
    SvgPlot plot{"a plot", x, y};
    plot.line(points, "s2xx", "2xx");
    const std::string svg = plot.svg();
    const std::size_t begin = svg.find("points=\"") + 8;
    return svg.substr(begin, svg.find('"', begin) - begin);
}

}  // namespace

BOOST_AUTO_TEST_CASE(linear_axes_have_round_steps) {
    const std::pair<double, std::vector<double>> cases[] = {
        {100, {0, 20, 40, 60, 80, 100}}, {401, {0, 100, 200, 300, 400, 500}}, {7, {0, 2, 4, 6, 8}},
        {0.3, {0, 0.1, 0.2, 0.3}},       {0, {0, 0.2, 0.4, 0.6, 0.8, 1}}};
    for (const auto& [high, expected] : cases)
        BOOST_TEST_CONTEXT(high)
        BOOST_TEST(ticks(linear_axis(high, 5, "", plain)) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(logarithmic_axes_have_powers_of_ten_and_finer_steps_where_there_are_few) {
    BOOST_TEST(
        ticks(logarithmic_axis(1, 100'000, "", plain)) == (std::vector<double>{1, 10, 100, 1000, 10'000, 100'000}),
        boost::test_tools::per_element());
    BOOST_TEST(ticks(logarithmic_axis(3, 30, "", plain)) == (std::vector<double>{5, 10, 20}),
               boost::test_tools::per_element());
    BOOST_TEST(logarithmic_axis(0, 0, "", plain).low > 0);
}

BOOST_AUTO_TEST_CASE(points_are_where_their_values_say) {
    const Axis x{.low = 0, .high = 10, .logarithmic = false, .ticks = {}, .title = ""};
    const Axis y{.low = 1, .high = 100, .logarithmic = true, .ticks = {}, .title = ""};
    // The paper's inside is from 70 to 746 and from 236 (below) to 12.
    BOOST_TEST(drawn(x, y, {{0, 1}, {5, 10}, {10, 100}}) == "70,236 408,124 746,12");
    BOOST_TEST(drawn(x, y, {{-5, 0}, {20, 1e9}}) == "70,236 746,12");
}

BOOST_AUTO_TEST_CASE(points_that_no_eye_can_tell_apart_are_left_out) {
    const Axis axis{.low = 0, .high = 1, .logarithmic = false, .ticks = {}, .title = ""};
    SvgPlot::Points points;
    for (int i = 0; i <= 100'000; ++i) points.emplace_back(i / 1e5, i / 1e5);
    BOOST_TEST(drawn(axis, axis, points).size() < 40'000u);
    BOOST_TEST(drawn(axis, axis, points).ends_with("746,12"));
}

BOOST_AUTO_TEST_CASE(texts_are_escaped) {
    BOOST_TEST(escaped("<a b=\"c\">&'\n") == "&lt;a b=&quot;c&quot;&gt;&amp;&#39;\\n");
    const Axis axis{.low = 0, .high = 1, .logarithmic = false, .ticks = {{0.5, "<b>"}}, .title = "<i>"};
    SvgPlot plot{"\"<s>", axis, axis};
    plot.hint(0, 1, "<u>");
    BOOST_TEST(plot.svg().find("<b>") == std::string::npos);
    BOOST_TEST(plot.svg().find("<i>") == std::string::npos);
    BOOST_TEST(plot.svg().find("<u>") == std::string::npos);
    BOOST_TEST(plot.svg().find("\"<s>") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
