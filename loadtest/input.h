// loadtest/input.h - files that the user names, and their lines.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tollgate::loadtest {

// All of a file, or of standard input for "-". Throws UsageError: it cannot be read, it has more than `most` bytes.
std::string read_input(const std::string& path, std::size_t most);

// What a file is called in error texts: "standard input" for "-"; without control bytes.
std::string input_name(const std::string& path);

// Takes the next line from `text`, without its line break and a carriage return before that.
std::string_view take_line(std::string_view& text) noexcept;
std::string_view trimmed(std::string_view text) noexcept;  // blanks and tabs at both ends

}  // namespace tollgate::loadtest
