// core/plugins/describe.h - what `tollgate plugins` and the admin listener say of the plugins that are loaded.
#pragma once

#include <string>

namespace tollgate::plugins {

class Catalogue;

// A table for people: name, ABI, file, summary; with `settings`, each plugin's settings below it.
std::string describe(const Catalogue& catalogue, bool settings);

// A JSON array of objects: name, file (null if linked in), abi, build, summary, settings.
std::string describe_json(const Catalogue& catalogue);

}  // namespace tollgate::plugins
