// loadtest/introduction.cpp - a run's shape in words, and the settings by which two runs can be told apart.
#include "loadtest/introduction.h"

#include "loadtest/quantities.h"
#include "loadtest/secrets.h"
#include "loadtest/tally.h"
#include "support/digest.h"
#include "support/log.h"
#include "support/text.h"
#include "support/version.h"

#include <algorithm>
#include <chrono>

namespace tollgate::loadtest {

namespace {

std::string plan_of(const Options& options) {
    std::string plan;
    if (!options.stages.empty()) {
        Nanoseconds sum{0};
        double most = options.rate;
        for (const Stage& stage : options.stages) sum += stage.duration, most = std::max(most, stage.rate);
        plan = "open loop of " + text::count(options.stages.size(), "stage") + " up to " + show_count(most) + "/s, " +
               show(sum);
    } else {
        plan = options.open_loop() ? "open loop " + show_count(options.rate) + "/s" : "closed loop";
        if (options.requests)
            plan += ", " + show_count(static_cast<double>(*options.requests)) +
                    (*options.requests == 1 ? " request" : " requests");
        if (options.duration) plan += ", " + show(*options.duration);
    }
    if (options.open_loop() && options.arrival == Arrival::poisson) plan += " (Poisson)";
    return plan;
}

// Short for texts that are too long to show, or secret.
std::string fingerprint(const std::string& of) {
    static constexpr char digits[] = "0123456789abcdef";
    const Digest digest = sha256(of);
    std::string text;
    for (std::size_t i = 0; i < 6; ++i) {
        text += digits[digest[i] >> 4];
        text += digits[digest[i] & 15];
    }
    return text;
}

// All that requests say, but for whom they are sent to and the values of keys.
std::string fingerprint_of_requests(const Options& options) {
    std::string all = options.key_header + '\n' + options.request_id + '\n';
    const auto add = [&all](const HeaderLines& lines) {
        for (const auto& [name, value] : lines) all.append(name).append(": ").append(value).append("\n");
        all += '\n';
    };
    add(options.headers);
    for (const Target& target : options.targets) {
        all.append(target.method).append(" ").append(target.url.path).append(" ").append(std::to_string(target.weight));
        add(target.headers);
        all.append(std::to_string(target.body.size())).append("\n").append(target.body);
    }
    for (const Key& key : options.keys)
        all.append(key.name).append(" ").append(std::to_string(key.weight)).append("\n");
    return fingerprint(all);
}

std::string targets_of(const Options& options) {
    constexpr std::size_t enough = 1000;
    std::string targets;
    for (const Target& target : options.targets) {
        if (targets.size() > enough) return targets + ", ... " + std::to_string(options.targets.size()) + " in all";
        if (!targets.empty()) targets += ", ";
        targets += target.method + ' ' + without_secrets(target.url.path);
        if (!target.body.empty()) targets += " (" + std::to_string(target.body.size()) + " bytes)";
    }
    return targets;
}

// What must agree for two runs to be comparable.
std::map<std::string, std::string> configuration_of(const Options& options) {
    std::map<std::string, std::string> words{{"load", plan_of(options)},
                                             {"connections", std::to_string(options.connections)},
                                             {"keep-alive", options.keep_alive ? "yes" : "no"},
                                             {"keys", std::to_string(options.keys.size())},
                                             {"timeout", show(options.timeout)},
                                             {"targets", targets_of(options)},
                                             {"requests", fingerprint_of_requests(options)}};
    if (options.open_loop()) words["max-in-flight"] = std::to_string(options.most_in_flight);
    for (const Stage& stage : options.stages) {
        std::string& stages = words["stages"];
        stages += (stages.empty() ? "" : ",") + show(stage.duration) + ":" + show_count(stage.rate);
    }
    return words;
}

}  // namespace

Results results_before(const Options& options) {
    Results results = Tally::blank(options);
    results.version = version();
    results.started = log::timestamp(std::chrono::system_clock::now());
    results.command = options.shown_command;
    results.shape = describe_shape(options);
    results.configuration = configuration_of(options);
    results.url = options.targets.front().name();
    return results;
}

std::string describe_shape(const Options& options) {
    std::string shape = plan_of(options);
    if (options.warmup.count() > 0) shape += " (+" + show(options.warmup) + " warm-up)";
    shape += ", " + text::count(options.threads, "thread") + ", " + text::count(options.connections, "connection");
    if (options.open_loop() && options.most_in_flight > options.connections)
        shape += " (up to " + std::to_string(options.most_in_flight) + ")";
    if (!options.keep_alive) shape += ", not kept alive";
    if (options.targets.size() > 1) shape += ", " + text::count(options.targets.size(), "target");
    if (!options.keys.empty()) shape += ", " + text::count(options.keys.size(), "key");
    return shape;
}

}  // namespace tollgate::loadtest
