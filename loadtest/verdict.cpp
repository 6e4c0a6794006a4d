// loadtest/verdict.cpp - reasons for an exit code other than 0, worst first.
#include "loadtest/verdict.h"

#include "loadtest/exit_codes.h"
#include "loadtest/secrets.h"
#include "loadtest/status_filter.h"
#include "loadtest/threshold.h"
#include "support/text.h"

#include <algorithm>

namespace tollgate::loadtest {

namespace {

class Reasons {
public:
    explicit Reasons(Results& results) : results_{results} {
        results_.exit_code = exit_passed;
        results_.verdict.clear();
    }
    // The worst must come first.
    void add(ExitCode code, std::string why) {
        if (results_.exit_code == exit_passed) results_.exit_code = code;
        results_.verdict.push_back(std::move(why));
    }

private:
    Results& results_;
};

// "503 10, 404 2", the most frequent first.
std::string list(std::vector<std::pair<std::string, std::uint64_t>> counts) {
    constexpr std::size_t most = 5;
    std::sort(counts.begin(), counts.end(), [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    std::string all;
    for (std::size_t i = 0; i < std::min(counts.size(), most); ++i)
        all += (i > 0 ? ", " : "") + counts[i].first + ' ' + std::to_string(counts[i].second);
    return counts.size() > most ? all + ", ..." : all;
}

std::string errors_of(const Results& results) { return list({results.errors.begin(), results.errors.end()}); }

void judge_answers(const Results& results, Reasons& reasons) {
    const Ledger& ledger = results.ledger;
    if (ledger.answered > 0 || ledger.sent == 0) return;
    const std::string why = errors_of(results);
    reasons.add(exit_unreachable, "unreachable: of " + text::count(ledger.sent, "request") + " not one was answered" +
                                      (why.empty() ? "" : " (" + why + ')'));
}

void judge_validity(const Results& results, Reasons& reasons) {
    const Ledger& ledger = results.ledger;
    if (!ledger.balanced())
        reasons.add(exit_invalid, "invalid: the ledger does not balance: planned " + std::to_string(ledger.planned) +
                                      ", never sent " + std::to_string(ledger.never_sent) + ", sent " +
                                      std::to_string(ledger.sent) + ", answered " + std::to_string(ledger.answered) +
                                      ", without an answer " + std::to_string(ledger.unanswered()));
    if (!results.open_loop || !results.generator.bottleneck) return;
    if (results.generator.problems.empty())
        reasons.add(exit_invalid, "invalid: the generator could not keep its schedule");
    for (const std::string& problem : results.generator.problems) reasons.add(exit_invalid, "invalid: " + problem);
}

void judge_reconciliation(const Results& results, const Options& options, Reasons& reasons) {
    if (options.metrics_url.empty() || options.reconcile != Reconcile::strict) return;
    const auto& gateway = results.gateway;
    if (!gateway)
        reasons.add(exit_unreconciled, "not reconciled: " + without_secrets(options.metrics_url) + " was not read");
    else if (!gateway->problem.empty())
        reasons.add(exit_unreconciled, "not reconciled: " + gateway->url + ": " + gateway->problem);
    else if (!gateway->reconciled)
        reasons.add(exit_unreconciled,
                    "not reconciled: residual " + std::to_string(gateway->residual) + ": " + gateway->cause);
}

void judge_thresholds(Results& results, const Options& options, Reasons& reasons) {
    const auto before = std::move(results.thresholds);
    results.thresholds.clear();
    for (const std::string& written : options.thresholds) {
        ThresholdResult result = Threshold::parse(written).evaluate(results);
        result.aborted_run = std::any_of(before.begin(), before.end(), [&](const ThresholdResult& known) {
            return known.aborted_run && known.expression == result.expression;
        });
        // What ended the run was broken then, whatever those that were still under way made of it.
        if (result.aborted_run) result.holds = false;
        if (!result.holds)
            reasons.add(exit_threshold, "threshold " + result.expression + ": " + result.shown +
                                            (result.aborted_run ? "; it ended the run" : ""));
        results.thresholds.push_back(std::move(result));
    }
}

void judge_expectations(const Results& results, Reasons& reasons) {
    if (results.unexpected == 0) return;
    const StatusFilter expected = StatusFilter::of(results.expected);
    std::vector<std::pair<std::string, std::uint64_t>> others;
    for (const auto& [status, latencies] : results.codes)
        if (!expected.takes(status)) others.emplace_back(std::to_string(status), latencies.response.count());
    for (const auto& [kind, count] : results.errors) others.emplace_back(kind, count);
    reasons.add(exit_threshold, "expected " + text::join(results.expected) + ": " +
                                    text::count(results.unexpected, "request") + " ended otherwise (" +
                                    list(std::move(others)) + ')');
}

bool ended_by_threshold(const Results& results) {
    return std::any_of(results.thresholds.begin(), results.thresholds.end(),
                       [](const ThresholdResult& result) { return result.aborted_run; });
}

}  // namespace

void count_unexpected(Results& results, const std::vector<std::string>& expected) {
    results.expected = expected;
    results.unexpected = 0;
    if (expected.empty()) return;
    const StatusFilter filter = StatusFilter::of(expected);
    for (const auto& [status, latencies] : results.codes)
        if (!filter.takes(status)) results.unexpected += latencies.response.count();
    results.unexpected += results.ledger.unanswered();
}

void judge(Results& results, const Options& options) {
    count_unexpected(results, options.expected);  // thresholds ask for it
    Reasons reasons{results};
    judge_answers(results, reasons);
    judge_validity(results, reasons);
    judge_reconciliation(results, options, reasons);
    judge_thresholds(results, options, reasons);
    judge_expectations(results, reasons);
    if (results.interrupted && !ended_by_threshold(results)) reasons.add(exit_interrupted, "interrupted");
}

}  // namespace tollgate::loadtest
