// core/support/random.cpp - a counter per thread, started by the kernel and mixed by splitmix64 (Steele and others 2014).
#include "support/random.h"

#include "support/hash.h"

#include <sys/random.h>

#include <random>

namespace tollgate {

std::uint64_t random_word() {
    thread_local std::uint64_t counter = [] {
        std::uint64_t seed = 0;
        if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
            seed = std::uint64_t{std::random_device{}()} << 32 | std::random_device{}();
        return seed;
    }();
    return mix(counter += 0x9e3779b97f4a7c15);
}

}  // namespace tollgate
