// tests/plugins/logging/row_ids_test.cpp - ids that no two requests share.
#include "row_ids.h"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace tollgate::logging;

namespace {

std::string next(RowIds& ids, std::size_t lane) {
    RowIds::Text text;
    ids.next(lane, text);
    return {text.data(), text.size()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(logging_row_ids)

BOOST_AUTO_TEST_CASE(an_id_says_start_loop_and_sequence) {
    RowIds ids{2};
    const std::string first = next(ids, 0), second = next(ids, 0), other = next(ids, 1), shared = next(ids, 2);
    BOOST_TEST(first.size() == 36u);
    BOOST_TEST(first.substr(13, 6) == "-8000-");
    BOOST_TEST((first[19] == '8' || first[19] == '9' || first[19] == 'a' || first[19] == 'b'), first);
    BOOST_TEST(first.substr(23) == "-000000000001");
    BOOST_TEST(second == first.substr(0, 24) + "000000000002");
    BOOST_TEST(other == first.substr(0, 15) + "001" + first.substr(18));
    BOOST_TEST(shared.substr(14, 4) == "8002");
    BOOST_TEST(next(ids, 7) == shared.substr(0, 24) + "000000000002");
}

BOOST_AUTO_TEST_CASE(two_starts_share_none) {
    RowIds one{1}, two{1};
    BOOST_TEST(next(one, 0) != next(two, 0));
}

BOOST_AUTO_TEST_CASE(threads_without_a_lane_share_none) {
    RowIds ids{1};
    std::vector<std::vector<std::string>> made(4);
    {
        std::vector<std::jthread> threads;
        for (auto& mine : made)
            threads.emplace_back([&] {
                for (int i = 0; i < 5000; ++i) mine.push_back(next(ids, 1));
            });
    }
    std::set<std::string> all;
    for (const auto& mine : made) all.insert(mine.begin(), mine.end());
    BOOST_TEST(all.size() == 20'000u);
}

BOOST_AUTO_TEST_SUITE_END()
