// core/support/random.h - random numbers for ids and draws, each thread its own: nothing is shared, nobody waits.
#pragma once

#include <cstdint>
#include <string>

namespace tollgate {

// 64 random bits. Unique, not secret.
std::uint64_t random_word();

// "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed" (RFC 9562, version 4).
std::string new_uuid();

// Evenly from 0 to below 1.
inline double random_point() { return double(random_word() >> 11) * 0x1p-53; }

}  // namespace tollgate
