// core/command_line/shells.h - what a shell is told so that it completes a program's words. The scripts know nothing of
// them: they ask the program (`PROGRAM __complete WORDS...`), which thereby cannot lag behind its own options.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tollgate::command_line {

std::span<const std::string_view> shells();  // "bash", "fish", "zsh"

// The script for one of these shells, in which `program` is a plain word.
std::string script_for(std::string_view shell, std::string_view program);

}  // namespace tollgate::command_line
