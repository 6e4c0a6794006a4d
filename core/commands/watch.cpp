// core/commands/watch.cpp - comparing what stat(2) says.
#include "commands/watch.h"

#include <sys/stat.h>

#include <chrono>

namespace tollgate::commands {

Watch::Seen Watch::look_at(const std::filesystem::path& file) {
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0) return {};
    return {true, std::int64_t{found.st_mtim.tv_sec} * 1'000'000'000 + found.st_mtim.tv_nsec,
            std::uintmax_t(found.st_size), std::uintmax_t(found.st_dev), std::uintmax_t(found.st_ino)};
}

Watch::Sight Watch::look_at(const Sight& files) {
    Sight now;
    for (const auto& [file, seen] : files) now[file] = look_at(file);
    return now;
}

Watch::Watch(const std::vector<std::filesystem::path>& files) {
    for (const auto& file : files) known_[file] = look_at(file);
    last_ = known_;
}

bool Watch::changed() {
    Sight now = look_at(known_);
    const bool quiet = now == last_;
    last_ = std::move(now);
    if (!quiet || last_ == known_) return false;
    known_ = last_;
    return true;
}

void Watch::follow(const std::vector<std::filesystem::path>& files, std::filesystem::file_time_type since) {
    Sight known;
    for (const auto& file : files) {
        const auto before = known_.find(file);
        known[file] = before == known_.end() ? look_at(file) : before->second;
        if (before != known_.end()) continue;
        std::error_code error;
        const auto written = std::filesystem::last_write_time(file, error);
        // The kernel writes down times of a clock that is some milliseconds late.
        if (!error && written + std::chrono::milliseconds{20} >= since) known[file] = {};
    }
    known_ = std::move(known);
    last_ = look_at(known_);
}

}  // namespace tollgate::commands
