// core/support/random.h - random numbers for ids and draws, each thread its own: nothing is shared, nobody waits.
#pragma once

#include <cstdint>

namespace tollgate {

// 64 random bits. Unique, not secret.
std::uint64_t random_word();

// Evenly from 0 to below 1.
inline double random_point() { return double(random_word() >> 11) * 0x1p-53; }

}  // namespace tollgate
