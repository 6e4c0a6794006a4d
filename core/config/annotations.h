// core/config/annotations.h - what is known of routes.lua, written for editors (LuaLS annotations) and for the manual.
#pragma once

#include <string>
#include <string_view>

namespace tollgate::plugins {
class Catalogue;
}

namespace tollgate::config {

// A Lua file that declares every word, unit and value of routes.lua, for language servers that read LuaLS annotations
// (`---@meta`). It is never run.
std::string annotate_words();
// The same for the words that plugins add.
std::string annotate_plugins(const plugins::Catalogue& catalogue);

// The words and settings as a list for a terminal.
std::string list_words();

// The page with each table between `<!-- settings of NAME -->` and `<!-- end -->` written anew: a line per setting of
// the shape or plugin of that name. Throws std::runtime_error for a name that is neither, and a mark without its end.
std::string fill_tables(std::string_view page, const plugins::Catalogue& catalogue);

}  // namespace tollgate::config
