// core/config/refusals.h - Refusals: what plugins said against their settings, each thing once.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollgate::config {

// Uses that are refused for the same reason (they read one broken file) are told as one problem with the lines of all.
class Refusals {
public:
    // `who` was refused in that line of routes.lua. `what` may have several lines, each a mistake of its own.
    void add(int line, const std::string& who, std::string_view what);
    // The first line of routes.lua and the words, in the order in which they were added.
    std::vector<std::pair<int, std::string>> told() const;

private:
    struct Refusal {
        std::string what;
        std::vector<int> lines;
    };
    std::vector<Refusal> all_;
};

}  // namespace tollgate::config
