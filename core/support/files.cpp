// core/support/files.cpp - writing, and saying where that fails.
#include "support/files.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>

namespace tollgate {

void write_file(const std::filesystem::path& file, std::string_view content) {
    std::ofstream stream{file, std::ios::binary | std::ios::trunc};
    if (!(stream << content).flush())
        throw std::runtime_error{file.string() + ": cannot be written: " + std::strerror(errno)};
}

}  // namespace tollgate
