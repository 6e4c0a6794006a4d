// plugins/logging/row_ids.cpp - what is the same for all requests of a loop is written once.
#include "row_ids.h"

#include <algorithm>
#include <cstring>
#include <random>

namespace tollgate::logging {

namespace {

void put_hex(char* out, std::uint64_t value, int digits) noexcept {
    for (int i = digits - 1; i >= 0; --i, value >>= 4) out[i] = "0123456789abcdef"[value & 15];
}

}  // namespace

RowIds::RowIds(std::size_t lanes)
    : own_{std::min<std::size_t>(lanes, 4095)}, lanes_{std::make_unique<Lane[]>(own_ + 1)} {
    std::random_device random;
    const std::uint64_t high = std::uint64_t{random()} << 32 | random(), low = random();
    for (std::size_t lane = 0; lane <= own_; ++lane) {
        char* const text = lanes_[lane].text.data();
        std::memcpy(text, "00000000-0000-8000-8000-000000000000", length);
        put_hex(text, high >> 32, 8);
        put_hex(text + 9, high >> 16 & 0xffff, 4);
        put_hex(text + 15, lane, 3);
        put_hex(text + 19, 8 | (low >> 12 & 3), 1);
        put_hex(text + 20, low & 0xfff, 3);
    }
}

void RowIds::next(std::size_t lane, Text& text) noexcept {
    Lane& own = lanes_[std::min(lane, own_)];
    std::uint64_t number = 0;
    // One thread's, but for the last: no locked instruction where it is not needed.
    if (lane < own_)
        own.sequence.store(number = own.sequence.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    else
        number = own.sequence.fetch_add(1, std::memory_order_relaxed) + 1;
    text = own.text;
    put_hex(text.data() + 24, number, 12);
}

}  // namespace tollgate::logging
