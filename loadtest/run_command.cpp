// loadtest/run_command.cpp - `loadtester run`: asks the gateway, makes the load, asks again, judges and reports.
#include "loadtest/commands.h"
#include "loadtest/exit_codes.h"
#include "loadtest/gateway_view.h"
#include "loadtest/introduction.h"
#include "loadtest/live.h"
#include "loadtest/mistakes.h"
#include "loadtest/report.h"
#include "loadtest/run.h"
#include "loadtest/threshold.h"
#include "loadtest/verdict.h"
#include "support/text.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace tollgate::loadtest {

namespace {

// From here to the end of the program SIGINT and SIGTERM wait for whoever reads them from a descriptor, in this thread
// and those it makes: one that comes late must not cost the report.
void hold_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

// Draws the live view, and ends the run for the thresholds that ask for it.
class Onlooker final : public Spectator {
public:
    explicit Onlooker(const Options& options) : expected_{options.expected} {
        for (const std::string& text : options.thresholds)
            if (Threshold threshold = Threshold::parse(text); threshold.aborts())
                thresholds_.push_back(std::move(threshold));
        if (Live::wanted(options)) live_.emplace(options, colour_wanted(STDERR_FILENO));
    }

    bool wants_results() const noexcept override { return live_ || !thresholds_.empty(); }

    Wish watch(const Results& so_far, double elapsed) override {
        if (live_) live_->draw(live_->line(so_far, elapsed));
        if (thresholds_.empty()) return Wish::go_on;
        Results judged = so_far;
        judged.seconds = elapsed;
        count_unexpected(judged, expected_);
        for (const Threshold& threshold : thresholds_)
            if (threshold.calls_for_abort(judged)) aborted_by_.push_back(threshold.text());
        return aborted_by_.empty() ? Wish::go_on : Wish::stop;
    }

    void end() const {
        if (live_) live_->wipe();
    }
    const std::vector<std::string>& aborted_by() const noexcept { return aborted_by_; }

private:
    const std::vector<std::string>& expected_;
    std::vector<Threshold> thresholds_;
    std::optional<Live> live_;
    std::vector<std::string> aborted_by_;
};

Results play(const Options& options, const Requests& requests, Onlooker& onlooker) {
    Addresses addresses = resolve(requests);
    hold_signals();
    try {
        Results results = run(options, requests, std::move(addresses), onlooker);
        onlooker.end();
        return results;
    } catch (...) {
        onlooker.end();
        throw;
    }
}

// Better before the run than after it.
void try_outputs(const std::vector<Output>& outputs) {
    Mistakes mistakes;
    for (const Output& output : outputs) {
        // That of an earlier load tester, which made it.
        std::error_code ignored;  // then the file cannot be written either
        const std::filesystem::path folder = std::filesystem::path{output.path}.parent_path();
        if (output.append) std::filesystem::create_directories(folder, ignored);
        if (!std::ofstream{output.path, std::ios::app})
            mistakes.add("--output: " + text::quote(output.path) + " cannot be written: " +
                         std::generic_category().message(errno));
    }
    mistakes.raise();
}

// Stdout, if `on_stdout`, then the files. Returns the exit code: a report that could not be written spoils a pass, and
// no other verdict.
int publish(const Results& results, const Options& options, bool on_stdout) {
    Mistakes mistakes;
    if (on_stdout) {
        ReportStyle style;
        style.colour = colour_wanted(STDOUT_FILENO);
        try {
            print(render(results, options.format, style));
        } catch (const std::runtime_error& failure) {
            mistakes.add(failure.what());
        }
    }
    mistakes.from([&] { write_outputs(results, options.outputs); });
    try {
        mistakes.raise();
    } catch (const UsageError& failure) {
        tell_mistakes(failure.what());
        if (results.exit_code == exit_passed) return exit_internal;
    }
    return results.exit_code;
}

// Of a run that never began: why, on stderr, and in the reports that programs read.
int publish_nothing(const Options& options, int code, const std::string& why) {
    tell_mistakes(why);
    Results results = results_before(options);
    results.exit_code = code;
    results.verdict.push_back(why);
    return publish(results, options, options.format == Format::json);
}

}  // namespace

int run_command(const Options& options) {
    const Requests requests{options};
    Onlooker onlooker{options};
    try_outputs(options.outputs);
    std::optional<GatewayProbe> probe;
    if (!options.metrics_url.empty()) {
        probe.emplace(options);
        probe->before();
        if (!probe->problem().empty() && options.reconcile == Reconcile::strict)
            return publish_nothing(options, exit_unreconciled, "--metrics: " + probe->problem());
    }
    Results results;
    try {
        results = play(options, requests, onlooker);
    } catch (const Unreachable& failure) {
        return publish_nothing(options, exit_unreachable, failure.what());
    } catch (const Interrupted& failure) {
        return publish_nothing(options, exit_interrupted, failure.what());
    }
    for (const std::string& text : onlooker.aborted_by()) results.thresholds.push_back({text, 0, "", "", false, true});
    if (probe) results.gateway = probe->after(results);
    judge(results, options);
    return publish(results, options, true);
}

}  // namespace tollgate::loadtest
