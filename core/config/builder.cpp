// core/config/builder.cpp - load(): reads the file, runs it, assembles the snapshot, sorts what is wrong.
#include "config/builder.h"

#include "config/assembly.h"
#include "config/lua_script.h"
#include "support/text.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>

namespace tollgate::config {

namespace {

constexpr std::size_t largest_file = 64 << 20;

// The file's text, or what keeps it from being read.
std::string read_file(const std::filesystem::path& file, std::string& text) {
    std::error_code error;
    if (std::filesystem::is_directory(file, error)) return "expected a file, got a folder";
    std::ifstream stream{file, std::ios::binary};
    if (!stream) return std::string{"cannot be read: "} + std::strerror(errno);
    if (const auto size = std::filesystem::file_size(file, error); !error && size > largest_file)
        return "expected a file of at most 64 megabytes";
    std::ostringstream all;
    all << stream.rdbuf();
    text = std::move(all).str();
    if (stream.bad()) return "cannot be read to its end";
    if (text.starts_with("\x1bLJ") || text.starts_with("\x1bLua"))
        return "expected Lua's source text, got compiled bytecode";
    if (text.find('\0') != text.npos) return "expected Lua's source text, got binary data";
    if (text.find_first_not_of(" \t\r\n") == text.npos)
        return "is empty; expected at least: listen \"127.0.0.1:8080\" and a route";
    return {};
}

Loaded failed(const std::string& file, const std::string& what) { return {nullptr, {{file, what}}}; }

// By place; problems of one line as they were found.
std::vector<Problem> in_order(const Files& files, const std::vector<ReadingProblem>& problems) {
    std::multimap<Place, std::string> by_place;
    for (const auto& [place, what] : problems) by_place.emplace(place, what);
    std::vector<Problem> sorted;
    for (const auto& [place, what] : by_place) sorted.push_back({files.text(place), text::printable(what)});
    return sorted;
}

void add_scripts(Source& source, const Surroundings& surroundings, const std::vector<Place>& functions,
                 Snapshot& snapshot) {
    if (functions.empty()) return;
    for (std::size_t loop = 0; loop < surroundings.loops; ++loop)
        snapshot.scripts.push_back(std::make_unique<LuaScript>(source, surroundings.catalogue, functions));
}

}  // namespace

Loaded load(const std::filesystem::path& file, const Surroundings& surroundings) {
    const auto shown = file.filename().string();
    Source source{std::make_shared<Files>(shown), std::filesystem::absolute(file).parent_path(), {}, surroundings.env};
    if (const auto problem = read_file(file, source.text); !problem.empty()) return failed(shown, problem);
    try {
        Reader reader{source, surroundings.catalogue};
        const bool complete = reader.run();
        Assembly assembly{reader, source, surroundings};
        assembly.assemble(complete);
        auto problems = reader.problems();
        problems.insert(problems.end(), assembly.problems().begin(), assembly.problems().end());
        if (!problems.empty()) return {nullptr, in_order(*source.files, problems)};
        auto snapshot = assembly.snapshot();
        add_scripts(source, surroundings, reader.functions(), *snapshot);
        return {std::move(snapshot), {}};
    } catch (const std::exception& error) {
        return failed(shown, error.what());
    }
}

}  // namespace tollgate::config
