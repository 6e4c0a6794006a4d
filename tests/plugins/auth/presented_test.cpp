// tests/plugins/auth/presented_test.cpp - what counts as a secret, and what remains without it.
#include "presented.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::auth;
using Form = Presented::Form;

namespace {

// "secret", "absent" or "malformed", and the secret.
std::string told(const Presented& presented) {
    if (presented.form == Form::absent) return "absent";
    if (presented.form == Form::malformed) return "malformed";
    return "secret " + std::string{presented.secret};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(auth_presented)

BOOST_AUTO_TEST_CASE(a_plain_text_is_the_secret) {
    BOOST_TEST(told(read_plain("premium_user")) == "secret premium_user");
    BOOST_TEST(told(read_plain("with blanks, too")) == "secret with blanks, too");
}

BOOST_AUTO_TEST_CASE(no_text_is_no_secret) {
    BOOST_TEST(told(read_plain("")) == "absent");
    BOOST_TEST(told(read_bearer("")) == "absent");
}

BOOST_AUTO_TEST_CASE(a_secret_has_at_most_512_bytes) {
    BOOST_TEST(told(read_plain(std::string(512, 'k'))) == "secret " + std::string(512, 'k'));
    BOOST_TEST(told(read_plain(std::string(513, 'k'))) == "malformed");
    BOOST_TEST(told(read_bearer("Bearer " + std::string(513, 'k'))) == "malformed");
}

BOOST_AUTO_TEST_CASE(a_bearers_secret_stands_after_the_scheme) {
    BOOST_TEST(told(read_bearer("Bearer akp_1.abc-_~+/==")) == "secret akp_1.abc-_~+/==");
}

BOOST_AUTO_TEST_CASE(the_bearer_scheme_is_read_without_case) {
    BOOST_TEST(told(read_bearer("bearer k")) == "secret k");
    BOOST_TEST(told(read_bearer("BEARER  k")) == "secret k");
}

BOOST_AUTO_TEST_CASE(another_scheme_is_not_for_us) {
    BOOST_TEST(told(read_bearer("Basic YTpi")) == "absent");
    BOOST_TEST(told(read_bearer("Bearerk")) == "absent");
    BOOST_TEST(told(read_bearer("Bear")) == "absent");
}

BOOST_AUTO_TEST_CASE(a_bearer_without_a_secret_or_with_two_is_malformed) {
    BOOST_TEST(told(read_bearer("Bearer")) == "malformed");
    BOOST_TEST(told(read_bearer("Bearer ")) == "malformed");
    BOOST_TEST(told(read_bearer("Bearer a b")) == "malformed");
    BOOST_TEST(told(read_bearer("Bearer a,b")) == "malformed");
    BOOST_TEST(told(read_bearer("Bearer a\tb")) == "malformed");
}

BOOST_AUTO_TEST_CASE(a_parameter_is_cut_out_wherever_it_stands) {
    BOOST_TEST(without_parameter("/a?key=s", "key") == "/a");
    BOOST_TEST(without_parameter("/a?key=s&b=1", "key") == "/a?b=1");
    BOOST_TEST(without_parameter("/a?b=1&key=s", "key") == "/a?b=1");
    BOOST_TEST(without_parameter("/a?b=1&key=s&c=%20&key=t", "key") == "/a?b=1&c=%20");
    BOOST_TEST(without_parameter("/a?key", "key") == "/a");
}

BOOST_AUTO_TEST_CASE(a_parameters_name_may_be_encoded) {
    BOOST_TEST(without_parameter("/a?%6Bey=s&b=1", "key") == "/a?b=1");
    BOOST_TEST(without_parameter("/a?my+key=s&my%20key=t", "my key") == "/a");
    BOOST_TEST(without_parameter("/a?%6=s&%zz=1", "key") == "/a?%6=s&%zz=1");
}

BOOST_AUTO_TEST_CASE(what_only_resembles_the_parameter_stays) {
    BOOST_TEST(without_parameter("/key=s", "key") == "/key=s");
    BOOST_TEST(without_parameter("/a?monkey=s&keys=1&KEY=2&b=key=3", "key") == "/a?monkey=s&keys=1&KEY=2&b=key=3");
}

BOOST_AUTO_TEST_CASE(a_cookie_is_cut_out_wherever_it_stands) {
    BOOST_TEST(without_cookie("key=s", "key") == "");
    BOOST_TEST(without_cookie("key=s; a=1", "key") == "a=1");
    BOOST_TEST(without_cookie("a=1; key=s; b=2", "key") == "a=1; b=2");
    BOOST_TEST(without_cookie("a=1; key=s", "key") == "a=1");
    BOOST_TEST(without_cookie("a=key; monkey=1", "key") == "a=key; monkey=1");
}

BOOST_AUTO_TEST_SUITE_END()
