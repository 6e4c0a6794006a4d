// core/config/refusals.cpp - finding what was said before.
#include "config/refusals.h"

#include <algorithm>

namespace tollgate::config {

void Refusals::add(Place place, const std::string& who, std::string_view what) {
    for (std::size_t end = 0; end != what.npos;) {
        end = what.find('\n');
        std::string one = who + std::string{what.substr(0, end)};
        if (end != what.npos) what.remove_prefix(end + 1);
        auto known = std::find_if(all_.begin(), all_.end(), [&](const auto& refusal) { return refusal.what == one; });
        if (known == all_.end()) known = all_.insert(known, {std::move(one), {}});
        auto& places = known->places;
        if (std::find(places.begin(), places.end(), place) == places.end()) places.push_back(place);
    }
}

std::vector<std::pair<Place, std::string>> Refusals::told(const Files& files) const {
    std::vector<std::pair<Place, std::string>> told;
    for (const auto& [what, places] : all_) {
        const Place first = places.front();
        std::string lines, others;
        int count = 0;
        for (auto place = places.begin() + 1; place != places.end(); ++place) {
            auto& list = place->file == first.file ? lines : others;
            count += &list == &lines;
            list += (list.empty() ? "" : ", ") + (&list == &lines ? std::to_string(place->line) : files.text(*place));
        }
        if (!lines.empty()) lines.insert(0, count == 1 ? "line " : "lines ");
        if (!lines.empty() && !others.empty()) lines += ", ";
        told.emplace_back(first, lines + others == "" ? what : what + "; the same in " + lines + others);
    }
    return told;
}

}  // namespace tollgate::config
