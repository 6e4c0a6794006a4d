// tests/plugins/cache/query_test.cpp - which parameters tell one answer from another.
#include "query.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::cache;
using Order = Query::Order;

namespace {

std::string counted(const Query& query, std::string_view text) {
    std::string result;
    query.append(result, text);
    return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_query)

BOOST_AUTO_TEST_CASE(all_of_it_counts_as_it_is_written) {
    BOOST_TEST(counted({}, "b=1&&a=%41") == "?b=1&&a=%41");
    BOOST_TEST(counted({}, "") == "");
}

BOOST_AUTO_TEST_CASE(order_may_not_count) {
    const Query sorted{Order::sorted, {}, {}};
    BOOST_TEST(counted(sorted, "b=2&a=1") == counted(sorted, "a=1&b=2"));
    BOOST_TEST(counted(sorted, "a=2&a=1") == "?a=2&a=1");
    BOOST_TEST(counted(sorted, "a=2&a=1") != counted(sorted, "a=1&a=2"));
}

BOOST_AUTO_TEST_CASE(nothing_of_it_may_count) { BOOST_TEST(counted({Order::ignored, {}, {}}, "a=1") == ""); }

BOOST_AUTO_TEST_CASE(chosen_parameters_count) {
    const Query chosen{Order::exact, {"size", "page"}, {}};
    BOOST_TEST(counted(chosen, "x=1&size=2&page=3&pagex=4") == "?page=3&size=2");
    BOOST_TEST(counted(chosen, "x=1") == "");
    BOOST_TEST(counted(chosen, "page") == "?page");
}

BOOST_AUTO_TEST_CASE(or_all_but_some) {
    const Query without{Order::exact, {}, {"utm_*", "gclid"}};
    BOOST_TEST(counted(without, "b=1&utm_source=x&a=2&gclid=3&utm=4") == "?b=1&a=2&utm=4");
    BOOST_TEST(counted(without, "utm_source=x") == "");
}

BOOST_AUTO_TEST_SUITE_END()
