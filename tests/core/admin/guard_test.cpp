// tests/core/admin/guard_test.cpp - who is let in by Host and Origin.
#include "admin/guard.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate;

BOOST_AUTO_TEST_SUITE(admin_guard)

BOOST_AUTO_TEST_CASE(this_machine_by_any_of_its_own_names_is_let_in) {
    for (const char* host :
         {"127.0.0.1:9180", "127.0.0.1", "127.8.9.10:1", "localhost", "LocalHost:9999", "[::1]", "[::1]:9180"})
        BOOST_TEST(admin::refusal(host, std::nullopt) == "", host);
}

BOOST_AUTO_TEST_CASE(a_name_that_points_here_is_not_let_in) {
    for (const char* host :
         {"rebind.example", "rebind.example:9180", "localhost.rebind.example", "127.0.0.1.rebind.example", "192.0.2.7",
          "[2001:db8::1]:9180", "0.0.0.0", "", ":9180", "[::1", "[::1]x", "localhost:80x",
          "127.0.0.1:9180, rebind.example", "user@localhost", "localhost:999999"})
        BOOST_TEST(admin::refusal(host, std::nullopt) != "", host);
    BOOST_TEST(admin::refusal(std::nullopt, std::nullopt) == "a Host line is wanted, got none");
}

BOOST_AUTO_TEST_CASE(a_page_of_the_listener_itself_is_let_in) {
    BOOST_TEST(admin::refusal("127.0.0.1:9180", "http://127.0.0.1:9180") == "");
    BOOST_TEST(admin::refusal("localhost:9180", "http://LOCALHOST:9180") == "");
}

BOOST_AUTO_TEST_CASE(a_page_from_anywhere_else_is_not_let_in) {
    for (const char* origin : {"https://evil.example", "null", "", "http://localhost:3000",
                               "http://127.0.0.1:9180.evil.example", "https://127.0.0.1:9180", "http://localhost:9180"})
        BOOST_TEST(admin::refusal("127.0.0.1:9180", origin) != "", origin);
}

BOOST_AUTO_TEST_CASE(what_has_no_origin_line_is_told_by_the_browser) {
    for (const char* site : {"cross-site", "same-site", "", "cross-site, same-origin"}) {
        for (const bool shows : {false, true}) {
            BOOST_TEST(admin::refusal_of_page(site, "no-cors", shows) != "", site);  // an image, a script
            BOOST_TEST(admin::refusal_of_page(site, std::nullopt, shows) != "", site);
        }
        BOOST_TEST(admin::refusal_of_page(site, "navigate", false) != "", site);
        BOOST_TEST(admin::refusal_of_page(site, "navigate", true) == "", site);  // a link to what is only read
    }
    for (const char* site : {"same-origin", "none"})
        BOOST_TEST(admin::refusal_of_page(site, "navigate", false) == "", site);
    BOOST_TEST(admin::refusal_of_page(std::nullopt, std::nullopt, false) == "");
    BOOST_TEST(admin::refusal_of_page("same-site", "cors", true) ==
               "Sec-Fetch-Site: requests of other pages than this listener's own are refused, got \"same-site\"");
}

BOOST_AUTO_TEST_CASE(the_address_it_listens_on_and_declared_names_are_let_in) {
    const std::vector<std::string> hosts{"Ops.example.com", "gate:9180", "2001:db8::7"};
    for (const char* host : {"192.0.2.7", "192.0.2.7:9180", "192.0.2.7:80", "ops.example.com", "OPS.example.com:443",
                             "gate:9180", "[2001:db8::7]:9180"})
        BOOST_TEST(admin::refusal(host, std::nullopt, "192.0.2.7:9180", hosts) == "", host);
    for (const char* host : {"192.0.2.8", "example.com", "x.ops.example.com", "gate", "gate:80", ""})
        BOOST_TEST(admin::refusal(host, std::nullopt, "192.0.2.7:9180", hosts) != "", host);
}

BOOST_AUTO_TEST_CASE(behind_a_proxy_with_tls_a_declared_names_own_page_is_let_in) {
    const std::vector<std::string> hosts{"ops.example.com"};
    BOOST_TEST(admin::refusal("ops.example.com", "https://ops.example.com", {}, hosts) == "");
    BOOST_TEST(admin::refusal("ops.example.com", "http://ops.example.com", {}, hosts) == "");
    BOOST_TEST(admin::refusal("ops.example.com", "https://evil.example", {}, hosts) != "");
}

BOOST_AUTO_TEST_SUITE_END()
