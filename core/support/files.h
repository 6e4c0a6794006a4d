// core/support/files.h - whole files written for whoever runs a command.
#pragma once

#include <filesystem>
#include <string_view>

namespace tollgate {

// In the place of what the file held. Throws std::runtime_error, with the file's name and why.
void write_file(const std::filesystem::path& file, std::string_view content);

}  // namespace tollgate
