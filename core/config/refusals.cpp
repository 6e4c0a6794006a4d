// core/config/refusals.cpp - finding what was said before.
#include "config/refusals.h"

#include <algorithm>

namespace tollgate::config {

void Refusals::add(int line, const std::string& who, std::string_view what) {
    for (std::size_t end = 0; end != what.npos;) {
        end = what.find('\n');
        std::string one = who + std::string{what.substr(0, end)};
        if (end != what.npos) what.remove_prefix(end + 1);
        auto known = std::find_if(all_.begin(), all_.end(), [&](const auto& refusal) { return refusal.what == one; });
        if (known == all_.end()) known = all_.insert(known, {std::move(one), {}});
        auto& lines = known->lines;
        if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(line);
    }
}

std::vector<std::pair<int, std::string>> Refusals::told() const {
    std::vector<std::pair<int, std::string>> told;
    for (const auto& [what, lines] : all_) {
        std::string text = what;
        for (std::size_t i = 1; i < lines.size(); ++i) {
            text += i > 1 ? ", " : lines.size() == 2 ? "; the same in line " : "; the same in lines ";
            text += std::to_string(lines[i]);
        }
        told.emplace_back(lines.front(), std::move(text));
    }
    return told;
}

}  // namespace tollgate::config
