// plugins/ratelimit/regions/grow_only.h - GrowOnly: what each of several nodes has counted, merged by the greater.
//
// A state-based grow-only counter (G-counter, Shapiro and others 2011): only a node itself raises its count, so of two
// states the greater is the later one. merge() is associative, commutative and idempotent: states may come in any
// order, several times, late, or not at all where a later one comes, and all who have heard the same know the same.
#pragma once

#include <cstdint>
#include <vector>

namespace tollgate::ratelimit::regions {

class GrowOnly {
public:
    using Node = std::uint32_t;

    // Takes over that a node has counted so much; by how much the sum grew.
    std::uint64_t merge(Node node, std::uint64_t count);
    void merge(const GrowOnly& other);

    std::uint64_t of(Node node) const noexcept;
    std::uint64_t sum() const noexcept;  // at most 2^64 - 1

    bool operator==(const GrowOnly& other) const noexcept;  // the same of every node

private:
    struct Count {
        Node node;
        std::uint64_t count;
    };
    std::vector<Count> counts_;  // few
};

}  // namespace tollgate::ratelimit::regions
