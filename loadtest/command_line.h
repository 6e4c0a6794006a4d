// loadtest/command_line.h - the flags of `run`: which there are, what was said by them, and the Options that makes.
#pragma once

#include "loadtest/options.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace tollgate::loadtest {

// One flag as --help and docs/load-testing.md have it.
struct Flag {
    enum class Times : std::uint8_t { once, often };
    std::string_view name;   // the long one, without dashes: what its words are found under
    std::string_view names;  // for CLI11: "-R,--rate,-q"
    std::string_view value;  // what follows it, "N"; "": nothing
    std::string_view help;
    std::string_view group;
    Times times = Times::once;
};
std::span<const Flag> run_flags();

// What was said, as written: flag by flag in order, URLs under "". A flag without a value has "" for each time.
class RunWords {
public:
    // Has `sub` write here, which must outlive its parsing.
    void attach(CLI::App& sub);

    bool has(std::string_view flag) const;
    const std::vector<std::string>& all(std::string_view flag) const;

private:
    std::map<std::string, std::vector<std::string>, std::less<>> said_;
};

// Throws UsageError with all mistakes, a line each: "--rate: expected ..., got ...". Reads the files that are named.
Options options_of(const RunWords& words);

// The command as it can be shown to anybody: values that are secret as "...", bodies by their size.
std::string shown_command(const RunWords& words);

// `; say --targets` for a flag that other load testers have and this one has under another name, or not; "" otherwise.
std::string hint_for(std::string_view foreign_flag);

}  // namespace tollgate::loadtest
