// core/plugins/catalogue.cpp - which plugins there are; a name is taken once.
#include "plugins/catalogue.h"

#include "plugins/library.h"
#include "support/text.h"

#include <algorithm>
#include <stdexcept>
#include <system_error>

namespace tollgate::plugins {

namespace fs = std::filesystem;

struct Catalogue::Loaded {
    Entry entry;
    fs::path real_file;  // without symbolic links, so that one file under two names is one plugin
    std::shared_ptr<const Library> library;
};

Catalogue::Catalogue() = default;
Catalogue::~Catalogue() = default;

std::vector<std::string> Catalogue::load_folder(const fs::path& folder, bool optional) {
    std::error_code error;
    if (!fs::exists(folder, error) && optional) return {};
    std::vector<fs::path> files;
    for (fs::directory_iterator it{folder, error}, end; !error && it != end; it.increment(error))
        if (it->path().extension() == ".so") files.push_back(it->path());
    if (error) return {folder.string() + ": cannot be read: " + error.message()};

    std::sort(files.begin(), files.end());
    std::vector<std::string> problems;
    for (const fs::path& file : files)
        if (std::string problem = load_file(file); !problem.empty()) problems.push_back(std::move(problem));
    return problems;
}

std::string Catalogue::load_file(const fs::path& file) {
    std::error_code error;
    const fs::path real = fs::canonical(file, error);
    if (error) return file.string() + ": cannot be read: " + error.message();

    const std::lock_guard lock{mutex_};
    for (const auto& loaded : entries_)
        if (loaded->real_file == real) return {};
    Opened opened = open_library(file);
    if (!opened.library) return opened.problem;
    return keep({{&opened.library->descriptor, file}, real, opened.library});
}

void Catalogue::add(const Descriptor& descriptor) {
    Opened opened = adopt(&descriptor, "plugin in the program");
    const std::lock_guard lock{mutex_};
    if (opened.library) opened.problem = keep({{&opened.library->descriptor, {}}, {}, opened.library});
    if (!opened.problem.empty()) throw std::invalid_argument{opened.problem};
}

// Called with the mutex held. Returns the problem, or "".
std::string Catalogue::keep(Loaded loaded) {
    const auto shown = [](const Entry& entry) { return entry.file.empty() ? "the program" : entry.file.string(); };
    const std::string_view name = loaded.entry.descriptor->name;
    const auto place =
        std::lower_bound(entries_.begin(), entries_.end(), name,
                         [](const auto& other, std::string_view n) { return other->entry.descriptor->name < n; });
    if (place != entries_.end() && (*place)->entry.descriptor->name == name)
        return shown(loaded.entry) + ": plugin " + text::quote(name) + " is already loaded from " +
               shown((*place)->entry);
    entries_.insert(place, std::make_unique<Loaded>(std::move(loaded)));
    return {};
}

const Entry* Catalogue::find(std::string_view name) const {
    const std::lock_guard lock{mutex_};
    for (const auto& loaded : entries_)
        if (loaded->entry.descriptor->name == name) return &loaded->entry;
    return nullptr;
}

std::vector<Entry> Catalogue::all() const {
    const std::lock_guard lock{mutex_};
    std::vector<Entry> entries;
    entries.reserve(entries_.size());
    for (const auto& loaded : entries_) entries.push_back(loaded->entry);
    return entries;
}

fs::path Catalogue::default_folder() {
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    if (error) return {};
    return program.parent_path().parent_path() / "lib" / "tollgate" / "plugins";
}

}  // namespace tollgate::plugins
