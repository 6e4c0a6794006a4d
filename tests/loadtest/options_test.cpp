// tests/loadtest/options_test.cpp - what URLs mean, which are refused, and what targets are called.
#include "loadtest/options.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::loadtest;

namespace {

std::string problem_of(std::string_view url) {
    try {
        parse_url(url);
    } catch (const UsageError& error) {
        return error.what();
    }
    BOOST_FAIL("was taken: " << url);
    return "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(loadtest_options)

BOOST_AUTO_TEST_CASE(a_url_says_where_to_connect_and_what_to_ask_for) {
    struct Row {
        std::string_view text;
        bool secure;
        std::string_view host;
        int port;
        std::string_view authority, path;
    };
    const Row rows[] = {
        {"http://127.0.0.1:8080/orders?page=2", false, "127.0.0.1", 8080, "127.0.0.1:8080", "/orders?page=2"},
        {"http://api.example", false, "api.example", 80, "api.example", "/"},
        {"https://API.example/", true, "api.example", 443, "api.example", "/"},
        {"HTTPS://api.example:8443", true, "api.example", 8443, "api.example:8443", "/"},
        {"https://api.example:80/", true, "api.example", 80, "api.example:80", "/"},
        {"http://api.example:80/", false, "api.example", 80, "api.example", "/"},
        {"http://[::1]:8080/", false, "::1", 8080, "[::1]:8080", "/"},
        {"http://[::1]", false, "::1", 80, "[::1]", "/"},
        {"localhost:8080/x", false, "localhost", 8080, "localhost:8080", "/x"},
        {"[::1]:8080/x", false, "::1", 8080, "[::1]:8080", "/x"},
        {"api.example", false, "api.example", 80, "api.example", "/"},
        {"api.example?to=http://x/", false, "api.example", 80, "api.example", "/?to=http://x/"},
        {"http://a_b.example./p%20q", false, "a_b.example.", 80, "a_b.example.", "/p%20q"},
    };
    for (const Row& row : rows) {
        const Url url = parse_url(row.text);
        BOOST_TEST(url.secure == row.secure, row.text);
        BOOST_TEST(url.host == row.host);
        BOOST_TEST(url.port == row.port);
        BOOST_TEST(url.authority == row.authority);
        BOOST_TEST(url.path == row.path);
    }
}

BOOST_AUTO_TEST_CASE(urls_that_cannot_be_asked_are_refused) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"", R"(expected http://HOST[:PORT]/PATH, got "")"},
        {"ftp://x/", R"(expected http:// or https://, got "ftp://x/")"},
        {"://x/", R"(expected http:// or https://, got "://x/")"},
        {"http:///x", R"(expected a host, got "http:///x")"},
        {"http://", R"(expected a host, got "http://")"},
        {"/orders", R"(expected a host, got "/orders")"},
        {"http://:8080/", R"(expected a host, got "http://:8080/")"},
        {"http://x:0/", R"(expected a port of 1 to 65535, got "http://x:0/")"},
        {"http://x:65536/", R"(expected a port of 1 to 65535, got "http://x:65536/")"},
        {"http://x:/", R"(expected a port of 1 to 65535, got "http://x:/")"},
        {"http://x:80a/", R"(expected a port of 1 to 65535, got "http://x:80a/")"},
        {"http://x:-1/", R"(expected a port of 1 to 65535, got "http://x:-1/")"},
        {"http://::1/", R"(expected a host, got "http://::1/")"},
        {"http://-/", R"(expected a host name, an IPv4 address or an IPv6 address in [], got "http://-/")"},
        {"http://.x/", R"(expected a host name, an IPv4 address or an IPv6 address in [], got "http://.x/")"},
        {"http://[::1", R"(expected "]" after the address, got "http://[::1")"},
        {"http://[::1]8080/", R"(expected a port of 1 to 65535, got "http://[::1]8080/")"},
        {"http://[127.0.0.1]/", R"(expected an IPv6 address in [], got "http://[127.0.0.1]/")"},
        {"http://[nonsense]/", R"(expected an IPv6 address in [], got "http://[nonsense]/")"},
        {"http://127.1/", R"(expected an IPv4 address of four numbers, got "http://127.1/")"},
        {"http://256.0.0.1/", R"(expected an IPv4 address of four numbers, got "http://256.0.0.1/")"},
        {"http://a..b/", R"(expected a host name, an IPv4 address or an IPv6 address in [], got "http://a..b/")"},
        {"http://a%41/", R"(expected a host name, an IPv4 address or an IPv6 address in [], got "http://a%41/")"},
        {"http://x/a#b", R"(expected no fragment (#...), which is never sent, got "http://x/a#b")"},
    };
    for (const auto& [url, problem] : rows) BOOST_TEST(problem_of(url) == "URL: " + std::string{problem});
}

BOOST_AUTO_TEST_CASE(urls_cannot_smuggle_lines_or_blanks) {
    using namespace std::string_view_literals;
    for (const std::string_view url : {"http://x/a b"sv, "http://x/a\r\nX: y"sv, "http://x/\0"sv, "http://x/\x7f"sv,
                                       "http://x/\u00e4"sv, "http://x\\@y/"sv, "http://\tx/"sv})
        BOOST_TEST(problem_of(url).starts_with("URL: expected no blanks, control or non-ASCII letters"));
    BOOST_TEST(problem_of("http://x/" + std::string(70'000, 'a')).starts_with("URL: expected at most 64 KiB"));
    BOOST_TEST(problem_of("http://" + std::string(300, 'a'))
                   .starts_with("URL: expected a host of at most 253 letters"));
}

BOOST_AUTO_TEST_CASE(mistakes_in_urls_do_not_tell_secrets) {
    BOOST_TEST(problem_of("http://user:s3cret@x/") ==
               "URL: expected no user and password in it; say -H 'Authorization: Basic ...'");
    BOOST_TEST(problem_of("http://x:y/?token=s3cret").find("s3cret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(targets_are_called_by_method_and_url_without_secrets) {
    Target target;
    target.method = "POST";
    target.url = parse_url("https://[::1]:8443/a?b=1&api_key=s3cret");
    BOOST_TEST(target.name() == "POST https://[::1]:8443/a?b=1&api_key=...");
}

BOOST_AUTO_TEST_SUITE_END()
