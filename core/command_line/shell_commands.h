// core/command_line/shell_commands.h - `completion SHELL` and `man [PAGE]`, the same for both programs.
#pragma once

#include "command_line/manual.h"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::command_line {

// A man page besides the program's own.
struct Page {
    std::string name;   // "routes.lua", as it is asked for
    std::string title;  // "tollgate-routes.lua"
    int section;
    std::string doc;
    std::function<std::string()> text;
};

using Choose = std::function<void(std::function<int()>)>;  // called with the command when it has been parsed

// Adds both to `app`, which lives as long as the commands. Exit codes: 0, and 1 where a file cannot be written.
void add_shell_commands(CLI::App& app, Manual manual, std::vector<Page> pages, const Choose& choose);

// Answers what the scripts of `completion` ask (`PROGRAM __complete WORDS...`), which CLI11 must not see: the words may
// be anything. nullopt where something else was said; else the exit code. `implied`, `known`: see complete.h; `known`
// is also told what was said.
using KnownWords = std::function<std::vector<std::string>(std::string_view kind, std::span<const std::string> words)>;
std::optional<int> answer_shell(const CLI::App& app, const std::vector<std::string>& words, std::string_view implied,
                                const KnownWords& known = {});

}  // namespace tollgate::command_line
