// plugins/cache/store/ghosts.h - Ghosts: who was sent away lately without ever having been asked for again.
#pragma once

#include "store/key.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace tollgate::cache {

// About as many as there are items, ten bytes each; older ones are forgotten, and some early. One thread at a time.
class Ghosts {
public:
    // How many items the store has at the moment: so many are remembered. Where that has changed much, all are
    // forgotten, since moving them would take its time. Throws nothing: without memory there are none.
    void fit(std::size_t items) noexcept;
    void add(const Key& key) noexcept;
    // Whether it was one; it is none any more.
    bool take(const Key& key) noexcept;

    std::size_t bytes() const noexcept { return lines_ * sizeof(Line); }

private:
    struct Ghost {
        std::uint32_t bits, when;  // of `now_`; 0: nobody
    };
    struct Line {
        std::array<Ghost, 8> ghosts;
    };
    Line& line_of(const Key& key) noexcept;
    bool recent(const Ghost& ghost) const noexcept { return ghost.when != 0 && now_ - ghost.when < window_; }

    struct Free {
        void operator()(Line* lines) const noexcept;
    };
    std::unique_ptr<Line[], Free> table_;
    std::size_t lines_ = 0;
    std::uint32_t window_ = 0, now_ = 0;
};

}  // namespace tollgate::cache
