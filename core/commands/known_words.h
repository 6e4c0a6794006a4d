// core/commands/known_words.h - names of the configuration at hand, for shells to complete.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::commands {

// `kind`: what the option or positional is called in --help: UPSTREAM, TARGET (of the upstream among `words`), TIER,
// PLUGIN. They are those of the file that --file names, else of the one that other commands would take, else of
// /etc/tollgate/routes.lua. Nothing where it cannot be read: nobody is told of mistakes while they type.
std::vector<std::string> known_words(std::string_view kind, std::span<const std::string> words);

}  // namespace tollgate::commands
