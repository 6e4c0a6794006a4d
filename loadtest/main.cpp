// loadtest/main.cpp - the program's command line: which subcommand with which options. Everything else is in its files.
#include "command_line/shell_commands.h"
#include "loadtest/command_line.h"
#include "loadtest/commands.h"
#include "loadtest/exit_codes.h"
#include "loadtest/manual.h"
#include "loadtest/mistakes.h"
#include "support/text.h"
#include "support/version.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cctype>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace loadtest = tollgate::loadtest;
namespace text = tollgate::text;

int complain(std::string_view mistakes) {
    loadtest::tell_mistakes(mistakes);
    return loadtest::exit_usage;
}

class CommandLine {
public:
    CommandLine() {
        app_.require_subcommand(1);
        app_.allow_extras();  // subcommands have it from here: what is unknown is told with all other mistakes
        app_.set_version_flag("-v,--version", std::string{"loadtester "} + tollgate::version());
        app_.footer("`loadtester URL ...` is `loadtester run URL ...`:\n"
                    "  loadtester -t2 -c100 -d30s http://127.0.0.1:8080/      as fast as 100 connections can\n"
                    "  loadtester -R 4k --warmup 2s http://127.0.0.1:8080/    4,000 requests a second, come what may\n"
                    "All options: loadtester run --help\n"
                    "Exit codes: 0 passed, 1 failed, 2 wrong usage, 3 not one answer, 4 the run is not valid, 5 the\n"
                    "gateway's counts disagree, 6 a limit is not as declared, 99 a threshold was missed, 130\n"
                    "interrupted.");
        loadtest::add_run(app_, chosen_);
        loadtest::add_report(app_, chosen_);
        loadtest::add_compare(app_, chosen_);
        loadtest::add_verify(app_, chosen_);
        loadtest::add_upstream(app_, chosen_);
        tollgate::command_line::add_shell_commands(app_, loadtest::manual(), {},
                                                   [this](const auto& command) { chosen_ = command; });
    }

    int run(std::vector<std::string> words) {
        if (words.empty()) {
            std::cerr << app_.help();
            return loadtest::exit_usage;
        }
        if (const auto code = tollgate::command_line::answer_shell(app_, words, "run")) return *code;
        if (const std::string mistake = imply_run(words); !mistake.empty()) return complain(mistake);
        std::reverse(words.begin(), words.end());  // CLI11 takes them from the end
        std::string mistakes;
        try {
            app_.parse(words);
        } catch (const loadtest::UsageError& error) {
            mistakes = error.what();
        } catch (const CLI::ParseError& error) {
            if (error.get_exit_code() == 0) {
                app_.exit(error);  // --help, --version: prints it
                return loadtest::exit_passed;
            }
            mistakes = in_our_words(error.what());
        }
        if (const std::string unknown = unknown_words(); !unknown.empty())
            mistakes = unknown + without_urls(mistakes);
        return mistakes.empty() ? chosen_() : complain(mistakes);
    }

private:
    // `run` may be left out before an option and before what can only be a URL. Returns what is wrong with the first
    // word, if something is.
    std::string imply_run(std::vector<std::string>& words) const {
        const std::string& first = words.front();
        if (first == "-h" || first == "--help" || first == "-v" || first == "--version") return "";
        const std::vector<std::string> known = commands();
        if (std::find(known.begin(), known.end(), first) != known.end()) return "";
        const bool url = first.find_first_of(".:/[") != first.npos || first == "localhost";
        if (!first.starts_with('-') && !url) {
            std::string guess = text::did_you_mean(first, known);
            if (guess.empty()) guess = "; a host of that name is written http://HOST/";
            return "unknown command " + text::quote(first) + guess;
        }
        words.insert(words.begin(), "run");
        return "";
    }

    std::vector<std::string> commands() const {
        std::vector<std::string> names;
        for (const CLI::App* sub : app_.get_subcommands([](const CLI::App*) { return true; }))
            names.push_back(sub->get_name());
        return names;
    }

    // Of what nobody asked for, a line each.
    std::string unknown_words() const {
        if (app_.get_subcommands().empty()) return "";
        const CLI::App* const sub = app_.get_subcommands().front();
        std::vector<std::string> known;
        for (const CLI::Option* option : sub->get_options()) {
            for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
            for (const std::string& name : option->get_snames()) known.push_back("-" + name);
        }
        std::string mistakes;
        for (const std::string& word : app_.remaining(true)) {
            const std::string name = word.substr(0, word.find('='));
            if (!mistakes.empty()) mistakes += '\n';
            const bool option = word.size() > 1 && word[0] == '-';
            mistakes += option && std::find(known.begin(), known.end(), name) == known.end()
                            ? "unknown option " + text::quote(name) + hint(name, known)
                            : sub->get_name() + ": unexpected " + text::quote(word);
        }
        return mistakes;
    }

    // What stands behind an unknown option may be its value, such as a body, and was taken for a URL.
    static std::string without_urls(std::string_view mistakes) {
        std::string others;
        for (std::size_t end = 0; !mistakes.empty(); mistakes.remove_prefix(end)) {
            end = std::min(mistakes.find('\n'), mistakes.size());
            const std::string_view line = mistakes.substr(0, end);
            if (!line.starts_with("URL: ")) others.append("\n").append(line);
            end = std::min(end + 1, mistakes.size());
        }
        return others;
    }

    static std::string hint(const std::string& name, const std::vector<std::string>& known) {
        const std::string foreign = loadtest::hint_for(name);
        return foreign.empty() ? text::did_you_mean(name, known) : foreign;
    }

    // CLI11's texts begin with a capital, and some have several lines.
    std::string in_our_words(std::string message) const {
        std::replace(message.begin(), message.end(), '\n', ' ');
        message = text::printable(message);
        // "RUN is required"
        constexpr std::string_view required = " is required";
        if (message.ends_with(required) && !app_.get_subcommands().empty())
            return app_.get_subcommands().front()->get_name() + ": expected " +
                   message.substr(0, message.size() - required.size()) + ", got none";
        // "--rate: 1 required N missing"
        if (const std::size_t at = message.find(": 1 required "); at != message.npos && message.ends_with(" missing"))
            message = message.substr(0, at) + ": expected " + message.substr(at + 13, message.size() - at - 21) +
                      ", got none";
        if (message.size() > 1 && std::islower(static_cast<unsigned char>(message[1])) != 0)
            message[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(message[0])));
        return message;
    }

    CLI::App app_{"A load tester that accounts for every request", "loadtester"};
    loadtest::Chosen chosen_;
};

}  // namespace

int main(int argc, char** argv) {
    try {
        return CommandLine{}.run({argv + 1, argv + argc});
    } catch (const loadtest::UsageError& error) {
        return complain(error.what());
    } catch (const std::exception& error) {
        std::cerr << "loadtester: " << error.what() << '\n';
        return loadtest::exit_internal;
    }
}
