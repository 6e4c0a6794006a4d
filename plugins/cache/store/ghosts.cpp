// plugins/cache/store/ghosts.cpp - a table of lines of eight, in which the new take the place of the oldest.
#include "store/ghosts.h"

#include <algorithm>
#include <cstdlib>

namespace tollgate::cache {

namespace {

constexpr std::size_t fewest = 64, in_line = 6;  // of eight places, so that few are forgotten early

}  // namespace

void Ghosts::fit(std::size_t items) noexcept {
    const std::size_t wanted = std::max(items, fewest);
    const std::size_t room = lines_ * in_line;
    window_ = static_cast<std::uint32_t>(std::min<std::size_t>(wanted, 0x7fffffff));
    if (wanted <= room && wanted > room / 8) return;
    const std::size_t lines = (wanted + wanted / 2) / in_line + 1;
    table_.reset();
    // Pages that nobody has written to yet: no time is spent on clearing them.
    void* const pages = std::calloc(lines, sizeof(Line));
    table_.reset(static_cast<Line*>(pages));
    lines_ = pages ? lines : 0;
}

void Ghosts::Free::operator()(Line* lines) const noexcept { std::free(lines); }

Ghosts::Line& Ghosts::line_of(const Key& key) noexcept {
    return table_[((key.low >> 32) * lines_) >> 32];
}

void Ghosts::add(const Key& key) noexcept {
    if (lines_ == 0) return;
    if (++now_ == 0) now_ = 1;
    auto& ghosts = line_of(key).ghosts;
    const auto oldest = std::max_element(ghosts.begin(), ghosts.end(), [this](const Ghost& a, const Ghost& b) {
        const auto age = [this](const Ghost& one) { return one.when == 0 ? 0xffffffffU : now_ - one.when; };
        return age(a) < age(b);
    });
    *oldest = {static_cast<std::uint32_t>(key.high), now_};
}

bool Ghosts::take(const Key& key) noexcept {
    if (lines_ == 0) return false;
    for (Ghost& ghost : line_of(key).ghosts) {
        if (ghost.bits != static_cast<std::uint32_t>(key.high) || !recent(ghost)) continue;
        ghost = {};
        return true;
    }
    return false;
}

}  // namespace tollgate::cache
