// tests/plugins/balancer/sticky_test.cpp - names of targets that tell nothing, and the line that sets the cookie.
#include "sticky.h"

#include <boost/test/unit_test.hpp>

#include <cctype>
#include <set>

using namespace tollgate::balancer;

namespace {

const std::vector<std::string> addresses{"10.0.0.11:9001", "10.0.0.12:9001", "unix:/run/orders.sock"};
const std::string secret = "correct horse battery staple";

}  // namespace

BOOST_AUTO_TEST_SUITE(balancer_sticky)

BOOST_AUTO_TEST_CASE(a_name_finds_its_target_and_no_other_does) {
    const Sticky sticky{secret, "orders", addresses};
    for (std::size_t target = 0; target < addresses.size(); ++target)
        BOOST_TEST(sticky.find(sticky.name(target)).value() == target);

    for (const std::string name : {"", "0", "10.0.0.11:9001", "AAAAAAAAAAAAAAAA"}) BOOST_TEST(!sticky.find(name));
    BOOST_TEST(!sticky.find(std::string{sticky.name(0)} + "A"));
    BOOST_TEST(!sticky.find(sticky.name(0).substr(1)));
}

BOOST_AUTO_TEST_CASE(names_are_short_and_tell_nothing) {
    const Sticky sticky{secret, "orders", addresses};
    std::set<std::string> names;
    for (std::size_t target = 0; target < addresses.size(); ++target) {
        const std::string name{sticky.name(target)};
        names.insert(name);
        BOOST_TEST(name.size() == 16u);
        for (const char c : name) BOOST_TEST((std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_'));
    }
    BOOST_TEST(names.size() == 3u);
}

BOOST_AUTO_TEST_CASE(the_same_secret_gives_the_same_names_whatever_the_order) {
    const Sticky one{secret, "orders", addresses}, other{secret, "orders", {addresses[2], addresses[0], addresses[1]}};

    BOOST_TEST(other.find(one.name(2)).value() == 0u);
    BOOST_TEST(other.find(one.name(0)).value() == 1u);
    BOOST_TEST(one.name(0) == "0etgVXXDY80IGiKw");  // HMAC-SHA-256 of the upstream, a zero byte and the address
}

BOOST_AUTO_TEST_CASE(another_secret_or_upstream_gives_other_names) {
    const Sticky sticky{secret, "orders", addresses}, keyed{secret + '!', "orders", addresses},
        elsewhere{secret, "invoices", addresses};

    BOOST_TEST(!keyed.find(sticky.name(0)));
    BOOST_TEST(!elsewhere.find(sticky.name(0)));
}

BOOST_AUTO_TEST_CASE(random_secrets_differ) { BOOST_TEST(random_secret() != random_secret()); }

BOOST_AUTO_TEST_CASE(the_line_has_what_was_asked_for) {
    const CookieForm plain{"lb", "/", "", "Lax", 0}, full{"lb", "/app", "example.com", "None", 3600};

    BOOST_TEST(plain.line("abc", false) == "lb=abc; Path=/; HttpOnly; SameSite=Lax");
    BOOST_TEST(full.line("abc", true) ==
               "lb=abc; Path=/app; Domain=example.com; Max-Age=3600; HttpOnly; SameSite=None; Secure");
}

BOOST_AUTO_TEST_CASE(what_would_break_the_line_is_refused) {
    for (const char* good : {"lb", "__Host-lb", "a1_b"}) BOOST_TEST(is_cookie_name(good));
    for (const char* bad : {"", "a b", "a=b", "a;b", "a\r\n", "\xc3\xa4"}) BOOST_TEST(!is_cookie_name(bad));
    for (const char* good : {"/", "/app/v1"}) BOOST_TEST(is_cookie_path(good));
    for (const char* bad : {"", "app", "/a;b", "/a b", "/a\n"}) BOOST_TEST(!is_cookie_path(bad));
    for (const char* good : {"example.com", "a-b.example"}) BOOST_TEST(is_cookie_domain(good));
    for (const char* bad : {"", ".example.com", "a b", "a;b", "https://a"}) BOOST_TEST(!is_cookie_domain(bad));
}

BOOST_AUTO_TEST_SUITE_END()
