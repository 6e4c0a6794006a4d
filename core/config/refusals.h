// core/config/refusals.h - Refusals: what plugins said against their settings, each thing once.
#pragma once

#include "config/place.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollgate::config {

// Uses that are refused for the same reason (they read one broken file) are told as one problem with the places of all.
class Refusals {
public:
    // `who` was refused at that place. `what` may have several lines, each a mistake of its own.
    void add(Place place, const std::string& who, std::string_view what);
    // The first place and the words, in the order in which they were added.
    std::vector<std::pair<Place, std::string>> told(const Files& files) const;

private:
    struct Refusal {
        std::string what;
        std::vector<Place> places;
    };
    std::vector<Refusal> all_;
};

}  // namespace tollgate::config
