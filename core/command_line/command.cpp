// core/command_line/command.cpp - reading CLI11's tables.
#include "command_line/command.h"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace tollgate::command_line {

namespace {

// CLI11 writes checks behind the type: "N:INT in [1 - 1024]", "TEXT:{a,b}".
void split_type(const std::string& type, Option& into) {
    const std::size_t range = type.find(":INT in ["), choices = type.find(":{");
    into.value = type.substr(0, std::min(range, choices));
    if (range != type.npos) into.limits = type.substr(range + 9, type.size() - range - 10);
}

Option describe(const CLI::Option& said) {
    Option option;
    for (const std::string& name : said.get_snames()) option.names.push_back("-" + name);
    for (const std::string& name : said.get_lnames()) option.names.push_back("--" + name);
    if (said.get_positional()) option.names = {said.get_name(true)};
    if (said.get_items_expected_max() > 0) split_type(said.get_type_name(), option);
    option.doc = said.get_description();
    option.group = said.get_group() == "Options" ? "" : said.get_group();
    option.variable = said.get_envname();
    option.required = said.get_required();
    if (said.get_positional() && option.value.empty()) option.value = option.name();
    // One value each time, but as often as one likes; of what stands by itself as many as one likes.
    option.often = !option.flag() && said.get_expected_max() > 1;
    return option;
}

Command describe(const CLI::App& app, const std::string& parent) {
    Command command{app.get_name(), parent + app.get_name(), app.get_description(), app.get_footer(), {}, {}, {},
                    app.get_prefix_command()};
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_group().empty()) continue;
        (option->get_positional() ? command.positionals : command.options).push_back(describe(*option));
    }
    for (const CLI::App* sub : app.get_subcommands([](const CLI::App* one) { return !one->get_group().empty(); }))
        command.commands.push_back(describe(*sub, command.path + ' '));
    return command;
}

}  // namespace

bool Option::is(std::string_view said) const { return std::find(names.begin(), names.end(), said) != names.end(); }

const Command* Command::find(std::string_view said) const {
    const auto found =
        std::find_if(commands.begin(), commands.end(), [&](const Command& one) { return one.name == said; });
    return found == commands.end() ? nullptr : &*found;
}

const Option* Command::option(std::string_view said) const {
    const auto found = std::find_if(options.begin(), options.end(), [&](const Option& one) { return one.is(said); });
    return found == options.end() ? nullptr : &*found;
}

Command describe(const CLI::App& program) { return describe(program, ""); }

}  // namespace tollgate::command_line
