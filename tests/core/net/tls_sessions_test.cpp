// tests/core/net/tls_sessions_test.cpp - sessions: the newest of each server, and not more than so many.
#include "net/tls_sessions.h"

#include <boost/test/unit_test.hpp>

#include <openssl/ssl.h>

using namespace tollgate::net;

namespace {

// One that could be resumed.
SslSessionPointer session() {
    SslSessionPointer made{SSL_SESSION_new()};
    const unsigned char id[] = "1";
    BOOST_REQUIRE(SSL_SESSION_set1_id(made.get(), id, 1) == 1);
    return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(net_tls_sessions)

BOOST_AUTO_TEST_CASE(newest_of_a_server_is_given_as_often_as_asked_for) {
    TlsSessions sessions;
    BOOST_TEST(!sessions.of("a"));
    sessions.keep("a", session());
    SslSessionPointer newest = session();
    const auto* const address = newest.get();
    sessions.keep("a", std::move(newest));
    BOOST_TEST(sessions.of("a").get() == address);
    BOOST_TEST(sessions.of("a").get() == address);
    BOOST_TEST(!sessions.of("b"));
    sessions.forget("a");
    BOOST_TEST(!sessions.of("a"));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_resumed_is_not_given) {
    TlsSessions sessions;
    sessions.keep("a", SslSessionPointer{SSL_SESSION_new()});
    BOOST_TEST(!sessions.of("a"));
}

BOOST_AUTO_TEST_CASE(beyond_the_most_the_oldest_goes) {
    TlsSessions sessions;
    sessions.keep("first", session());
    for (std::size_t i = 1; i < TlsSessions::most; ++i) sessions.keep(std::to_string(i), session());
    BOOST_TEST(bool(sessions.of("first")));
    sessions.keep("one more", session());
    BOOST_TEST(!sessions.of("first"));
    BOOST_TEST(bool(sessions.of("one more")));
    BOOST_TEST(bool(sessions.of("1")));
}

BOOST_AUTO_TEST_SUITE_END()
