// plugins/cache/store/labels.cpp - rings of equal labels, chains of different ones, and splitting a bucket.
#include "store/labels.h"

#include <bit>

namespace tollgate::cache {

void Labels::reserve(std::size_t labels) {
    nodes_.reserve(labels);
    while (buckets_.size() < count_ + labels) split();
}

void Labels::add(Number slot, std::span<const std::uint32_t> hashes) noexcept {
    for (const std::uint32_t hash : hashes) {
        const Number number = nodes_.take();
        Node& node = nodes_[number];
        node.hash = hash;
        node.slot = slot;
        node.sibling = slots_[slot].labels;
        slots_[slot].labels = number;
        link(number);
        ++count_;
    }
}

void Labels::remove(Number slot) noexcept {
    for (Number number = slots_[slot].labels; number != none;) {
        const Number sibling = nodes_[number].sibling;
        unlink(number);
        nodes_[number] = {};
        nodes_.give_back(number);
        --count_;
        number = sibling;
    }
    slots_[slot].labels = none;
}

// The buckets below the last power of two have been split as far as there are buckets above it.
Number& Labels::bucket_of(std::uint32_t hash) noexcept {
    const std::size_t all = std::bit_ceil(buckets_.size());
    const std::size_t bucket = hash & (all - 1);
    return buckets_[bucket < buckets_.size() ? bucket : bucket - all / 2];
}

Number Labels::first(std::uint32_t hash) noexcept {
    if (buckets_.empty()) return none;
    for (Number number = bucket_of(hash); number != none; number = nodes_[number].chain)
        if (nodes_[number].hash == hash) return number;
    return none;
}

void Labels::split() {
    buckets_.push_back(none);
    const std::size_t added = buckets_.size() - 1;
    if (added == 0) return;
    Number* from = &buckets_[added - std::bit_floor(added)];
    while (*from != none) {
        Number& chain = nodes_[*from].chain;
        if (&bucket_of(nodes_[*from].hash) != &buckets_[added]) {
            from = &chain;
            continue;
        }
        const Number moved = *from;
        *from = chain;
        chain = buckets_[added];
        buckets_[added] = moved;
    }
}

void Labels::link(Number number) noexcept {
    Node& node = nodes_[number];
    const Number leader = first(node.hash);
    if (leader == none) {
        Number& bucket = bucket_of(node.hash);
        node.chain = bucket;
        node.next = node.before = number;
        bucket = number;
        return;
    }
    node.next = leader;
    node.before = nodes_[leader].before;
    nodes_[node.before].next = number;
    nodes_[leader].before = number;
}

void Labels::unlink(Number number) noexcept {
    Node& node = nodes_[number];
    nodes_[node.before].next = node.next;
    nodes_[node.next].before = node.before;
    if (node.chain == follower) return;
    Number* at = &bucket_of(node.hash);
    while (*at != number) at = &nodes_[*at].chain;
    *at = node.chain;
    if (node.next == number) return;
    nodes_[node.next].chain = node.chain;
    *at = node.next;
}

}  // namespace tollgate::cache
