// core/main.cpp - the program's command line: which subcommand. Their options are in *_subcommands.cpp,
// everything else in core/commands.
#include <tollgate/plugin.h>

#include "command_line/shell_commands.h"
#include "commands/commands.h"
#include "commands/known_words.h"
#include "manual.h"
#include "plugins/library.h"
#include "subcommands.h"
#include "support/text.h"
#include "support/version.h"

#include <CLI/CLI.hpp>

#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace {

namespace text = tollgate::text;
using tollgate::commands::Options;

class CommandLine {
public:
    CommandLine() {
        app_.require_subcommand(1);
        app_.set_version_flag("--version", std::string{"tollgate "} + tollgate::version() + " (plugin ABI " +
                                               tollgate::plugins::abi_text(tollgate::plugin_abi) + "; " +
                                               tollgate::build_stamp + ")");
        app_.footer("Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.");
        const tollgate::commands::Subcommands subcommands{app_, options_, chosen_};
        add_configuration_commands(subcommands);
        add_key_commands(subcommands);
        add_word_commands(subcommands);
        add_remote_commands(subcommands);
        tollgate::command_line::add_shell_commands(
            app_, tollgate::commands::manual(), tollgate::commands::manual_pages(),
            [this](const auto& command) { chosen_ = [command](const Options&) { return command(); }; });
    }

    int run(int argc, char** argv) {
        if (const auto code = tollgate::command_line::answer_shell(app_, {argv + 1, argv + argc}, "",
                                                                   tollgate::commands::known_words))
            return *code;
        options_.arguments.assign(argv, argv + argc);
        try {
            app_.parse(argc, argv);
        } catch (const CLI::RequiredError& error) {
            return complain_of_command() ? tollgate::commands::wrong : exit_code(error);
        } catch (const CLI::ParseError& error) {
            return exit_code(error);
        }
        return chosen_(options_);
    }

private:
    // --help and --version are no mistakes; CLI11 has printed what there is to say.
    int exit_code(const CLI::ParseError& error) {
        return app_.exit(error) == 0 ? tollgate::commands::done : tollgate::commands::wrong;
    }

    // For a word that is no command CLI11 only says that one is required.
    bool complain_of_command() {
        const std::vector<std::string> words = app_.remaining();
        if (!app_.get_subcommands().empty() || words.empty()) return false;
        std::vector<std::string> known;
        for (const CLI::App* sub : app_.get_subcommands([](const CLI::App*) { return true; }))
            known.push_back(sub->get_name());
        std::cerr << "tollgate: unknown command " << text::quote(words[0]) << text::did_you_mean(words[0], known)
                  << "\nRun with --help for more information.\n";
        return true;
    }

    CLI::App app_{"Tollgate, an API gateway: Lua says what is wanted, plugins do it", "tollgate"};
    Options options_;
    tollgate::commands::Chosen chosen_;
};

}  // namespace

int main(int argc, char** argv) {
    try {
        return CommandLine{}.run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "tollgate: " << error.what() << '\n';
        return tollgate::commands::failed;
    }
}
