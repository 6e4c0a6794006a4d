// loadtest/compare.cpp - figures of two runs, their changes, and confidence intervals by redrawing both.
#include "loadtest/compare.h"

#include "loadtest/bootstrap.h"
#include "loadtest/report_words.h"
#include "support/text.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace tollgate::loadtest {

namespace {

constexpr int redraws = 1000;
constexpr std::uint64_t fixed_seed = 20'261'121;

using Value = std::optional<double>;

// As Histogram::percentile(), but between the ends of its bucket: 1,000 redraws of buckets' ends would jump.
Value smooth_percentile(const Histogram& times, double percent) {
    if (times.empty()) return std::nullopt;
    const double rank = percent / 100 * static_cast<double>(times.count());
    double seen = 0;
    Value found;
    times.each([&](std::uint64_t low, std::uint64_t high, std::uint64_t samples) {
        const auto count = static_cast<double>(samples);
        if (!found && seen + count >= rank)
            found = static_cast<double>(low) +
                    (static_cast<double>(high) - static_cast<double>(low)) * (rank - seen) / count;
        seen += count;
    });
    return std::clamp(*found, static_cast<double>(times.min()), static_cast<double>(times.max()));
}

Value mean(const Histogram& times) { return times.empty() ? Value{} : Value{times.mean()}; }
Value percentile(const Histogram& times, double percent) {
    return times.empty() ? Value{} : Value{static_cast<double>(times.percentile(percent))};
}

// A figure of a run, and the same of a redrawn one.
struct Figure {
    std::string name;
    Change::Unit unit;
    Change::Worse worse;
    std::function<Value(const Results&, const Latencies& successes)> of_run;
    std::function<Value(const Slice&)> of_slice;  // empty: the timeline does not tell
};

Figure throughput() {
    return {"throughput", Change::Unit::rate, Change::Worse::less,
            [](const Results& run, const Latencies&) { return run.seconds > 0 ? Value{run.throughput()} : Value{}; },
            [](const Slice& slice) {
                return slice.seconds > 0 ? Value{static_cast<double>(slice.in_time) / slice.seconds} : Value{};
            }};
}

Figure share(std::size_t which) {
    const bool good = which == success, bad = which == static_cast<std::size_t>(StatusClass::server_error);
    return {"share of " + std::string{status_class_names[which]}, Change::Unit::share,
            good  ? Change::Worse::less
            : bad ? Change::Worse::more
                  : Change::Worse::neither,
            [which](const Results& run, const Latencies&) {
                return Value{share_of(run.class_counts()[which], run.ledger.sent)};
            },
            [which](const Slice& slice) { return Value{share_of(slice.classes[which], slice.requests())}; }};
}

Figure unanswered() {
    return {
        "share unanswered", Change::Unit::share, Change::Worse::more,
        [](const Results& run, const Latencies&) { return Value{share_of(run.ledger.unanswered(), run.ledger.sent)}; },
        [](const Slice& slice) { return Value{share_of(slice.unanswered, slice.requests())}; }};
}

Figure response(double percent, const std::string& name) {
    return {name + " of 2xx", Change::Unit::time, Change::Worse::more,
            [percent](const Results&, const Latencies& successes) { return percentile(successes.response, percent); },
            [percent](const Slice& slice) { return smooth_percentile(slice.successes, percent); }};
}

Figure mean_response() {
    return {"mean of 2xx", Change::Unit::time, Change::Worse::more,
            [](const Results&, const Latencies& successes) { return mean(successes.response); },
            [](const Slice& slice) { return mean(slice.successes); }};
}

Figure service(double percent, const std::string& name) {
    return {"service " + name + " of 2xx",
            Change::Unit::time,
            Change::Worse::more,
            [percent](const Results&, const Latencies& successes) { return percentile(successes.service, percent); },
            {}};
}

std::vector<Figure> figures_of(const Results& before, const Results& after) {
    std::vector<Figure> figures{throughput()};
    const ClassCounts first = before.class_counts(), second = after.class_counts();
    for (std::size_t i = 0; i < status_classes; ++i)
        if (first[i] + second[i] > 0 || i == success) figures.push_back(share(i));
    if (before.ledger.unanswered() + after.ledger.unanswered() > 0) figures.push_back(unanswered());
    for (const auto& [percent, name] : {std::pair{50.0, "p50"}, {90.0, "p90"}, {99.0, "p99"}})
        figures.push_back(response(percent, name));
    figures.push_back(mean_response());
    // Where requests are planned when they are sent, service time is response time.
    if (before.open_loop || after.open_loop)
        for (const auto& [percent, name] : {std::pair{50.0, "p50"}, {99.0, "p99"}})
            figures.push_back(service(percent, name));
    return figures;
}

Value change_of(Change::Unit unit, Value before, Value after) {
    if (!before || !after) return std::nullopt;
    if (unit == Change::Unit::share) return *after - *before;
    return *before > 0 ? Value{(*after - *before) / *before} : Value{};
}

// `low` to `high` further away from `change`. Of rates and times by their logarithms: none falls by more than all.
Change::Range widened(Change::Unit unit, double change, double low, double high, double by) {
    const bool share = unit == Change::Unit::share;
    const auto onto = [&](double value) { return share ? value : std::log1p(std::max(value, -1 + 1e-12)); };
    const auto back = [&](double value) { return share ? value : std::expm1(value); };
    const double middle = onto(change);
    // The timeline's histograms are coarser than the whole run's, whose change may be just beyond.
    return {std::min(back(middle + (onto(low) - middle) * by), change),
            std::max(back(middle + (onto(high) - middle) * by), change)};
}

void add_ranges(std::vector<Change>& changes, const std::vector<Figure>& figures, const Resampling& before,
                const Resampling& after) {
    std::mt19937_64 random{fixed_seed};
    const double widening = std::max(before.widening(), after.widening());
    std::vector<std::vector<double>> drawn(figures.size());
    for (int i = 0; i < redraws; ++i) {
        const Slice first = before.draw(random), second = after.draw(random);
        for (std::size_t k = 0; k < figures.size(); ++k) {
            if (!figures[k].of_slice) continue;
            if (const Value change =
                    change_of(figures[k].unit, figures[k].of_slice(first), figures[k].of_slice(second)))
                drawn[k].push_back(*change);
        }
    }
    for (std::size_t k = 0; k < figures.size(); ++k) {
        // Draws without a sample say that there were hardly any.
        if (!changes[k].change || drawn[k].size() < redraws * 99 / 100) continue;
        std::sort(drawn[k].begin(), drawn[k].end());
        const std::size_t tail = drawn[k].size() / 40;  // 2.5%
        const double low = drawn[k][tail], high = drawn[k][drawn[k].size() - 1 - tail];
        changes[k].range = widened(figures[k].unit, *changes[k].change, low, high, widening);
    }
}

void doubt(std::vector<std::string>& notes, const char* name, const Results& run, const Resampling& resampling) {
    const std::string which{name};
    if (!run.ledger.balanced()) notes.push_back(which + "'s ledger does not balance");
    if (run.generator.bottleneck)
        notes.push_back(which + "'s generator was too slow: its latencies are partly its own");
    if (run.exit_code != 0) notes.push_back(which + " ended with exit code " + std::to_string(run.exit_code));
    if (run.interrupted) notes.push_back(which + " was interrupted");
    if (run.gateway && !run.gateway->reconciled)
        notes.push_back(which + " was not reconciled with the gateway's counts");
    if (!resampling.possible())
        notes.push_back(which + " has " + text::count(resampling.intervals(), "interval") + "; at least " +
                        std::to_string(Resampling::least_intervals) + " are needed to say how sure a change is");
}

}  // namespace

bool Change::shown() const noexcept {
    const double least = unit == Unit::share ? 0 : 0.001;
    return range && (range->low > least || range->high < -least);
}

bool Change::open() const noexcept {
    // What was nothing before can only become a greater share.
    const bool can_worsen = unit == Unit::share ? before.has_value() : before && *before > 0;
    return worse != Worse::neither && !timeless && can_worsen && !lost() && !range;
}

std::string_view Change::judgement() const noexcept {
    if (lost()) return "lost";
    if (!range) return "not judged";
    if (!shown()) return "no difference shown";
    const bool more = range->low > 0;
    if (worse == Worse::neither) return more ? "more" : "fewer";
    const bool worsened = more == (worse == Worse::more);
    if (unit == Unit::share) return worsened ? "worse" : "better";
    return worsened ? "slower" : "faster";
}

double Change::regression() const noexcept {
    if (!shown() || worse == Worse::neither) return 0;
    return std::max(0.0, worse == Worse::more ? range->low : -range->high);
}

std::vector<std::string> configuration_differences(const Results& before, const Results& after) {
    std::vector<std::string> differences;
    const auto value = [](const Results& run, const std::string& name) {
        const auto found = run.configuration.find(name);
        return found == run.configuration.end() ? std::string{"none"} : text::quote(found->second);
    };
    std::map<std::string, std::string> all = before.configuration;
    all.insert(after.configuration.begin(), after.configuration.end());
    for (const auto& [name, ignored] : all)
        if (const std::string first = value(before, name), second = value(after, name); first != second)
            differences.push_back(text::printable(name) + ": " + first + " and " + second);
    return differences;
}

Comparison compare(const Results& before, const Results& after) {
    const Resampling first{before}, second{after};
    const Latencies first_successes = before.of_class(StatusClass::success),
                    second_successes = after.of_class(StatusClass::success);
    Comparison comparison;
    const std::vector<Figure> figures = figures_of(before, after);
    for (const Figure& figure : figures) {
        Change& change = comparison.changes.emplace_back();
        change.name = figure.name;
        change.unit = figure.unit;
        change.worse = figure.worse;
        change.timeless = !figure.of_slice;
        change.before = figure.of_run(before, first_successes);
        change.after = figure.of_run(after, second_successes);
        change.change = change_of(figure.unit, change.before, change.after);
    }
    doubt(comparison.notes, "A", before, first);
    doubt(comparison.notes, "B", after, second);
    if (first.possible() && second.possible()) add_ranges(comparison.changes, figures, first, second);
    return comparison;
}

}  // namespace tollgate::loadtest
