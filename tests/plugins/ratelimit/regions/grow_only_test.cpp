// tests/plugins/ratelimit/regions/grow_only_test.cpp - whatever order, however often, whatever is lost on the way.
#include "regions/grow_only.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <random>
#include <vector>

using tollgate::ratelimit::regions::GrowOnly;

namespace {

// What nodes have said one after another, each its own growing count.
struct Said {
    GrowOnly::Node node;
    std::uint64_t count;
};

std::vector<Said> said_by(std::size_t nodes, std::size_t times, std::mt19937_64& random) {
    std::vector<std::uint64_t> counts(nodes);
    std::vector<Said> said;
    for (std::size_t i = 0; i < times; ++i) {
        const auto node = static_cast<GrowOnly::Node>(random() % nodes);
        said.push_back({node, counts[node] += 1 + random() % 1000});
    }
    return said;
}

GrowOnly random_state(std::mt19937_64& random) {
    GrowOnly state;
    for (const Said& said : said_by(1 + random() % 5, random() % 8, random)) state.merge(said.node, said.count);
    return state;
}

GrowOnly merged(GrowOnly one, const GrowOnly& other) {
    one.merge(other);
    return one;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ratelimit_regions_grow_only)

BOOST_AUTO_TEST_CASE(merging_is_associative_commutative_and_idempotent) {
    std::mt19937_64 random{20261122};
    for (int i = 0; i < 2000; ++i) {
        const GrowOnly a = random_state(random), b = random_state(random), c = random_state(random);
        BOOST_TEST((merged(merged(a, b), c) == merged(a, merged(b, c))));
        BOOST_TEST((merged(a, b) == merged(b, a)));
        BOOST_TEST((merged(a, a) == a));
        BOOST_TEST((merged(merged(a, b), b) == merged(a, b)));
    }
}

BOOST_AUTO_TEST_CASE(in_any_order_with_duplicates_and_losses_the_last_word_of_each_node_is_what_counts) {
    std::mt19937_64 random{7};
    for (int i = 0; i < 500; ++i) {
        const std::vector<Said> said = said_by(4, 40, random);
        std::array<std::uint64_t, 4> last{};
        for (const Said& one : said) last[one.node] = one.count;
        std::vector<Said> heard;
        for (const Said& one : said) {
            const bool is_last = last[one.node] == one.count;
            if (!is_last && random() % 3 == 0) continue;  // lost
            heard.insert(heard.end(), 1 + random() % 3, one);
        }
        std::shuffle(heard.begin(), heard.end(), random);
        GrowOnly state;
        std::uint64_t grown = 0;
        for (const Said& one : heard) grown += state.merge(one.node, one.count);
        BOOST_TEST(state.sum() == last[0] + last[1] + last[2] + last[3]);
        BOOST_TEST(grown == state.sum());
        for (GrowOnly::Node node = 0; node < 4; ++node) BOOST_TEST(state.of(node) == last[node]);
    }
}

BOOST_AUTO_TEST_CASE(what_no_counter_can_hold_is_the_most_that_it_can) {
    GrowOnly state;
    state.merge(0, ~std::uint64_t{0} - 1);
    BOOST_TEST(state.merge(1, 10) == 1U);
    BOOST_TEST(state.sum() == ~std::uint64_t{0});
}

BOOST_AUTO_TEST_SUITE_END()
