// tests/plugins/cache/targeted_test.cpp - CDN-Cache-Control holds by itself, if it is a dictionary (RFC 9213).
#include "made_lines.h"
#include "targeted.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::cache;

namespace {

const std::vector<std::string> targets{"Tollgate-Cache-Control", "CDN-Cache-Control"};

std::optional<Directives> read(std::string_view value) {
    return parse_targeted(MadeLines{{"CDN-Cache-Control", value}}, "cdn-cache-control");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_targeted)

BOOST_AUTO_TEST_CASE(directives_are_members_of_a_dictionary) {
    const auto d = read("max-age=3600;p=1, stale-if-error=10, foobar, private=?0, must-revalidate, x=(a \"b\");y, z=:YQ==:").value();
    BOOST_TEST(d.max_age.value() == 3600);
    BOOST_TEST(d.stale_if_error.value() == 10);
    BOOST_TEST((d.must_revalidate && !d.is_private && !d.no_store));
    BOOST_TEST(read("max-age=99999999999").value().max_age.value() == Directives::longest);
    BOOST_TEST(read("no-cache=\"a\"").value().no_cache_fields.size() == 1);
    BOOST_TEST(read("max-age=-1").value().max_age.value() == 0);
}

BOOST_AUTO_TEST_CASE(what_is_no_dictionary_is_not_there) {
    for (const std::string_view text :
         {"", " ", "max-age=\"10000\"", "max-age", "max-age=1.5", "max-age=10000, &&&&&", "max-age =100", "max-age= 100",
          "MaX-aGe=3600", "max-age=1,", "no-store=1", "no-store, a=\"b", "a=?2", "a=(b", "a=:b", "a;=1", "max-age=1 b",
          "max-age=1234567890123456"})
        BOOST_TEST(!read(text), text);
}

BOOST_AUTO_TEST_CASE(the_first_field_that_can_be_read_holds_alone) {
    const MadeLines both{{"Cache-Control", "no-store"}, {"CDN-Cache-Control", "max-age=5"}};
    BOOST_TEST(said_by(both, targets).targeted);
    BOOST_TEST(!said_by(both, targets).directives.no_store);
    BOOST_TEST(said_by(both, {}).directives.no_store);
    const MadeLines three{{"CDN-Cache-Control", "max-age=5"}, {"Tollgate-Cache-Control", "max-age=7"}};
    BOOST_TEST(said_by(three, targets).directives.max_age.value() == 7);
    const MadeLines broken{{"Cache-Control", "max-age=9"}, {"CDN-Cache-Control", "max-age=x"}};
    BOOST_TEST(!said_by(broken, targets).targeted);
    BOOST_TEST(said_by(broken, targets).directives.max_age.value() == 9);
}

BOOST_AUTO_TEST_SUITE_END()
