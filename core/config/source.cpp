// core/config/source.cpp - reading files, and finding those that `require` names: below the folder of the first only.
#include "config/source.h"

#include "support/text.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

namespace tollgate::config {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t largest = 64 << 20;  // of all files together
constexpr std::size_t most_files = 1000;
constexpr int most_guesses = 1000;

// "shared.tiers": names between dots.
bool names_a_file(std::string_view name) {
    const auto usual = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-'; };
    bool inside = false;
    for (const char c : name) {
        if (!usual(static_cast<unsigned char>(c)) && (c != '.' || !inside)) return false;
        inside = c != '.';
    }
    return inside;
}

bool lies_below(const fs::path& folder, const fs::path& file) {
    return std::mismatch(folder.begin(), folder.end(), file.begin(), file.end()).first == folder.end();
}

}  // namespace

Source::Source(const fs::path& path, Environment env)
    : files_{std::make_shared<Files>(path.filename().string())},
      folder_{fs::absolute(path).parent_path()},
      texts_(1),
      paths_{fs::absolute(path)},
      env_{std::move(env)} {
    std::error_code error;
    if (fs::is_directory(path, error)) {
        problem_ = "expected a file, got a folder";
        return;
    }
    problem_ = read(path, texts_[0]);
    if (problem_.empty() && texts_[0].find_first_not_of(" \t\r\n") == std::string::npos)
        problem_ = "is empty; expected at least: listen \"127.0.0.1:8080\" and a route";
    numbers_.emplace(fs::weakly_canonical(path, error), 0);
}

Source::Source(std::string name, fs::path folder, std::string text, Environment env)
    : files_{std::make_shared<Files>(std::move(name))},
      folder_{std::move(folder)},
      texts_{std::move(text)},
      env_{std::move(env)} {}

// The file's text, or what keeps it from being read.
std::string Source::read(const fs::path& path, std::string& text) {
    const auto too_large = [&](std::uintmax_t size) { return size_ + size > largest; };
    const std::string wanted =
        size_ == 0 ? "expected a file of at most 64 megabytes" : "expected files of at most 64 megabytes together";
    std::ifstream stream{path, std::ios::binary};
    if (!stream) return std::string{"cannot be read: "} + std::strerror(errno);
    std::error_code error;
    if (const auto size = fs::file_size(path, error); !error && too_large(size)) return wanted;
    // A file may grow while it is read, and a pipe has no size.
    char block[64 << 10];
    while (stream.read(block, sizeof block) || stream.gcount() > 0) {
        text.append(block, std::size_t(stream.gcount()));
        if (too_large(text.size())) return wanted;
    }
    if (stream.bad()) return "cannot be read to its end";
    if (text.starts_with("\x1bLJ") || text.starts_with("\x1bLua"))
        return "expected Lua's source text, got compiled bytecode";
    if (text.find('\0') != text.npos) return "expected Lua's source text, got binary data";
    size_ += text.size();
    return {};
}

const Source::Required& Source::require(const std::string& name) {
    const auto known = required_.find(name);
    return known != required_.end() ? known->second : required_.emplace(name, find(name)).first->second;
}

Source::Required Source::find(const std::string& name) {
    if (!names_a_file(name) || name.ends_with(".lua"))
        return {-1,
                "expected a file below this one's folder, without \".lua\" (require \"tiers\", require "
                "\"shared.tiers\"), got " +
                    text::quote(name)};
    std::string inner = name;
    std::replace(inner.begin(), inner.end(), '.', '/');
    inner += ".lua";
    const fs::path path = folder_ / inner;
    const auto refused = [&](const std::string& what) { return Required{-1, text::quote(inner) + ' ' + what}; };
    if (std::find(paths_.begin(), paths_.end(), path) == paths_.end()) paths_.push_back(path);

    std::error_code error;
    const auto status = fs::status(path, error);
    if (status.type() == fs::file_type::not_found)
        return {-1, "there is no file " + text::quote(inner) + " in the folder of " + files_->name(0) + guess(path)};
    if (error) return refused("cannot be read: " + error.message());
    if (status.type() != fs::file_type::regular) return refused("is no file that can be read as text");
    const auto folder = fs::canonical(folder_, error);
    const auto real = error ? fs::path{} : fs::canonical(path, error);
    if (error) return refused("cannot be read: " + error.message());
    if (!lies_below(folder, real)) return refused("lies outside of the folder of " + files_->name(0));
    if (const auto known = numbers_.find(real); known != numbers_.end()) return {known->second};
    if (files_->size() > most_files)
        return refused("is one file too many; " + std::to_string(most_files) + " are the most");
    std::string text;
    if (auto problem = read(real, text); !problem.empty()) return refused(problem);
    texts_.push_back(std::move(text));
    return {numbers_[real] = files_->add(inner)};
}

// "; did you mean "tiers"?", out of the files beside the one that is missing.
std::string Source::guess(const fs::path& missing) const {
    std::vector<std::string> names;
    std::error_code error;
    int seen = 0;
    for (fs::directory_iterator entry{missing.parent_path(), error}, end; !error && entry != end;
         entry.increment(error)) {
        if (++seen > most_guesses) break;
        if (entry->path().extension() == ".lua" && entry->path().stem() != fs::path{files_->name(0)}.stem())
            names.push_back(entry->path().stem().string());
    }
    std::sort(names.begin(), names.end());
    return text::did_you_mean(missing.stem().string(), names);
}

Source Source::again() const {
    Source copy{*this};
    copy.files_ = std::make_shared<Files>(*files_);
    return copy;
}

const std::optional<std::string>& Source::variable(const std::string& name) {
    const auto known = variables_.find(name);
    if (known != variables_.end()) return known->second;
    const char* value = env_(name.c_str());
    return variables_[name] = value ? std::optional<std::string>{value} : std::nullopt;
}

}  // namespace tollgate::config
