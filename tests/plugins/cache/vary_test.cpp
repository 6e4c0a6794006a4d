// tests/plugins/cache/vary_test.cpp - requests that say the same select the same, and no others.
#include "made_lines.h"
#include "vary.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::cache;

namespace {

using Names = std::vector<std::string>;

std::string selected(const MadeLines& request, const Names& names, const Names& codings = {}) {
    return selecting_text(request, names, codings);
}
std::string codings(std::string_view accept, const Names& known) {
    return accepted_codings(MadeLines{{"Accept-Encoding", accept}}, known);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_vary)

BOOST_AUTO_TEST_CASE(names_are_sorted_and_each_there_once) {
    const MadeLines answer{{"Vary", "Foo, bar,"}, {"vary", "FOO"}};
    BOOST_TEST((varying_names(answer) == Names{"bar", "foo"}));
    BOOST_TEST((varying_names(MadeLines{{"Vary", ", *"}}) == Names{"*"}));
    BOOST_TEST(varying_names({}).empty());
}

BOOST_AUTO_TEST_CASE(what_is_written_otherwise_and_says_the_same_is_the_same) {
    const Names foo{"foo"};
    BOOST_TEST(selected({{"Foo", "1, 2"}}, foo) == selected({{"Foo", "1"}, {"foo", "2"}}, foo));
    BOOST_TEST(selected({{"Foo", " 1, 2 "}}, foo) == selected({{"Foo", "1,2"}}, foo));
    BOOST_TEST(selected({{"Foo", "1"}, {"Other", "2"}}, foo) == selected({{"Foo", "1"}}, foo));
}

BOOST_AUTO_TEST_CASE(what_says_something_else_is_not) {
    const Names foo{"foo"}, two{"bar", "foo"};
    BOOST_TEST(selected({{"Foo", "1"}}, foo) != selected({{"Foo", "2"}}, foo));
    BOOST_TEST(selected({{"Foo", "1"}}, foo) != selected({}, foo));
    BOOST_TEST(selected({{"Foo", ""}}, foo) != selected({}, foo));
    BOOST_TEST(selected({{"Foo", "a"}}, foo) != selected({{"Foo", "A"}}, foo));
    BOOST_TEST(selected({{"Foo", "1"}}, two) != selected({{"Bar", "1"}}, two));
    BOOST_TEST(selected({{"Foo", "\"1,2"}}, foo) != selected({{"Foo", "\"1"}, {"Foo", "2"}}, foo));
}

BOOST_AUTO_TEST_CASE(of_codings_only_those_that_answers_came_in_count) {
    const Names known{"gzip"};
    for (const std::string_view accept : {"gzip", "gzip, deflate, br, zstd", "GZIP;q=0.5", "*", "br, *;q=0.1", "x-gzip"})
        BOOST_TEST(codings(accept, known) == "gzip", accept);
    for (const std::string_view accept : {"", "br", "gzip;q=0", "*;q=0, identity", "gzip;q=0.000, *"})
        BOOST_TEST(codings(accept, known) == "", accept);
    BOOST_TEST(accepted_codings({}, known) == "");
    BOOST_TEST(codings("zstd, gzip, br", {"gzip", "br"}) == "br, gzip");
    BOOST_TEST(codings("gzip, identity;q=0", known) == "gzip, identity;q=0");
    BOOST_TEST(codings("*;q=0", known) == "identity;q=0");
}

BOOST_AUTO_TEST_CASE(languages_go_by_weight) {
    BOOST_TEST(preferred_languages("en, de") == preferred_languages(" EN ,  de"));
    BOOST_TEST(preferred_languages("en, de") != preferred_languages("de, en"));
    BOOST_TEST(preferred_languages("fr;q=0.5, en, de;q=0.5, it") == "en,it,fr;q=500,de;q=500");
    BOOST_TEST(preferred_languages("en, de;q=0.9") != preferred_languages("de, en;q=0.9"));
    BOOST_TEST(preferred_languages("de;q=0.5, en;q=0.8, fr") == "fr,en;q=800,de;q=500");
}

BOOST_AUTO_TEST_SUITE_END()
