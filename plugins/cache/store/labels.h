// plugins/cache/store/labels.h - Labels: which items go by a URL or a tag.
#pragma once

#include "store/arena.h"
#include "store/slot.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>

namespace tollgate::cache {

// By 32 bits of a hash of the label: whoever finds a slot asks its item whether it is meant. One thread at a time.
//
// A label's first node stands in a bucket's chain, all its nodes in a ring. The table grows by one bucket at a time
// (linear hashing), so that nothing ever takes long, however many there are and however many have the same label.
class Labels {
public:
    explicit Labels(Slots& slots) noexcept : slots_{slots} {}

    // After this, one add() of so many labels succeeds. Throws std::bad_alloc.
    void reserve(std::size_t labels);
    // No two of them are equal.
    void add(Number slot, std::span<const std::uint32_t> hashes) noexcept;
    void remove(Number slot) noexcept;

    // Calls `visit(slot)` for each with that label, until it returns false. It may remove the slot that it is told.
    template <class Visit>
    void each(std::uint32_t hash, Visit visit) {
        Number node = first(hash);
        if (node == none) return;
        const Number last = nodes_[node].before;
        for (bool more = true; more;) {
            const Number next = nodes_[node].next;
            more = node != last;
            if (!visit(nodes_[node].slot)) return;
            node = next;
        }
    }

    static constexpr std::size_t bytes_of_label = 24 + 6;  // a node, and its part of the table
    std::size_t bytes() const noexcept { return nodes_.bytes() + buckets_.size() * sizeof(Number); }

private:
    struct Node {
        Number next = none, before = none;  // in the ring
        Number chain = follower;            // the next first of a label in the bucket
        Number sibling = none;              // the next of the slot
        Number slot = none;
        std::uint32_t hash = 0;
        bool used() const noexcept { return slot != none; }
    };
    static_assert(sizeof(Node) == 24);
    static constexpr Number follower = none - 1;  // not the first of its label

    Number& bucket_of(std::uint32_t hash) noexcept;
    Number first(std::uint32_t hash) noexcept;
    void split();
    void link(Number node) noexcept;
    void unlink(Number node) noexcept;

    Slots& slots_;
    Arena<Node> nodes_;
    std::deque<Number> buckets_;
    std::size_t count_ = 0;  // of nodes
};

}  // namespace tollgate::cache
