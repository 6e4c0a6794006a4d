// tests/loadtest/html_report_test.cpp - the page stands alone, whatever users named, and shows what was found.
#include "loadtest/report.h"
#include "loadtest/sample_run.h"
#include "support/digest.h"

#include <Poco/Base64Encoder.h>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <sstream>
#include <vector>

using namespace tollgate::loadtest;

BOOST_AUTO_TEST_SUITE(loadtest_html_report)

namespace {

std::string page(const Results& run) { return render(run, Format::html); }
bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

// The first tag that is closed and was not open, or stays open, or an attribute without quotes; "" if all is well.
std::string unbalanced(const std::string& html) {
    std::vector<std::string> open;
    for (std::size_t at = 0; (at = html.find('<', at)) != html.npos;) {
        const std::size_t end = html.find('>', at);
        if (end == html.npos) return "a tag without an end";
        const std::string tag = html.substr(at + 1, end - at - 1);
        at = end;
        const std::string name = tag.substr(0, tag.find_first_of(" /", 1));
        if (tag[0] == '!' || tag.ends_with('/') || name == "meta") continue;
        if (std::count(tag.begin(), tag.end(), '"') % 2 != 0) return tag;
        if (tag[0] != '/') {
            open.push_back(name);
        } else {
            if (open.empty() || "/" + open.back() != tag) return tag;
            open.pop_back();
        }
    }
    return open.empty() ? "" : open.back();
}

std::string between(const std::string& text, std::string_view before, std::string_view after) {
    const std::size_t begin = text.find(before) + before.size();
    return text.substr(begin, text.find(after, begin) - begin);
}

}  // namespace

BOOST_AUTO_TEST_CASE(it_shows_what_was_found) {
    const std::string html = page(sample_run());
    BOOST_TEST(unbalanced(html) == "");
    for (const std::string_view part :
         {"<h1>http://127.0.0.1:8080/orders</h1>", "INVALID (exit 4)", "the generator could not keep its schedule",
          "36.23%", "<td>429</td><td>7530</td><td>62.72%</td>", "<h2>Throughput</h2>",
          "<h2>99th percentile over time</h2>", "<h2>Latency by percentile</h2>",
          "Not reconciled, residual 101: foreign traffic", "GET /orders", "key-2", "7f3a90c1-001-0000008812", "timeout",
          "p99{2xx}&lt;50ms", "send lag, p99", "It balances"})
        BOOST_TEST_CONTEXT(part) BOOST_TEST(has(html, part));
    BOOST_TEST(has(html, "<polygon class=\"area s2xx\""));
    BOOST_TEST(has(html, "<polyline class=\"line s5xx\""));
    BOOST_TEST(has(html, "<polyline class=\"line s429 dashed\""));
    BOOST_TEST(has(html, "<title>4 s: 2xx 145/s, p99 "));
}

BOOST_AUTO_TEST_CASE(it_loads_nothing_and_its_policy_allows_its_style_alone) {
    const std::string html = page(sample_run());
    for (const std::string_view part :
         {"<script", "<link", "<img", "src=", "href=", "@import", "url(", "style=", "onclick"})
        BOOST_TEST_CONTEXT(part) BOOST_TEST(!has(html, part));
    const tollgate::Digest digest = tollgate::sha256(between(html, "<style>", "</style>"));
    std::ostringstream base64;
    Poco::Base64Encoder encoder{base64};
    encoder.write(reinterpret_cast<const char*>(digest.data()), static_cast<std::streamsize>(digest.size()));
    encoder.close();
    BOOST_TEST(has(html, "content=\"default-src 'none'; style-src 'sha256-" + base64.str() + "'\""));
}

BOOST_AUTO_TEST_CASE(what_users_named_is_text) {
    Results run = sample_run();
    const std::string evil = "<script>alert(\"1\")</script>'&\x01\xff";
    run.url = run.shape = run.command = run.started = run.version = run.run_id = evil;
    run.targets[0].name = run.keys[0].name = run.slowest[0].id = run.slowest[0].target = run.failed[0].problem = evil;
    run.gateway->url = run.gateway->cause = run.gateway->rows[0].route = run.gateway->notes[0] = evil;
    run.gateway->latencies[0].route = run.thresholds[0].expression = run.thresholds[0].shown = run.verdict[0] = evil;
    run.generator.problems[0] = run.expected[0] = evil;
    run.errors[evil] = 1;
    const std::string html = page(run);
    BOOST_TEST(!has(html, "<script"));
    BOOST_TEST(!has(html, "\x01"));
    BOOST_TEST(!has(html, "\xff"));
    BOOST_TEST(has(html, "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;\\x01\\xff"));
    BOOST_TEST(unbalanced(html) == "");
    run.gateway->problem = evil;
    BOOST_TEST(!has(page(run), "<script"));
}

BOOST_AUTO_TEST_CASE(runs_that_found_nothing_or_little_have_a_page_too) {
    BOOST_TEST(unbalanced(page(Results{})) == "");
    BOOST_TEST(!has(page(Results{}), "<svg"));
    for (Results run : {small_run(), sample_run(1, 1)}) {
        run.interval_seconds = 0;
        BOOST_TEST(unbalanced(page(run)) == "");
        for (const std::string_view no_place : {"\"nan", ",nan", " nan", "-nan", "\"inf", ",inf", " inf", "-inf"})
            BOOST_TEST(!has(page(run), no_place));
    }
}

BOOST_AUTO_TEST_CASE(what_comes_a_moment_after_the_end_looks_like_no_burst) {
    Results run = small_run();
    run.drained_seconds = 0.001;
    Interval& last = run.timeline.emplace_back();
    last.classes[1] = 10;
    last.response[1].record(2'000'000, 10);
    BOOST_TEST(has(page(run), "<title>1 s: 2xx 11.0/s, p99 4.00 ms</title>"));
    BOOST_TEST(!has(page(run), "<title>2 s:"));
    run.drained_seconds = 1;
    BOOST_TEST(has(page(run), "<title>2 s: 2xx 10/s, p99 2.00 ms</title>"));
}

BOOST_AUTO_TEST_CASE(long_runs_and_long_lists_stay_readable) {
    Results run = sample_run(1, 10);
    for (int i = 0; i < 3600; ++i) run.timeline.push_back(run.timeline[0]);
    run.seconds = static_cast<double>(run.timeline.size());
    run.keys.resize(5000);
    const std::string html = page(run);
    BOOST_TEST(html.size() < 1'500'000u);
    BOOST_TEST(has(html, "<summary>Keys (5000)</summary>"));
    BOOST_TEST(has(html, "... and 4000 more, which are in the JSON"));
    BOOST_TEST(unbalanced(html) == "");
}

BOOST_AUTO_TEST_CASE(the_plot_alone_is_a_whole_svg) {
    Results run = sample_run();
    run.url = "http://h/<script>";
    const std::string svg = render(run, Format::svg);
    const auto times = [&](std::string_view part) {
        std::size_t found = 0;
        for (std::size_t at = svg.find(part); at != svg.npos; at = svg.find(part, at + 1)) ++found;
        return found;
    };
    BOOST_TEST(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" "));
    BOOST_TEST(svg.ends_with("</svg>\n"));
    for (const std::string name : {"svg", "text", "polyline", "title", "style"}) {
        BOOST_TEST(times('<' + name) > 0u, name);
        BOOST_TEST(times('<' + name) == times("</" + name + '>'), name);
    }
    BOOST_TEST(svg.find("class=\"line s429\"") != svg.npos);
    BOOST_TEST(svg.find(".line.s429{stroke:#") != svg.npos);
    BOOST_TEST(svg.find("http://h/&lt;script&gt;, open loop") != svg.npos);
    BOOST_TEST(svg.find("var(") == svg.npos);
    BOOST_TEST(render(Results{}, Format::svg).find("nothing was answered") != svg.npos);
}

BOOST_AUTO_TEST_SUITE_END()
