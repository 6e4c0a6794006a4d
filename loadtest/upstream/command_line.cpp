// loadtest/upstream/command_line.cpp - `loadtester upstream`: its flags, and serving until a signal.
#include "loadtest/upstream/command_line.h"

#include "commands/signals.h"
#include "http/layout.h"
#include "loadtest/commands.h"
#include "loadtest/exit_codes.h"
#include "support/descriptors.h"
#include "support/log.h"
#include "support/text.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <limits>
#include <memory>
#include <numeric>
#include <thread>

namespace tollgate::loadtest {

namespace {

constexpr unsigned most_threads = 1024;

// Gathers what is wrong.
class Reading {
public:
    // Puts what `text` says into `into`, if it says anything.
    template <class Value, class Parse>
    void take(const char* flag, const std::string& text, Parse parse, Value& into) {
        if (text.empty()) return;
        std::string problem;
        if (auto value = parse(text, problem))
            into = std::move(*value);
        else
            object(std::string{flag} + ": " + problem);
    }
    void object(const std::string& mistake) { mistakes_ += (mistakes_.empty() ? "" : "\n") + mistake; }
    void finish() const {
        if (!mistakes_.empty()) throw UsageError(mistakes_);
    }

private:
    std::string mistakes_;
};

// A bare port, or one behind a colon, is one of this machine alone: this is no server for strangers.
std::string on_loopback(const std::string& text) {
    const bool bare = !text.empty() && text.find_first_not_of("0123456789") == text.npos;
    return bare ? "127.0.0.1:" + text : text.starts_with(':') ? "127.0.0.1" + text : text;
}

void take_places(Reading& reading, const UpstreamWords& words, std::vector<Upstream::Place>& places) {
    std::vector<std::string> addresses = words.addresses;
    if (addresses.empty()) addresses.emplace_back(":9001");
    for (const std::string& text : addresses) {
        std::string problem;
        if (const auto address = net::Address::parse(on_loopback(text), problem))
            places.push_back({*address, ""});
        else
            reading.object("upstream: " + problem);
    }
    const auto& ids = words.ids;
    if (!ids.empty() && ids.size() != addresses.size())
        return reading.object("--id: expected one per address (" + std::to_string(addresses.size()) + "), got " +
                              std::to_string(ids.size()));
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (ids[i].empty() || !http::is_field_value(ids[i]))
            reading.object("--id: expected a name that fits a header line, got " + text::quote(ids[i]));
        else if (i < places.size())
            places[i].id = ids[i];
    }
}

std::optional<std::uint64_t> parse_body_size(std::string_view text, std::string& problem) {
    const auto size = parse_size(text, problem);
    if (!size || *size <= most_size) return size;
    problem = "expected at most 1G, got " + text::quote(text);
    return std::nullopt;
}

std::optional<unsigned> parse_threads(std::string_view text, std::string& problem) {
    const auto count = parse_count(text, problem);
    if (count && *count >= 1 && *count <= most_threads) return static_cast<unsigned>(*count);
    problem = "expected 1 to " + std::to_string(most_threads) + ", got " + text::quote(text);
    return std::nullopt;
}

void take_faults(Reading& reading, const UpstreamWords& words, std::array<double, fault_count>& shares) {
    const auto take = [&](const char* flag, const std::string& text, Fault fault) {
        reading.take(flag, text, parse_share, shares[static_cast<std::size_t>(fault)]);
    };
    take("--hang", words.hang, Fault::hang);
    take("--reset", words.reset, Fault::reset);
    take("--cut", words.cut, Fault::cut);
    take("--garbage", words.garbage, Fault::garbage);
    constexpr double rounding = 1e-9;
    if (const double sum = std::accumulate(shares.begin(), shares.end(), 0.0); sum > 1 + rounding)
        reading.object("--hang, --reset, --cut, --garbage: expected shares of 1 in all at most, got " +
                       show_percent(sum, 0));
}

int serve(const UpstreamWords& words) {
    Upstream::Told told = understand(words);
    if (told.threads == 0) told.threads = std::max(1u, std::thread::hardware_concurrency() / 2);
    commands::Signals signals;  // before any thread is
    if (!raise_descriptor_limit()) log::warning("upstream", "cannot raise the limit of open descriptors");
    Upstream upstream{std::move(told)};
    const auto listening = upstream.listening();
    for (const auto& [address, id] : listening)
        log::info("upstream", "listening on " + address + " (id " + text::printable(id) + ")");
    for (auto heard = signals.wait(); heard == commands::Signal::reopen;) heard = signals.wait();
    const Upstream::Report report = upstream.stop();
    for (std::size_t i = 0; i < listening.size(); ++i)
        log::info("upstream", text::printable(listening[i].id) + ": " + report.outcomes[i].text());
    if (report.lost_records == 0) return exit_passed;
    log::error("upstream", text::count(report.lost_records, "line") + " of the record could not be written: " +
                               report.problem);
    return exit_internal;
}

}  // namespace

Upstream::Told understand(const UpstreamWords& words) {
    Reading reading;
    Upstream::Told told;
    Behaviour& behaviour = told.behaviour;
    take_places(reading, words, told.places);
    reading.take("--delay", words.delay, Delay::parse, behaviour.delay);
    reading.take("--size", words.size, parse_body_size, behaviour.size);
    reading.take("--status", words.status, parse_statuses, behaviour.statuses);
    take_faults(reading, words, behaviour.shares);
    reading.take("--fail-health", words.fail_health, parse_share, behaviour.fail_health);
    reading.take("--slow-body", words.slow_body, parse_duration, behaviour.slow_body);
    reading.take("--seed", words.seed, parse_count, behaviour.seed);
    told.threads = 0;
    reading.take("--threads", words.threads, parse_threads, told.threads);
    behaviour.chunked = words.chunked;
    behaviour.echo = words.echo;
    behaviour.mock = words.mock;
    behaviour.steered = words.steered;
    told.record = words.record;
    reading.finish();
    return told;
}

void add_upstream(CLI::App& app, Chosen& chosen) {
    CLI::App* const sub = app.add_subcommand("upstream", "Be an upstream, or several, that answer well or badly");
    sub->footer("Shares are 0.01 or 1%. Any path says hello; /health and /echo are always there.\n"
                "Exit codes: 0 ended by a signal, 1 cannot listen or cannot record, 2 wrong usage.");
    const auto words = std::make_shared<UpstreamWords>();
    const auto text = [&](const char* flag, std::string& into, const char* type, const char* help) {
        sub->add_option(flag, into, help)->type_name(type);
    };
    sub->add_option("ADDR", words->addresses, "where to listen, an instance each; :9001 is 127.0.0.1:9001, the default")
        ->type_name("");
    sub->add_option("--id", words->ids, "what an instance calls itself; by default its port. One per address")
        ->type_name("NAME")
        ->allow_extra_args(false);
    text("--delay", words->delay, "TIME", "before each answer: 5ms, 2ms..8ms (evenly) or exp:5ms (exponentially)");
    text("--size", words->size, "BYTES", "of the answer's body");
    text("--status", words->status, "MIX", "statuses by weight: 200:99,503:1");
    text("--hang", words->hang, "SHARE", "of requests that are never answered");
    text("--reset", words->reset, "SHARE", "of answers that a reset ends within the body");
    text("--cut", words->cut, "SHARE", "of answers whose connection is closed within the body");
    text("--garbage", words->garbage, "SHARE", "of answers that are no HTTP");
    text("--fail-health", words->fail_health, "SHARE", "of GET /health that is answered with 503");
    text("--slow-body", words->slow_body, "TIME", "between two tenths of each body");
    sub->add_flag("--chunked", words->chunked, "send bodies without a Content-Length");
    sub->add_flag("--echo", words->echo, "answer what was asked, as JSON; GET /echo always does");
    sub->add_flag("--mock", words->mock, "be small services: /, /status, /users, /users/NAME");
    sub->add_flag("--steered", words->steered, "let requests say X-Upstream-Status, -Delay, -Fault, -Size, -Slow-Body");
    text("--record", words->record, "FILE", "append a line for each request; - is stdout");
    text("--seed", words->seed, "N", "of what is drawn; default 1");
    text("-t,--threads", words->threads, "N", "default half of the CPUs");
    sub->callback([&chosen, words] { chosen = [words] { return serve(*words); }; });
}

}  // namespace tollgate::loadtest
