// tests/plugins/cache/invalidation_test.cpp - which URLs an unsafe request makes stale.
#include "invalidation.h"
#include "made_lines.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::cache;

namespace {

std::string target(std::string_view location) {
    const auto targets = named_targets(MadeLines{{"Location", location}}, "http", "a.example:8080", "/x/y");
    return targets.empty() ? "none" : targets[0];
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_invalidation)

BOOST_AUTO_TEST_CASE(unknown_methods_are_not_safe) {
    for (const std::string_view method : {"GET", "HEAD", "OPTIONS", "TRACE"}) BOOST_TEST(is_safe(method));
    for (const std::string_view method : {"POST", "PUT", "DELETE", "PATCH", "M-SEARCH", "get"}) BOOST_TEST(!is_safe(method));
}

BOOST_AUTO_TEST_CASE(references_are_resolved) {
    BOOST_TEST(target("http://a.example:8080/z?q=1#f") == "/z?q=1");
    BOOST_TEST(target("HTTP://A.Example:8080") == "/");
    BOOST_TEST(target("//a.example:8080?q") == "/?q");
    BOOST_TEST(target("/z") == "/z");
    BOOST_TEST(target("z") == "/x/z");
    BOOST_TEST(target("z?a=/:b") == "/x/z?a=/:b");
    BOOST_TEST(target("../z/") == "/z/");
    BOOST_TEST(target("./../../..") == "/");
    BOOST_TEST(target("?q=2") == "/x/y?q=2");
    BOOST_TEST(target("") == "/x/y");
}

BOOST_AUTO_TEST_CASE(other_hosts_are_left_alone) {
    for (const std::string_view other : {"http://b.example:8080/z", "https://a.example:8080/z", "//a.example/z", "mailto:x",
                                         "http:z"})
        BOOST_TEST(target(other) == "none", other);
}

BOOST_AUTO_TEST_CASE(content_location_counts_as_well) {
    const auto targets = named_targets(MadeLines{{"Content-Location", "/b"}, {"Location", "/a"}}, "http", "h", "/");
    BOOST_TEST((targets == std::vector<std::string>{"/a", "/b"}));
}

BOOST_AUTO_TEST_SUITE_END()
