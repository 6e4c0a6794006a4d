// loadtest/command_line.cpp - the flags of `run`, and how what they say becomes Options.
#include "loadtest/commands.h"

#include <CLI/CLI.hpp>

#include <memory>

namespace tollgate::loadtest {

void add_run(CLI::App& app, Chosen& chosen) {
    CLI::App* const sub = app.add_subcommand("run", "Make load and tell what came of it");
    const auto urls = std::make_shared<std::vector<std::string>>();
    sub->add_option("URL", *urls, "what to ask for; several are asked in equal shares")->required();
    sub->callback([&chosen, urls] {
        chosen = [urls] {
            Options options;
            for (const std::string& url : *urls) options.targets.emplace_back().url = parse_url(url);
            return run_command(options);
        };
    });
}

}  // namespace tollgate::loadtest
