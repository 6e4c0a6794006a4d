// plugins/ratelimit/batch.h - Batch: the claims of one request, without touching the heap.
#pragma once

#include "store.h"

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <type_traits>

namespace tollgate::ratelimit {

class Rule;

class Batch {
public:
    static constexpr std::size_t most = 8;

    Batch() noexcept = default;
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;

    bool empty() const noexcept { return size_ == 0; }
    std::span<Claim> claims() noexcept { return {at(0), size_}; }
    const Rule& rule(std::size_t i) const noexcept { return *rules_[i]; }
    const Rule& rule_of(const Claim& claim) noexcept { return *rules_[static_cast<std::size_t>(&claim - at(0))]; }

    // Where the next claim's key may be composed. For fewer than `most` claims.
    std::string& scratch() noexcept { return scratch_[size_]; }
    Claim& add(const Rule& rule, const Claim& claim) noexcept {
        rules_[size_] = &rule;
        return *std::construct_at(at(size_++), claim);
    }

private:
    static_assert(std::is_trivially_destructible_v<Claim>);
    Claim* at(std::size_t i) noexcept { return reinterpret_cast<Claim*>(memory_) + i; }

    std::size_t size_ = 0;
    std::array<const Rule*, most> rules_;
    alignas(Claim) std::byte memory_[most * sizeof(Claim)];
    std::array<std::string, most> scratch_;
};

}  // namespace tollgate::ratelimit
