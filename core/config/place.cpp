// core/config/place.cpp - words for places.
#include "config/place.h"

namespace tollgate::config {

namespace {

constexpr std::size_t longest_for_lua = 50;

}  // namespace

int Files::add(std::string name) {
    const int number = int(names_.size());
    auto brief = name.size() <= longest_for_lua ? name : "file " + std::to_string(number + 1);
    names_.push_back({std::move(name), std::move(brief)});
    return number;
}

std::string Files::text(Place place) const {
    return place.line == 0 ? name(place.file) : name(place.file) + ':' + std::to_string(place.line);
}

std::string Files::seen_from(Place here, Place place) const {
    return here.file == place.file ? "line " + std::to_string(place.line) : text(place);
}

}  // namespace tollgate::config
