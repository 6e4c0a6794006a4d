// core/commands/words.cpp - `tollgate words`: what can be said in routes.lua, for people, editors and the manual.
#include "commands/commands.h"

#include "commands/surroundings.h"
#include "config/annotations.h"
#include "config/reference.h"
#include "support/files.h"
#include "support/text.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>

namespace tollgate::commands {

namespace {

std::string read(const std::filesystem::path& file) {
    std::ifstream stream{file, std::ios::binary};
    if (!stream) throw std::runtime_error{file.string() + ": cannot be read: " + std::strerror(errno)};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

}  // namespace

int words(const Options& options) {
    tollgate::plugins::Catalogue catalogue;
    if (!load_plugins(catalogue, options)) return wrong;
    if (options.annotations) {
        std::filesystem::create_directories(*options.annotations);
        write_file(*options.annotations / "words.d.lua", config::annotate_words());
        write_file(*options.annotations / "plugins.d.lua", config::annotate_plugins(catalogue));
    }
    if (options.reference) {
        std::filesystem::create_directories(*options.reference);
        write_file(*options.reference / "words.md", config::words_page(catalogue));
        write_file(*options.reference / "plugins.md", config::plugins_page(catalogue));
    }
    for (const std::filesystem::path page : options.tables)
        write_file(page, config::fill_tables(read(page), catalogue));
    if (!options.annotations && !options.reference && options.tables.empty()) std::cout << config::list_words();
    return done;
}

}  // namespace tollgate::commands
