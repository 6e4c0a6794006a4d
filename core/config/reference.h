// core/config/reference.h - the pages of docs/reference that list every word and every setting there is.
#pragma once

#include <string>

namespace tollgate::plugins {
class Catalogue;
}

namespace tollgate::config {

// docs/reference/words.md: the words of routes.lua, and each table they take or give.
std::string words_page(const plugins::Catalogue& catalogue);
// docs/reference/plugins.md: what each plugin can be told.
std::string plugins_page(const plugins::Catalogue& catalogue);

}  // namespace tollgate::config
