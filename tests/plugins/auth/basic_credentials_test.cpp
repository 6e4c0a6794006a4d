// tests/plugins/auth/basic_credentials_test.cpp - names and passwords come out as they went in, or not at all.
#include "basic_credentials.h"

#include <boost/test/unit_test.hpp>

using tollgate::auth::BasicCredentials;
using tollgate::auth::read_basic;

BOOST_AUTO_TEST_SUITE(auth_basic_credentials)

BOOST_AUTO_TEST_CASE(the_example_of_rfc_7617_is_read) {
    for (const char* scheme : {"Basic ", "basic ", "BASIC  "}) {
        const auto read = read_basic(std::string{scheme} + "QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        BOOST_TEST((read.form == BasicCredentials::Form::given));
        BOOST_TEST(read.name == "Aladdin");
        BOOST_TEST(read.password == "open sesame");
    }
    BOOST_TEST(read_basic("Basic dGVzdDoxMjPCow==").password == "123\xc2\xa3");
    BOOST_TEST(read_basic("Basic YTpiOmM=").password == "b:c");
    BOOST_TEST(read_basic("Basic YTo=").password == "");
    BOOST_TEST(read_basic("Basic YTo+Pz8=").password == ">??");
}

BOOST_AUTO_TEST_CASE(another_scheme_is_absent) {
    for (const char* header : {"", "Bearer YTpi", "Basics YTpi", "Bas"})
        BOOST_TEST((read_basic(header).form == BasicCredentials::Form::absent), header);
}

BOOST_AUTO_TEST_CASE(anything_else_is_malformed) {
    // No base64, its padding wrong, base64url, no colon, no name, a line end, a NUL.
    for (const char* header : {"Basic", "Basic ", "Basic x", "Basic YTpi=", "Basic YTo", "Basic YTpi YTpi", "Basic YTo-Pz8=", "Basic YWI=",
                               "Basic OmI=", "Basic YTpiCg==", "Basic YTpiAA==", "Basic ====", "Basic YT==pi"})
        BOOST_TEST((read_basic(header).form == BasicCredentials::Form::malformed), header);
    BOOST_TEST((read_basic("Basic " + std::string(516, 'Y')).form == BasicCredentials::Form::malformed));
}

BOOST_AUTO_TEST_SUITE_END()
