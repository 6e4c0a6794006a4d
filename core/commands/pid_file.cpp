// core/commands/pid_file.cpp - writing one line, and removing what is still ours.
#include "commands/pid_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

namespace tollgate::commands {

PidFile::PidFile(const std::filesystem::path& path) : path_{std::filesystem::absolute(path)} {}

PidFile::~PidFile() {
    if (left_) return;  // between the look at it and its end it may become the other one's
    std::ifstream file{path_};
    long said = 0;
    if (!(file >> said) || said != ::getpid()) return;
    std::error_code error;
    std::filesystem::remove(path_, error);
}

std::string PidFile::write() {
    std::filesystem::path fresh = path_;
    fresh += ".new";
    std::ofstream file{fresh, std::ios::trunc};
    if (!(file << ::getpid() << '\n').flush())
        return "--pid-file: " + path_.string() + " cannot be written: " + std::strerror(errno);
    file.close();
    std::error_code error;
    std::filesystem::rename(fresh, path_, error);
    return error ? "--pid-file: " + path_.string() + " cannot be written: " + error.message() : "";
}

}  // namespace tollgate::commands
