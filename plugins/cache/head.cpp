// plugins/cache/head.cpp - lines one behind the other.
#include "head.h"

#include <cstring>

namespace tollgate::cache {

namespace {

struct Sizes {
    std::uint32_t name, value;
};

Sizes sizes_at(const char* at) noexcept {
    Sizes sizes;
    std::memcpy(&sizes, at, sizeof sizes);
    return sizes;
}

}  // namespace

Head::Head(Lines lines) {
    std::size_t room = 0;
    for (const Line& line : lines) room += sizeof(Sizes) + line.name.size() + line.value.size();
    text_.reserve(room);
    for (const Line& line : lines) {
        const Sizes sizes{static_cast<std::uint32_t>(line.name.size()), static_cast<std::uint32_t>(line.value.size())};
        text_.append(reinterpret_cast<const char*>(&sizes), sizeof sizes);
        (text_ += line.name) += line.value;
    }
}

Line Head::Iterator::operator*() const noexcept {
    const Sizes sizes = sizes_at(at_);
    const char* name = at_ + sizeof sizes;
    return {{name, sizes.name}, {name + sizes.name, sizes.value}};
}

Head::Iterator& Head::Iterator::operator++() noexcept {
    const Sizes sizes = sizes_at(at_);
    at_ += sizeof sizes + sizes.name + sizes.value;
    return *this;
}

std::vector<Line> Head::lines() const {
    std::vector<Line> lines;
    for (const Line line : *this) lines.push_back(line);
    return lines;
}

std::string_view Head::get(std::string_view name) const noexcept {
    for (const Line line : *this)
        if (same(line.name, name)) return line.value;
    return {};
}

}  // namespace tollgate::cache
