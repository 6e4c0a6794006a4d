// core/routing/tree.cpp - sets of methods, and how patterns grow into a tree.
#include "routing/tree.h"

#include <algorithm>

namespace tollgate::routing {

namespace {

constexpr std::uint16_t get_bit = 1, head_bit = 2, unknown_bit = 1 << 15;

std::uint16_t bit_of(std::string_view method) {
    for (std::size_t i = 0; i < known_methods.size(); ++i)
        if (known_methods[i] == method) return static_cast<std::uint16_t>(1 << i);
    return unknown_bit;
}

}  // namespace

Method::Method(std::string_view method) : bit{bit_of(method)}, name{method} {}

Methods::Methods(const Pattern& pattern) : any{pattern.methods.empty()} {
    for (const auto& method : pattern.methods) {
        const auto bit = bit_of(method);
        if (bit == unknown_bit)
            others.push_back(method);
        else
            bits |= bit;
        if (bit == get_bit) bits |= head_bit;
    }
}

bool Methods::take(const Method& method) const {
    if (any || (bits & method.bit)) return true;
    return method.bit == unknown_bit && std::find(others.begin(), others.end(), method.name) != others.end();
}

bool Methods::include(const Methods& smaller) const {
    if (any) return true;
    if (smaller.any || (smaller.bits & ~bits)) return false;
    return std::all_of(smaller.others.begin(), smaller.others.end(), [this](const auto& method) {
        return std::find(others.begin(), others.end(), method) != others.end();
    });
}

void Methods::add(const Methods& more) {
    any = any || more.any;
    bits |= more.bits;
    others.insert(others.end(), more.others.begin(), more.others.end());
}

void Node::add(const Pattern& pattern, const Leaf& leaf) {
    Node* node = this;
    const auto pass = [&leaf](Node& n) {
        n.smallest = std::min(n.smallest, leaf.route);
        n.largest = leaf.route;
    };
    pass(*node);
    for (const auto& segment : segments_of(pattern)) {
        if (segment.kind == Pattern::Kind::rest) {
            node->rests.push_back(leaf);
            return;
        }
        auto& child = segment.kind == Pattern::Kind::text ? node->texts[segment.text] : node->one;
        if (!child) child = std::make_unique<Node>();
        node = child.get();
        pass(*node);
    }
    node->ends.push_back(leaf);
}

const Node* Node::find(std::string_view text) const {
    if (texts.empty()) return nullptr;
    const auto found = texts.find(text);
    return found == texts.end() ? nullptr : found->second.get();
}

std::vector<Pattern::Segment> segments_of(const Pattern& pattern) {
    auto segments = pattern.segments;
    if (pattern.trailing_slash) segments.push_back({Pattern::Kind::text, {}});
    return segments;
}

}  // namespace tollgate::routing
