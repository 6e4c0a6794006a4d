// core/snapshot/reserved_headers.cpp - comparing names as an upstream behind CGI would.
#include "snapshot/reserved_headers.h"

#include "http/layout.h"

#include <algorithm>

namespace tollgate {

namespace {

char plain(char c) noexcept {
    if (c == '_') return '-';
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

}  // namespace

void ReservedHeaders::add(std::string_view name) {
    if (has(name)) return;
    std::string& added = names_.emplace_back(name);
    std::transform(added.begin(), added.end(), added.begin(), plain);
}

bool ReservedHeaders::has(std::string_view name) const noexcept {
    return std::any_of(names_.begin(), names_.end(), [name](const std::string& reserved) {
        return std::equal(name.begin(), name.end(), reserved.begin(), reserved.end(),
                          [](char given, char wanted) { return plain(given) == wanted; });
    });
}

void ReservedHeaders::remove_from(Headers& headers) const {
    auto* layout = headers.layout();
    if (!layout) return;
    std::erase_if(layout->lines, [&](const auto& line) { return has(layout->name(line)); });
}

}  // namespace tollgate
