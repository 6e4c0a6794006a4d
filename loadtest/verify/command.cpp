// loadtest/verify/command.cpp - `loadtester verify [routes.lua]`: do the declared limits hold?
#include "loadtest/commands.h"
#include "loadtest/report.h"
#include "loadtest/verify/command_line.h"
#include "loadtest/verify/findings.h"

#include "plugins/catalogue.h"
#include "support/log.h"
#include "support/version.h"

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <iostream>
#include <memory>

namespace tollgate::loadtest {

namespace {

using namespace verify;

void hold_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

Declared declared_in(const VerifySettings& settings, const std::vector<std::string>& folders) {
    plugins::Catalogue catalogue;
    const auto complain = [](const std::vector<std::string>& problems) {
        for (const std::string& problem : problems) std::cerr << "loadtester: " << problem << '\n';
    };
    complain(catalogue.load_folder(plugins::Catalogue::default_folder(), true));
    for (const std::string& folder : folders) complain(catalogue.load_folder(folder, false));
    return read_declared(settings.file, catalogue);
}

Findings before(const VerifySettings& settings, const VerifyPlan& plan) {
    Findings findings;
    findings.version = version();
    findings.started = log::timestamp(std::chrono::system_clock::now());
    findings.command = settings.shown_command;
    findings.file = settings.file;
    for (const Url& url : plan.urls) findings.urls.push_back((url.secure ? "https://" : "http://") + url.authority);
    findings.seconds = seconds(plan.duration);
    findings.precision = settings.precision;
    findings.not_verified = plan.not_verified;
    return findings;
}

void announce(const VerifySettings& settings, const VerifyPlan& plan) {
    std::size_t drives = 0;
    for (const auto& wave : plan.waves) drives += wave.size();
    std::cerr << "loadtester: verifying " << settings.file << ": " << drives << " sets of identities, "
              << show(plan.duration) << '\n';
}

int verify_command(const VerifySettings& settings, const std::vector<std::string>& folders) {
    const Declared declared = declared_in(settings, folders);
    const VerifyPlan plan = make_plan(declared, settings);
    hold_signals();
    announce(settings, plan);
    Findings findings = before(settings, plan);
    for (const auto& wave : plan.waves) {
        const std::vector<Driven> driven = drive(plan, wave, settings, findings.interrupted);
        if (findings.interrupted) break;  // what was under way is not known: nothing is proven
        for (std::size_t i = 0; i < wave.size(); ++i)
            for (Finding& finding : judge(declared, wave[i], driven[i])) findings.limits.push_back(std::move(finding));
    }
    conclude(findings, settings.strict);
    print(settings.json ? json_of(findings) : text_of(findings, colour_wanted(STDOUT_FILENO)));
    for (const Output& output : settings.outputs)
        write_file(output.path, output.format == Format::json ? json_of(findings) : text_of(findings, false));
    return findings.exit_code;
}

}  // namespace

void add_verify(CLI::App& app, Chosen& chosen) {
    CLI::App* const sub = app.add_subcommand("verify", "Prove that the limits of a routes.lua hold, from outside");
    const auto words = std::make_shared<VerifyWords>();
    words->attach(*sub);
    sub->callback([&chosen, words] {
        const auto settings = std::make_shared<const VerifySettings>(settings_of(*words));
        chosen = [settings, words] { return verify_command(*settings, words->plugins); };
    });
}

}  // namespace tollgate::loadtest
