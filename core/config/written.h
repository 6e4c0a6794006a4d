// core/config/written.h - Written: what a configuration was read from, to be shown without its secrets or read again.
#pragma once

#include "config/source.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollgate::config {

class Reader;

struct Written {
    Source source;
    std::vector<std::string> secrets;  // texts of it that nobody should read; the longest first
};

// What a configuration that was read has under names like "token" and "password", the logins of its URLs, and what
// `tracing` says to its collector.
std::vector<std::string> secrets_in(const Reader& reader);

// The text of a file of Lua without secrets: texts in quotes are "(hidden)" where they are or hold one of `secrets`,
// are part of one, or are given to a name like "token" or compared with it, either way round; URLs lose their logins.
// In comments as well.
std::string shown_text(std::string_view text, const std::vector<std::string>& secrets);

// The environment's variables that it used, by name, and nothing of a value: a function of Lua may do anything with a
// secret, and names are the operator's. nullopt: it was not set.
std::vector<std::pair<std::string, std::optional<std::string>>> shown_variables(const Written& written);

}  // namespace tollgate::config
