// tests/loadtest/verify/real_run.h - what runs of `loadtester verify` against real gateways have in common.
#pragma once

#include "support/background.h"
#include "support/child_process.h"
#include "support/gateway_process.h"
#include "support/places.h"
#include "support/temporary_folder.h"
#include "support/upstream_process.h"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <deque>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tollgate::test {

using Gateways = std::vector<std::unique_ptr<GatewayProcess>>;
using Environment = std::vector<std::string>;

// In which the wall clock (tests/clock_ahead.cpp) is `lead` seconds before that moment.
inline Environment before(std::time_t moment, int lead) {
    return {"LD_PRELOAD=" + build_folder() + "/lib/tests/clock_ahead.so",
            "CLOCK_AHEAD=" + std::to_string(moment - lead - std::time(nullptr))};
}

inline Gateways gateways_with(const std::string& routes, int count, const Environment& environment = {}) {
    Gateways all;
    for (int i = 0; i < count; ++i)
        all.push_back(std::make_unique<GatewayProcess>(routes, std::vector<std::string>{},
                                                       std::vector<std::pair<std::string, std::string>>{}, environment));
    return all;
}

// What one run says of the only limit.
struct Said {
    std::string verdict, all;  // all: whatever it said
    double seen_from = 1;
    bool saw_begin = true;  // false: no window of a quota began meanwhile
    bool hidden = false;    // that enough is let through is not proven, of whatever
};

inline Said said_by(const Finished& run) {
    Said said;
    said.all = run.out + run.err;
    said.hidden = said.all.find("lets enough through is not proven") != said.all.npos;
    said.saw_begin = said.all.find("none of its days") == said.all.npos;
    try {
        const auto page = Poco::JSON::Parser{}.parse(run.out).extract<Poco::JSON::Object::Ptr>();
        const auto limits = page->getArray("limits");
        if (!limits || limits->size() != 1) return said;
        said.verdict = limits->getObject(0)->getValue<std::string>("verdict");
        said.seen_from = limits->getObject(0)->getValue<double>("seen_from");
    } catch (const Poco::Exception& problem) {
        said.all += problem.displayText();
    }
    return said;
}

inline Said verify(const std::string& declared, const Gateways& gateways, const std::vector<std::string>& words,
                   const Environment& environment = {}) {
    const TemporaryFolder folder;
    std::ofstream{folder / "routes.lua"} << declared;
    std::vector<std::string> command{loadtester_program(), "verify", (folder / "routes.lua").string(), "--json"};
    command.insert(command.end(), words.begin(), words.end());
    for (const auto& gateway : gateways) command.insert(command.end(), {"--url", "http://" + gateway->address()});
    return said_by(run(command, environment, std::chrono::minutes{10}));
}

// Each job in turn, some at a time, as they spend most of their time waiting. What each says, or has thrown.
inline std::vector<std::string> in_parallel(const std::vector<std::function<std::string()>>& jobs) {
    std::vector<std::string> said(jobs.size());
    std::atomic<std::size_t> next{0};
    std::deque<Background> workers;
    for (unsigned i = 0; i < 8; ++i)
        workers.emplace_back([&] {
            for (std::size_t job; (job = next.fetch_add(1)) < jobs.size();) {
                try {
                    said[job] = jobs[job]();
                } catch (const std::exception& failure) {
                    said[job] = failure.what();
                }
            }
        });
    for (auto& worker : workers) worker.wait();
    return said;
}

}  // namespace tollgate::test
