// tests/loadtest/compare_test.cpp - changes are found where there are some, and not where there are none.
#include "loadtest/compare.h"

#include "loadtest/compare_report.h"
#include "loadtest/exit_codes.h"
#include "loadtest/sample_run.h"
#include "support/places.h"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <utility>

using namespace tollgate::loadtest;

BOOST_AUTO_TEST_SUITE(loadtest_compare)

namespace {

const Change& named(const Comparison& comparison, std::string_view name) {
    const auto found = std::find_if(comparison.changes.begin(), comparison.changes.end(),
                                    [&](const Change& c) { return c.name == name; });
    BOOST_REQUIRE(found != comparison.changes.end());
    return *found;
}

std::string judged(const Comparison& comparison, std::string_view name) {
    return std::string{named(comparison, name).judgement()};
}

// A closed loop that ended well: nothing to note.
Results good_run(unsigned seed, int seconds = 20, double slower = 1) {
    Results run = sample_run(seed, seconds, slower);
    run.interrupted = false;
    run.gateway.reset();
    run.generator.bottleneck = false;
    run.open_loop = false;
    run.exit_code = 0;
    return run;
}

// A hundred answers a second, with times that are drawn each by itself.
Results brief_run(std::mt19937_64& random, int seconds, double slower = 1) {
    std::exponential_distribution<double> times{1e-6};
    Results run;
    run.seconds = seconds;
    for (int i = 0; i < seconds * 100; ++i) {
        const auto time = static_cast<std::uint64_t>(times(random) * slower);
        if (i % 100 == 0) run.timeline.emplace_back().classes[1] = 100;
        run.timeline.back().response[1].record(time, 1);
        run.codes[200].response.record(time, 1);
    }
    run.answered_in_time = run.ledger.planned = run.ledger.sent = run.ledger.answered = run.codes[200].response.count();
    return run;
}

// All answers of another status, as slow.
Results all_answered_with(int status, Results run) {
    const Histogram times = run.all_responses();
    run.codes.clear();
    run.codes[status].response = times;
    for (Interval& interval : run.timeline) {
        const std::uint64_t count = std::exchange(interval.classes, {})[1];
        const auto which = static_cast<std::size_t>(class_of(status));
        interval.classes[which] = count;
        std::swap(interval.response[1], interval.response[which]);
    }
    return run;
}

std::string text_of(const Results& first, const Results& second, int exit_code) {
    const Comparison comparison = compare(first, second);
    const ComparedRuns runs{first, second, comparison, 0.05, {}};
    BOOST_TEST(runs.exit_code() == exit_code);
    return compare_text(runs, false);
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_slower_is_found_with_an_interval_around_the_truth) {
    const Comparison comparison = compare(good_run(1), good_run(2, 20, 1.2));
    for (const char* name : {"p50 of 2xx", "p90 of 2xx", "mean of 2xx"}) {
        const Change& change = named(comparison, name);
        BOOST_TEST(change.judgement() == "slower");
        BOOST_TEST(change.range->low < 0.2);
        BOOST_TEST(change.range->high > 0.2);
        BOOST_TEST(change.regression() > 0.1);
    }
    BOOST_TEST(judged(comparison, "throughput") == "no difference shown");
    BOOST_TEST(judged(compare(good_run(2, 20, 1.2), good_run(1)), "p50 of 2xx") == "faster");
    BOOST_TEST(comparison.notes.empty());
}

BOOST_AUTO_TEST_CASE(equal_runs_raise_as_few_alarms_as_the_intervals_promise) {
    // Each figure's 95% interval may miss once in twenty times: of 120 pairs in 6, and hardly ever in 16 (four standard
    // deviations of a binomial distribution more). Short runs with few samples are where that is hardest to keep.
    std::map<std::string, int> alarms;
    std::mt19937_64 random{7};
    for (int pair = 0; pair < 120; ++pair) {
        const Results first = brief_run(random, 10), second = brief_run(random, 10);
        for (const Change& change : compare(first, second).changes) alarms[change.name] += change.shown() ? 1 : 0;
    }
    for (const char* name : {"throughput", "p50 of 2xx", "p90 of 2xx", "p99 of 2xx", "mean of 2xx"}) {
        BOOST_REQUIRE(alarms.contains(name));
        BOOST_TEST(alarms[name] < 16, name << ": " << alarms[name]);
    }
}

BOOST_AUTO_TEST_CASE(a_change_of_short_runs_is_found_all_the_same) {
    std::mt19937_64 random{7};
    BOOST_TEST(judged(compare(brief_run(random, 10), brief_run(random, 10, 1.5)), "p50 of 2xx") == "slower");
}

BOOST_AUTO_TEST_CASE(the_same_run_shows_no_difference_and_the_answer_is_always_the_same) {
    const Results run = good_run(1), other = good_run(2);
    for (const Change& change : compare(run, run).changes) {
        BOOST_TEST(!change.shown());
        BOOST_TEST(change.regression() == 0);
    }
    const Comparison first = compare(run, other), second = compare(run, other);
    for (std::size_t i = 0; i < first.changes.size(); ++i)
        if (first.changes[i].range) BOOST_TEST(first.changes[i].range->low == second.changes[i].range->low);
}

BOOST_AUTO_TEST_CASE(more_failures_are_worse_and_more_refusals_are_only_more) {
    Results worse = good_run(2);
    for (Interval& interval : worse.timeline) {
        interval.classes[5] += 20;
        interval.classes[4] += 100;
    }
    worse.codes[503].response.record(1'000'000, 400);
    worse.codes[429].response.record(1'000'000, 2000);
    worse.ledger.planned += 2400;
    worse.ledger.sent += 2400;
    worse.ledger.answered += 2400;
    worse.answered_in_time += 2400;
    const Comparison comparison = compare(good_run(1), worse);
    BOOST_TEST(judged(comparison, "share of 5xx") == "worse");
    BOOST_TEST(judged(comparison, "share of 429") == "more");
    BOOST_TEST(judged(comparison, "share of 2xx") == "worse");
    BOOST_TEST(judged(comparison, "throughput") == "faster");
    BOOST_TEST(named(comparison, "share of 429").regression() == 0);
    BOOST_TEST(named(comparison, "share of 5xx").regression() > 0.01);
    BOOST_TEST(judged(compare(worse, good_run(1)), "share of 5xx") == "better");
    BOOST_TEST(judged(compare(worse, good_run(1)), "share of 429") == "fewer");
}

BOOST_AUTO_TEST_CASE(what_is_too_short_or_empty_is_not_judged) {
    const Comparison brief = compare(good_run(1, 7), good_run(2, 20, 3));
    for (const Change& change : brief.changes) BOOST_TEST(change.judgement() == "not judged");
    BOOST_TEST(std::abs(*named(brief, "p50 of 2xx").change - 2) < 0.1);
    BOOST_TEST(brief.notes.at(0) == "A has 7 intervals; at least 8 are needed to say how sure a change is");
    const Comparison nothing = compare(Results{}, Results{});
    BOOST_TEST(!named(nothing, "p99 of 2xx").before.has_value());
    BOOST_TEST(!named(nothing, "throughput").change.has_value());
}

BOOST_AUTO_TEST_CASE(a_limit_on_what_is_not_judged_is_not_passed) {
    const std::string text = text_of(good_run(1, 7), good_run(2, 7), exit_invalid);
    BOOST_TEST(has(text, "\nNOT JUDGED  throughput, share of 2xx, share of 5xx, share unanswered, p50 of 2xx, "
                         "p90 of 2xx, p99 of 2xx, mean of 2xx: no interval says how sure the change is\n"));
    BOOST_TEST(!has(text, "\npass"));
    // Without a limit there is nothing to pass.
    const Results brief = good_run(1, 7);
    const Comparison comparison = compare(brief, brief);
    BOOST_TEST((ComparedRuns{brief, brief, comparison, {}, {}}.exit_code()) == exit_passed);
    // Service times never have an interval: they do not stand in the way.
    Results open_loop = good_run(1);
    open_loop.open_loop = true;
    BOOST_TEST(has(text_of(open_loop, open_loop, exit_passed), "\npass  "));
}

BOOST_AUTO_TEST_CASE(who_has_no_2xx_any_more_fails_however_short_the_runs) {
    std::mt19937_64 random{1};
    for (const int seconds : {5, 20}) {
        const Results good = brief_run(random, seconds), bad = all_answered_with(503, brief_run(random, seconds, 100));
        const std::string text = text_of(good, bad, exit_threshold);
        BOOST_TEST(has(text, "\nFAIL  p99 of 2xx: A has some, B has none\n"));
        BOOST_TEST(has(text, "  lost\n"));
        BOOST_TEST(!has(text, "\npass"));
    }
    // Who had none before has none to lose.
    const Results bad = all_answered_with(503, brief_run(random, 20));
    BOOST_TEST(has(text_of(bad, bad, exit_passed), "\npass  "));
}

BOOST_AUTO_TEST_CASE(runs_that_are_not_valid_pass_no_limit) {
    const Results good = good_run(1);
    Results invalid = good, unbalanced = good, unreachable = good;
    invalid.exit_code = exit_invalid;
    ++unbalanced.ledger.sent;
    unreachable.codes.clear();
    unreachable.ledger = {};
    BOOST_TEST(has(text_of(good, invalid, exit_invalid), "\nNOT JUDGED  B: the run is not valid\n"));
    BOOST_TEST(has(text_of(good, invalid, exit_invalid), "note: B ended with exit code 4\n"));
    BOOST_TEST(has(text_of(unbalanced, good, exit_invalid), "\nNOT JUDGED  A: the run is not valid\n"));
    BOOST_TEST(has(text_of(unreachable, good, exit_invalid), "\nNOT JUDGED  A: not one answer\n"));
    // Not even if it is slower: what made it so may be the generator.
    Results slower = good_run(2, 20, 2);
    slower.exit_code = exit_invalid;
    BOOST_TEST(has(text_of(good, slower, exit_invalid), "\nFAIL  p50 of 2xx: worse by at least "));
}

BOOST_AUTO_TEST_CASE(service_times_are_told_of_open_loops_without_an_interval) {
    const Comparison comparison = compare(sample_run(1, 10), sample_run(2, 10, 2));
    BOOST_TEST(judged(comparison, "service p99 of 2xx") == "not judged");
    BOOST_TEST(std::abs(*named(comparison, "service p50 of 2xx").change - 1) < 0.1);
    BOOST_TEST(comparison.notes.size() == 8u);
    BOOST_TEST(comparison.notes[0] == "A's generator was too slow: its latencies are partly its own");
}

BOOST_AUTO_TEST_CASE(differences_of_what_was_asked_are_named) {
    Results first, second;
    first.configuration = {{"connections", "64"}, {"rate", "400"}, {"same", "1"}};
    second.configuration = {{"connections", "128"}, {"same", "1"}, {"threads", "2"}};
    const std::vector<std::string> expected{R"(connections: "64" and "128")", R"(rate: "400" and none)",
                                            R"(threads: none and "2")"};
    BOOST_TEST(configuration_differences(first, second) == expected, boost::test_tools::per_element());
    BOOST_TEST(configuration_differences(first, first).empty());
}

BOOST_AUTO_TEST_CASE(the_text_has_a_row_for_each_figure_and_a_verdict) {
    const Results first = good_run(1), second = good_run(2, 20, 1.2);
    const Comparison comparison = compare(first, second);
    const std::string text = compare_text({first, second, comparison, 0.05, {R"(rate: "4" and "5")"}}, false);
    BOOST_TEST(has(text, "A  7f3a90c1   2026-11-21T09:00:00.123Z   http://127.0.0.1:8080/orders"));
    BOOST_TEST(has(text, "\np50 of 2xx"));
    BOOST_TEST(has(text, "  slower\n"));
    BOOST_TEST(has(text, "told differently: rate: \"4\" and \"5\"\n"));
    BOOST_TEST(has(text, "FAIL  p50 of 2xx: worse by at least 1"));
    BOOST_TEST(has(text, ", allowed 5.0%\n"));
    const std::string passed = compare_text({first, first, compare(first, first), 0.05, {}}, false);
    BOOST_TEST(passed.ends_with("pass  nothing is shown to be worse by more than 5.0%\n"));
}

BOOST_AUTO_TEST_CASE(the_json_tells_the_same) {
    const Results first = good_run(1), second = good_run(2, 20, 1.2);
    const Comparison comparison = compare(first, second);
    Poco::JSON::Parser parser;
    const auto root =
        parser.parse(compare_json({first, second, comparison, 0.05, {}})).extract<Poco::JSON::Object::Ptr>();
    BOOST_TEST(root->getValue<std::string>("schema") == "tollgate.comparison/1");
    BOOST_TEST(root->getValue<int>("exit") == 99);
    BOOST_TEST(root->getObject("a")->getValue<std::string>("id") == "7f3a90c1");
    BOOST_TEST(root->getArray("regressions")->size() >= 3u);
    const Change& change = named(comparison, "p50 of 2xx");
    for (unsigned i = 0; i < root->getArray("changes")->size(); ++i) {
        const auto row = root->getArray("changes")->getObject(i);
        if (row->getValue<std::string>("name") != "p50 of 2xx") continue;
        BOOST_TEST(row->getValue<double>("a") == *change.before / 1e3, boost::test_tools::tolerance(1e-12));
        BOOST_TEST(row->getValue<double>("low") == change.range->low);
        BOOST_TEST(row->getValue<std::string>("judgement") == "slower");
    }
}

BOOST_AUTO_TEST_CASE(the_manual_names_the_members_of_the_json) {
    std::ifstream page{tollgate::test::source_folder() + "/docs/load-testing.md"};
    const std::string manual{std::istreambuf_iterator<char>{page}, {}};
    const Results first = good_run(1), second = good_run(2, 20, 1.2);
    Poco::JSON::Parser parser;
    const auto root = parser.parse(compare_json({first, second, compare(first, second), 0.05, {}}))
                          .extract<Poco::JSON::Object::Ptr>();
    for (const auto& object : {root, root->getObject("a"), root->getArray("changes")->getObject(0)})
        for (const auto& [name, value] : *object)
            if (name != "schema")
                BOOST_TEST(
                    (manual.find('`' + name + '`') != manual.npos || manual.find('`' + name + "[]`") != manual.npos),
                    name);
}

BOOST_AUTO_TEST_SUITE_END()
