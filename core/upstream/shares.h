// core/upstream/shares.h - Shares: which of several upstreams gets a request, by their weights.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tollgate::upstream {

// A key stays with its choice as well as weights allow (weighted rendezvous hashing): when one's share grows, keys come
// to it and no other changes its place, and in which order they were added makes no difference.
class Shares {
public:
    // `weight` is not negative; one of 0 is never chosen. Of all at least one must be above.
    void add(std::string_view name, double weight);

    std::size_t size() const noexcept { return shares_.size(); }
    double weight(std::size_t index) const noexcept { return shares_[index].weight; }
    double total() const noexcept { return total_; }

    // `point`: from 0 to below 1, evenly.
    std::size_t drawn(double point) const noexcept;
    std::size_t of_key(std::string_view key) const noexcept;

private:
    struct Share {
        std::uint64_t name;  // a hash
        double weight;
    };
    std::vector<Share> shares_;
    double total_ = 0;
};

}  // namespace tollgate::upstream
