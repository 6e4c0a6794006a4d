// plugins/ratelimit/words.h - Words: two machine words that change together, in one instruction.
//
// cmpxchg16b, or the pair instructions of ARM: a counter of windows needs its count, the one before and the window's
// end to be of the same moment, and 64 bits are not enough for them.
#pragma once

#include <cstdint>

namespace tollgate::ratelimit {

__extension__ using Wide = unsigned __int128;

struct alignas(16) Words {
    std::uint64_t first = 0, second = 0;

    bool operator==(const Words&) const noexcept = default;
};
static_assert(sizeof(Words) == sizeof(Wide));

class AtomicWords {
public:
    std::uint64_t first() const noexcept { return __atomic_load_n(&words_.first, __ATOMIC_ACQUIRE); }
    std::uint64_t second() const noexcept { return __atomic_load_n(&words_.second, __ATOMIC_ACQUIRE); }
    // Both, which need not be of the same moment: swap() finds out.
    Words glance() const noexcept { return {first(), second()}; }
    // False, and nothing has changed, where they are not `seen`.
    bool swap(Words seen, Words then) noexcept {
        Wide expected = wide(seen);
        return __atomic_compare_exchange_n(reinterpret_cast<Wide*>(&words_), &expected, wide(then), false,
                                           __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
    }

private:
    static Wide wide(Words words) noexcept { return __builtin_bit_cast(Wide, words); }

    Words words_;
};

}  // namespace tollgate::ratelimit
