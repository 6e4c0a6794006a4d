// tests/core/gateway/concealed_test.cpp - secrets in request targets, however they are written there.
#include "gateway/concealed.h"

#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <string>

using namespace tollgate;

namespace {

std::string hide(std::initializer_list<const char*> secrets, std::string target) {
    Concealed concealed;
    for (const char* secret : secrets) concealed.add(secret);
    concealed.hide_in(target);
    return target;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gateway_concealed)

BOOST_AUTO_TEST_CASE(a_secret_is_hidden_wherever_it_stands) {
    BOOST_TEST(hide({"secret"}, "/a/secret") == "/a/(hidden)");
    BOOST_TEST(hide({"secret"}, "/secret/b/xsecretx?c=secret&d=1") == "/(hidden)/b/x(hidden)x?c=(hidden)&d=1");
    BOOST_TEST(hide({"secret"}, "/secre/Secret") == "/secre/Secret");
    BOOST_TEST(hide({"(hidden)"}, "/(hidden)") == "/(hidden)");
    BOOST_TEST(hide({}, "/a") == "/a");
}

BOOST_AUTO_TEST_CASE(one_that_is_percent_encoded_is_hidden_too) {
    BOOST_TEST(hide({"se/ret+="}, "/a/se%2Fret%2B%3D/b") == "/a/(hidden)/b");
    BOOST_TEST(hide({"secret"}, "/%73ecre%74/%7") == "/(hidden)/%7");
    BOOST_TEST(hide({"100%sure"}, "/100%25sure/100%sure") == "/(hidden)/(hidden)");
    BOOST_TEST(hide({"secret"}, "/secre%7") == "/secre%7");
}

BOOST_AUTO_TEST_CASE(of_one_that_is_part_of_another_nothing_is_left) {
    BOOST_TEST(hide({"secret", "secret-longer"}, "/secret-longer/secret") == "/(hidden)/(hidden)");
    BOOST_TEST(hide({"secret-longer", "secret"}, "/secret-longer/secret") == "/(hidden)/(hidden)");
}

BOOST_AUTO_TEST_CASE(what_is_short_is_no_secret) {
    Concealed concealed;
    concealed.add("");
    concealed.add("12345");
    BOOST_TEST(concealed.empty());
    concealed.add("123456");
    BOOST_TEST(!concealed.empty());
}

BOOST_AUTO_TEST_SUITE_END()
