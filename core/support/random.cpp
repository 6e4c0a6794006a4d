// core/support/random.cpp - a counter per thread, started by the kernel and mixed by splitmix64 (Steele and others 2014).
#include "support/random.h"

#include "support/hash.h"
#include "support/hexadecimal.h"

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

std::string new_uuid() {
    const std::uint64_t high = (random_word() & ~0xf000ull) | 0x4000ull,
                        low = (random_word() & ~(3ull << 62)) | (2ull << 62);
    std::string text(36, '-');
    char* to = put_hexadecimal(text.data(), high >> 32, 4) + 1;
    to = put_hexadecimal(to, high >> 16, 2) + 1;
    to = put_hexadecimal(to, high, 2) + 1;
    to = put_hexadecimal(to, low >> 48, 2) + 1;
    put_hexadecimal(to, low, 6);
    return text;
}

}  // namespace tollgate
