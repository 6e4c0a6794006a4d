// plugins/balancer/random.h - random numbers for policies, each thread its own: nothing is shared, nobody waits.
#pragma once

#include "hash.h"

#include <cstdint>
#include <random>

namespace tollgate::balancer {

// 64 random bits; not for secrets.
inline std::uint64_t random_bits() {
    thread_local std::uint64_t state = [] {
        std::random_device device;
        return (std::uint64_t{device()} << 32) | device();
    }();
    return mix(state += 0x9e3779b97f4a7c15);
}

// Evenly one of `count` numbers from 0; of `bits` the upper half is used.
inline std::size_t one_of(std::size_t count, std::uint64_t bits) noexcept {
    return static_cast<std::size_t>(((bits >> 32) * count) >> 32);
}

}  // namespace tollgate::balancer
