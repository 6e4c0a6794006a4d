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
    const Descriptor* descriptor;
    std::filesystem::path file;
};

// Libraries are opened once and never closed. Safe to use from any thread.
class Catalogue {
public:
    // Loads every *.so of a folder; a file that will not load is a problem in the list, not an exception: "FILE: built
    // for plugin ABI 2.0, this gateway has 1.0; rebuild it". A missing folder is no problem if `optional`.
    std::vector<std::string> load_folder(const std::filesystem::path& folder, bool optional);
    // Loads one library, or returns the problem ("" if none). A file already loaded is fine.
    std::string load_file(const std::filesystem::path& file);

    const Entry* find(std::string_view name) const;
    std::vector<Entry> all() const;  // by name
    // The default folder: lib/tollgate/plugins beside the running program's bin/.
    static std::filesystem::path default_folder();

private:
    mutable std::mutex mutex_;
    std::vector<std::unique_ptr<Entry>> entries_;
};

}  // namespace tollgate::plugins
