// plugins/cache/store/purges.h - Purges: what was purged lately, so that nothing older is stored after it.
#pragma once

#include "store/item.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::cache {

// When something was begun: after which purge. 0: before all.
struct Moment {
    std::uint64_t number = 0;
    auto operator<=>(const Moment&) const = default;
};

// In bounded memory: of each label only when one was purged that falls into the same of many cells, and of prefixes the
// last few. Where that is not enough to know, what was begun before counts as purged. Moments grow from call to call.
// Under its owner's lock, but for now().
class Purges {
public:
    Purges();

    Moment now() const noexcept { return {now_.load(std::memory_order_acquire)}; }  // of the last; any thread
    Moment next() const noexcept { return {now().number + 1}; }
    void label(std::uint32_t hash, Moment when) noexcept;
    void prefix(std::string_view beginning, Moment when);
    void all(Moment when) noexcept;

    // Whether what was begun then may have been purged since.
    bool hit(Moment begun, std::string_view url, std::span<const std::uint32_t> labels) const noexcept;

    std::size_t bytes() const noexcept { return cells_.size() * sizeof(Moment); }

private:
    struct Prefix {
        Moment when;
        std::string text;
    };
    std::atomic<std::uint64_t> now_{0};
    std::vector<Moment> cells_;
    std::deque<Prefix> prefixes_;
    Moment everything_{};  // when all were purged last
};

}  // namespace tollgate::cache
