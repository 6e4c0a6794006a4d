// core/commands/health.cpp - `tollgate health`: whether a running gateway serves, as an exit code.
#include "commands/commands.h"
#include "commands/remote.h"
#include "commands/surroundings.h"
#include "support/text.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <chrono>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

namespace tollgate::commands {

namespace {

using Poco::JSON::Object;

int tell_of_health(int status, const Object& json) {
    const auto word = json.getValue<std::string>("status");
    if (status != 200) {
        complain("the gateway does not serve: " + text::printable(word));
        return failed;
    }
    std::cout << text::printable(word) << '\n';
    return done;
}

int tell_of_readiness(int status, const Object& json) {
    if (status == 200 && json.getValue<bool>("ready")) {
        std::cout << "ready\n";
        return done;
    }
    std::vector<std::string> reasons;
    if (const auto given = json.getArray("reasons"))
        for (unsigned i = 0; i < given->size(); ++i)
            reasons.push_back(text::printable(given->getElement<std::string>(i)));
    complain("the gateway is not ready: " + text::join(reasons, "; "));
    return failed;
}

}  // namespace

// Whoever asks does so every few seconds, and takes silence for an answer.
int health(const Options& options) {
    return order(options, options.ready ? "/ready" : "/health", std::nullopt,
                 options.ready ? tell_of_readiness : tell_of_health, std::chrono::seconds{5});
}

}  // namespace tollgate::commands
