// core/command_line/manual.h - a program's man page, made of its own subcommands and options.
#pragma once

#include "command_line/command.h"

#include <string>
#include <utility>
#include <vector>

namespace tollgate::command_line {

struct Manual {
    std::string description;                                    // paragraphs
    std::vector<std::pair<std::string, std::string>> files;      // and what each is for
    std::vector<std::pair<std::string, std::string>> variables;  // of the environment, besides those of options
    std::vector<std::string> see_also;                          // "tollgate-routes.lua(5)"
};

// Section 1. The footer of the program is told as examples and exit status.
std::string manual_of(const Command& program, const Manual& manual);

}  // namespace tollgate::command_line
