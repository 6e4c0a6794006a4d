// core/plugins/catalogue.h - Catalogue: the plugins that are loaded, by the word they are called in routes.lua.
#pragma once

#include <tollgate/plugin.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::plugins {

struct Entry {
    const Descriptor* descriptor;  // as our headers lay it out, whatever headers the plugin was built with
    std::filesystem::path file;    // empty for one that was add()ed
};

// Libraries are opened once and never closed. Safe to use from any thread; entries stay where they are.
class Catalogue {
public:
    Catalogue();
    ~Catalogue();

    // Loads every *.so of a folder, in the order of their names; a file that will not load is a problem in the list,
    // not an exception: "FILE: built for plugin ABI 2.0, this gateway has 1.0; rebuild it". A missing folder is no
    // problem if `optional`.
    std::vector<std::string> load_folder(const std::filesystem::path& folder, bool optional);
    // Loads one library, or returns the problem ("" if none). A file already loaded is fine.
    std::string load_file(const std::filesystem::path& file);
    // Adds a plugin that is linked into the program. Throws std::invalid_argument, with the text of the problem.
    void add(const Descriptor& descriptor);

    const Entry* find(std::string_view name) const;
    std::vector<Entry> all() const;  // by name
    // The default folder: lib/tollgate/plugins beside the running program's bin/.
    static std::filesystem::path default_folder();

private:
    struct Loaded;
    std::string keep(Loaded loaded);

    mutable std::mutex mutex_;
    std::vector<std::unique_ptr<Loaded>> entries_;
};

}  // namespace tollgate::plugins
