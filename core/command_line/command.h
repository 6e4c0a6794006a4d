// core/command_line/command.h - Command: a program's subcommands and options as CLI11 knows them, for what is made of
// them: completions and man pages. `tollgate` and `loadtester` have theirs made here, so none can lag behind.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace tollgate::command_line {

struct Option {
    std::vector<std::string> names;  // as said: "-H", "--header"; of what stands by itself "URL"
    std::string value;               // "N", "memory|database", "'NAME: VALUE'"; "": a flag
    std::string limits;              // "1 - 1024"
    std::string doc;
    std::string group;               // "Load"; "" where all of the command's are together
    std::string variable;            // of the environment, that says it too
    bool often = false, required = false;

    bool flag() const noexcept { return value.empty(); }
    bool is(std::string_view name) const;
    // "url", as in a synopsis: of an option its longest name.
    const std::string& name() const { return names.back(); }
};

struct Command {
    std::string name;  // "create"
    std::string path;  // "tollgate keys create"
    std::string doc, footer;
    std::vector<Option> options, positionals;
    std::vector<Command> commands;
    bool free_words = false;  // what follows the positionals is somebody else's

    const Command* find(std::string_view command) const;
    const Option* option(std::string_view said) const;
};

// Of the program and everything below it, but for what is hidden.
Command describe(const CLI::App& program);

}  // namespace tollgate::command_line
