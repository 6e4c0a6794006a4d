// tests/support/upstream_process.cpp - starting and ending the real program.
#include "support/places.h"
#include "support/upstream_process.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace tollgate::test {

std::string loadtester_program() { return build_folder() + "/bin/loadtester"; }

UpstreamProcess::UpstreamProcess(std::vector<std::string> arguments, const std::vector<std::string>& addresses) {
    arguments.insert(arguments.begin(), {loadtester_program(), "upstream"});
    arguments.insert(arguments.end(), addresses.begin(), addresses.end());
    process_.emplace(arguments);
    const std::string words = "upstream: listening on ";
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        std::string line = process_->wait_for_line(words);
        line.erase(0, line.find(words) + words.size());
        addresses_.push_back(line.substr(0, line.find(" (id ")));
    }
}

// What it said of its own accord (a sanitizer's report, above all) must not be lost with the process.
UpstreamProcess::~UpstreamProcess() {
    try {
        if (process_->running()) stop();
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "the upstream did not end well: %s\n", problem.what());
    }
    const std::string text = process_->stderr_text();
    if (text.find("Sanitizer") != std::string::npos || text.find("runtime error:") != std::string::npos) {
        std::fputs(text.c_str(), stderr);
        std::abort();
    }
}

std::vector<std::string> UpstreamProcess::stop() {
    process_->signal(SIGTERM);
    if (const ExitCode code = process_->wait(); code != 0)
        throw std::runtime_error{"exit code " + std::to_string(code) + "; it said:\n" + process_->stderr_text()};
    std::vector<std::string> said;
    const std::string words = "upstream: ";
    for (std::size_t i = 0; i < addresses_.size(); ++i) {
        std::string line = process_->wait_for_line(" request");
        said.push_back(line.substr(line.find(words) + words.size()));
    }
    return said;
}

}  // namespace tollgate::test
