// core/manual.h - what tollgate(1) says besides the commands and options, and the pages beside it.
#pragma once

#include "command_line/shell_commands.h"

#include <vector>

namespace tollgate::commands {

command_line::Manual manual();
std::vector<command_line::Page> manual_pages();  // tollgate-routes.lua(5)

}  // namespace tollgate::commands
