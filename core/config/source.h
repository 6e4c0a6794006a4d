// core/config/source.h - Source: the texts and the environment of one configuration, each read once.
#pragma once

#include "config/place.h"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::config {

// All VMs of a snapshot run what is in here, so they see the same however the files change meanwhile. One thread at a
// time.
class Source {
public:
    using Environment = std::function<const char*(const char*)>;

    // Of the file at `path`; problem() says what keeps it from being read, or is "".
    Source(const std::filesystem::path& path, Environment env);
    // Of a text without a file; relative paths begin at `folder`.
    Source(std::string name, std::filesystem::path folder, std::string text, Environment env);

    const std::string& problem() const noexcept { return problem_; }
    const std::shared_ptr<Files>& files() const noexcept { return files_; }
    const std::filesystem::path& folder() const noexcept { return folder_; }  // absolute: where relative paths begin
    const std::string& text(int file) const { return texts_.at(std::size_t(file)); }

    // A file that `require` names ("shared.tiers"): its number, or what is wrong with it.
    struct Required {
        int file = -1;
        std::string problem{};
    };
    const Required& require(const std::string& name);
    // The environment's variable.
    const std::optional<std::string>& variable(const std::string& name);

    // To be run once more, when files and environment may be others: what was read so far stays as it was.
    Source again() const;
    using Variables = std::map<std::string, std::optional<std::string>, std::less<>>;
    const Variables& variables() const noexcept { return variables_; }  // that were asked for

    // A file that routes.lua refers to without its being read here: a certificate.
    void refers_to(const std::filesystem::path& path) { paths_.push_back(path); }
    // All that was asked for, also what is not there: what has to be watched. Absolute.
    const std::vector<std::filesystem::path>& paths() const noexcept { return paths_; }

private:
    Required find(const std::string& name);
    std::string read(const std::filesystem::path& path, std::string& text);
    std::string guess(const std::filesystem::path& missing) const;

    std::string problem_;
    std::shared_ptr<Files> files_;
    std::filesystem::path folder_;
    std::vector<std::string> texts_;                // by the number of the file
    std::map<std::filesystem::path, int> numbers_;  // of the files, by where they really lie
    std::map<std::string, Required, std::less<>> required_;
    std::vector<std::filesystem::path> paths_;
    std::size_t size_ = 0;  // of all texts
    Environment env_;
    Variables variables_;  // what was asked so far
};

}  // namespace tollgate::config
