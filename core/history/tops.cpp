// core/history/tops.cpp - counting names in a table of bounded size.
#include "history/tops.h"

#include <algorithm>
#include <unordered_map>

namespace tollgate::history {

namespace {

constexpr std::size_t slot_count = 2 * Tops::most_names;
static_assert(slot_count <= 1u << 16);

constexpr auto comes_first = [](const Top& a, const Top& b) {
    return a.count != b.count ? a.count > b.count : a.name < b.name;
};

// Not within a letter of UTF-8.
std::string_view cut(std::string_view name) noexcept {
    if (name.size() <= Tops::longest_name) return name;
    std::size_t end = Tops::longest_name;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) --end;
    return name.substr(0, end);
}

}  // namespace

// Where the name is, or the free slot where it would be.
std::size_t Tops::slot_of(std::uint64_t hash, std::string_view name) const noexcept {
    std::size_t slot = hash % slot_count;
    for (; slots_[slot] != 0; slot = (slot + 1) % slot_count) {
        const Entry& entry = entries_[slots_[slot] - 1u];
        if (entry.hash == hash && entry.top.name == name) break;
    }
    return slot;
}

void Tops::add(std::string_view name, std::uint64_t times) {
    name = cut(name);
    if (last_ < entries_.size() && entries_[last_].top.name == name) {
        entries_[last_].top.count += times;
        return;
    }
    if (slots_.empty()) slots_.resize(slot_count);
    const std::uint64_t hash = hash_(name);
    std::size_t slot = slot_of(hash, name);
    if (slots_[slot] == 0) {
        if (entries_.size() == most_names) {
            forget_least();
            slot = slot_of(hash, name);
        }
        entries_.push_back({hash, {std::string{name}, 0}});
        slots_[slot] = static_cast<std::uint16_t>(entries_.size());
    }
    last_ = slots_[slot] - 1u;
    entries_[last_].top.count += times;
}

void Tops::forget_least() {
    const auto middle = entries_.begin() + most_names / 2;
    std::nth_element(entries_.begin(), middle, entries_.end(),
                     [](const Entry& a, const Entry& b) { return comes_first(a.top, b.top); });
    entries_.erase(middle, entries_.end());
    place_all();
}

void Tops::place_all() noexcept {
    std::fill(slots_.begin(), slots_.end(), std::uint16_t{0});
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        std::size_t slot = entries_[i].hash % slot_count;
        while (slots_[slot] != 0) slot = (slot + 1) % slot_count;
        slots_[slot] = static_cast<std::uint16_t>(i + 1);
    }
}

std::vector<Top> Tops::first(std::size_t most) const {
    std::vector<const Top*> all;
    all.reserve(entries_.size());
    for (const Entry& entry : entries_) all.push_back(&entry.top);
    const auto end = all.begin() + std::ptrdiff_t(std::min(most, all.size()));
    std::partial_sort(all.begin(), end, all.end(), [](const Top* a, const Top* b) { return comes_first(*a, *b); });
    std::vector<Top> tops;
    for (auto top = all.begin(); top != end; ++top) tops.push_back(**top);
    return tops;
}

void Tops::clear() noexcept {
    entries_.clear();
    std::fill(slots_.begin(), slots_.end(), std::uint16_t{0});
}

std::vector<Top> first_of_all(std::span<const std::vector<Top>> lists, std::size_t most) {
    std::unordered_map<std::string, std::uint64_t> counts;
    for (const auto& list : lists)
        for (const Top& top : list) counts[top.name] += top.count;
    std::vector<Top> tops;
    tops.reserve(counts.size());
    for (auto& [name, count] : counts) tops.push_back({name, count});
    const auto end = tops.begin() + std::ptrdiff_t(std::min(most, tops.size()));
    std::partial_sort(tops.begin(), end, tops.end(), comes_first);
    tops.erase(end, tops.end());
    return tops;
}

}  // namespace tollgate::history
