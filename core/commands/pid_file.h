// core/commands/pid_file.h - PidFile: the file that names this process, for whoever sends it signals.
#pragma once

#include <filesystem>
#include <string>

namespace tollgate::commands {

// Written by renaming: who reads it reads a whole number. Removed at the end, unless it names another process by then.
class PidFile {
public:
    // Made absolute at once.
    explicit PidFile(const std::filesystem::path& path);
    ~PidFile();
    PidFile(const PidFile&) = delete;

    // Returns why it cannot be written, or "".
    std::string write();
    // It is another process' now, and stays even where that has not written it yet.
    void leave() noexcept { left_ = true; }

private:
    std::filesystem::path path_;
    bool left_ = false;
};

}  // namespace tollgate::commands
