// loadtest/input.cpp - files that the user names, and their lines.
#include "loadtest/input.h"

#include "loadtest/options.h"
#include "support/text.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace tollgate::loadtest {

std::string read_input(const std::string& path, std::size_t most) {
    const auto refuse = [&](const std::string& why) {
        throw UsageError("cannot read " + text::quote(input_name(path)) + ": " + why);
    };
    struct Close {
        void operator()(std::FILE* file) const noexcept {
            if (file != stdin) std::fclose(file);
        }
    };
    const std::unique_ptr<std::FILE, Close> file{path == "-" ? stdin : std::fopen(path.c_str(), "rbe")};
    if (!file) refuse(std::generic_category().message(errno));
    std::string text;
    std::array<char, 64 << 10> piece;
    while (const std::size_t bytes = std::fread(piece.data(), 1, piece.size(), file.get())) {
        if (text.size() + bytes > most) refuse("it has more than " + std::to_string(most >> 20) + " MiB");
        text.append(piece.data(), bytes);
    }
    if (std::ferror(file.get())) refuse(std::generic_category().message(errno));
    return text;
}

std::string input_name(const std::string& path) { return path == "-" ? "standard input" : text::printable(path); }

std::string_view take_line(std::string_view& text) noexcept {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

std::string_view trimmed(std::string_view text) noexcept {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace tollgate::loadtest
