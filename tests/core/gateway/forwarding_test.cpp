// tests/core/gateway/forwarding_test.cpp - what proxies say of clients, and whom to believe.
#include "gateway/forwarding.h"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

using namespace tollgate;

namespace {

http::Client client(const std::string& address) {
    return {address, address == "unix:" ? std::nullopt : net::Ip::parse(address), address == "unix:"};
}
std::vector<net::Range> ranges(std::initializer_list<const char*> texts) {
    std::vector<net::Range> all;
    for (const char* text : texts) {
        std::string problem;
        all.push_back(*net::Range::parse(text, problem));
    }
    return all;
}
std::string address(const std::string& from, const Headers& headers, const std::vector<net::Range>& trusted) {
    return client_address(client(from), headers, trusted);
}
std::string all(const Headers& headers, std::string_view name) {
    std::string text;
    for (const auto& line : headers)
        if (line.name == name) text.append(line.value).append(";");
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gateway_forwarding)

BOOST_AUTO_TEST_CASE(untrusted_client_is_who_connects) {
    const Headers headers{{"X-Forwarded-For", "1.2.3.4"}};
    BOOST_TEST(address("192.0.2.7", headers, {}) == "192.0.2.7");
    BOOST_TEST(address("192.0.2.7", headers, ranges({"10.0.0.0/8"})) == "192.0.2.7");
}

BOOST_AUTO_TEST_CASE(last_address_that_no_trusted_proxy_has_is_the_clients) {
    const auto trusted = ranges({"10.0.0.0/8", "2001:db8::/32"});
    BOOST_TEST(address("10.0.0.1", {{"X-Forwarded-For", "6.6.6.6, 1.2.3.4, 10.1.1.1"}}, trusted) == "1.2.3.4");
    BOOST_TEST(address("10.0.0.1", {{"X-Forwarded-For", "6.6.6.6, 1.2.3.4"}, {"x-forwarded-for", "10.1.1.1"}}, trusted) == "1.2.3.4");
    BOOST_TEST(address("2001:db8::1", {{"X-Forwarded-For", "[2001:db9::5]:443"}}, trusted) == "2001:db9::5");
    BOOST_TEST(address("10.0.0.1", {{"X-Forwarded-For", "1.2.3.4:5678"}}, trusted) == "1.2.3.4");
    BOOST_TEST(address("10.0.0.1", {{"X-Forwarded-For", "10.2.2.2, 10.1.1.1"}}, trusted) == "10.2.2.2");  // all trusted
    BOOST_TEST(address("10.0.0.1", {}, trusted) == "10.0.0.1");
}

BOOST_AUTO_TEST_CASE(what_is_no_address_ends_the_chain) {
    const auto trusted = ranges({"10.0.0.0/8"});
    for (const char* text : {"1.2.3.4, unknown, 10.1.1.1", "1.2.3.4, <script>, 10.1.1.1", "1.2.3.4, [::1, 10.1.1.1", "1.2.3.4, [], 10.1.1.1"})
        BOOST_TEST(address("10.0.0.1", {{"X-Forwarded-For", text}}, trusted) == "10.1.1.1", text);
    BOOST_TEST(address("10.0.0.1", {{"X-Forwarded-For", ""}}, trusted) == "10.0.0.1");
    BOOST_TEST(address("10.0.0.1", {{"X-Forwarded-For", ", ,"}}, trusted) == "10.0.0.1");
}

BOOST_AUTO_TEST_CASE(client_of_unknown_address_is_no_unix_client) {
    const Headers headers{{"X-Forwarded-For", "1.2.3.4"}};
    BOOST_TEST(client_address({"fe80::1", std::nullopt}, headers, ranges({"unix:"})) == "fe80::1");
}

BOOST_AUTO_TEST_CASE(no_spelling_of_where_from_passes_unless_trusted) {
    for (const bool trusted : {false, true}) {
        Request request{"GET", "/"};
        for (const char* name : {"X-Forwarded-Port", "x_forwarded_for", "X_Forwarded-Prefix", "X-Real-IP", "X_REAL_IP",
                                 "Tollgate-Mirror", "tollgate_mirror"})
            request.headers().add(name, "6.6.6.6");
        request.headers().add("X-Forward", "kept");
        prepare_request(request, client("10.0.0.1"), "id", trusted ? ranges({"10.0.0.0/8"}) : ranges({}));
        BOOST_TEST(request.headers().has("X-Forwarded-Port") == trusted);
        BOOST_TEST(request.headers().has("x_forwarded_for") == trusted);
        BOOST_TEST(request.headers().has("X_Forwarded-Prefix") == trusted);
        BOOST_TEST(request.headers().has("X-Real-IP") == trusted);
        BOOST_TEST(request.headers().has("X_REAL_IP") == trusted);
        BOOST_TEST(request.headers().has("Tollgate-Mirror") == trusted);
        BOOST_TEST(request.headers().has("tollgate_mirror") == trusted);
        BOOST_TEST(request.headers().get("X-Forward") == "kept");
        BOOST_TEST(request.headers().get("X-Forwarded-For") == "10.0.0.1");
    }
}

BOOST_AUTO_TEST_CASE(unix_clients_are_trusted_by_name) {
    const Headers headers{{"X-Forwarded-For", "1.2.3.4"}};
    BOOST_TEST(address("unix:", headers, ranges({"unix:"})) == "1.2.3.4");
    BOOST_TEST(address("unix:", headers, ranges({"0.0.0.0/0"})) == "unix:");
}

BOOST_AUTO_TEST_CASE(proxy_that_does_not_say_whose_connection_it_is_vouches_for_nobody) {
    const auto trusted = ranges({"10.0.0.0/8"});
    auto proxy = client("10.0.0.1");
    proxy.unnamed = true;
    BOOST_TEST(client_address(proxy, {{"X-Forwarded-For", "1.2.3.4"}}, trusted) == "10.0.0.1");
    Request request{"GET", "/"};
    request.headers() = {{"X-Forwarded-For", "1.2.3.4"}, {"X-Forwarded-Proto", "https"}, {"X-Real-IP", "1.2.3.4"},
                         {"Forwarded", "for=1.2.3.4"}, {"Tollgate-Mirror", "1"}};
    prepare_request(request, proxy, "id", trusted);
    BOOST_TEST(all(request.headers(), "X-Forwarded-For") == "10.0.0.1;");
    BOOST_TEST(all(request.headers(), "X-Forwarded-Proto") == "http;");
    for (const char* name : {"X-Real-IP", "Forwarded", "Tollgate-Mirror"}) BOOST_TEST(!request.headers().has(name), name);
}

BOOST_AUTO_TEST_CASE(sensible_id_is_kept_and_any_other_replaced) {
    BOOST_TEST(request_id({{"X-Request-Id", "abc-123_./:+=@"}}) == "abc-123_./:+=@");
    BOOST_TEST(request_id({{"X-Request-Id", std::string(128, 'x')}}) == std::string(128, 'x'));
    std::set<std::string> made;
    for (const auto& bad : {std::string(129, 'x'), std::string{}, std::string{"a b"}, std::string{"a\"b"}, std::string{"\xff"}})
        made.insert(request_id({{"X-Request-Id", bad}}));
    BOOST_TEST(made.size() == 5u);
    for (const auto& id : made) {
        BOOST_TEST(id.size() == 36u);
        BOOST_TEST(id[14] == '4');
        BOOST_TEST(std::string_view{"89ab"}.find(id[19]) != std::string_view::npos);
    }
}

BOOST_AUTO_TEST_CASE(what_an_untrusted_client_says_of_itself_is_replaced) {
    Request request{"GET", "/"};
    request.headers() = {{"Host", "Shop.example:8080"},      {"X-Forwarded-For", "1.1.1.1"}, {"X-Forwarded-Proto", "https"},
                         {"X-Forwarded-Host", "evil"},       {"Forwarded", "for=1.1.1.1"},   {"X-Request-Id", "theirs"},
                         {"Connection", "x-request-id, X-Forwarded-For, X-Hop"}, {"X-Hop", "1"}, {"Via", "1.0 fred"},
                         {"Expect", "100-continue"},         {"TE", "trailers"},             {"X-Kept", "1"}};
    prepare_request(request, client("192.0.2.7"), "id-1", ranges({"10.0.0.0/8"}));
    const Headers& headers = request.headers();
    BOOST_TEST(all(headers, "X-Forwarded-For") == "192.0.2.7;");
    BOOST_TEST(all(headers, "X-Forwarded-Proto") == "http;");
    BOOST_TEST(all(headers, "X-Forwarded-Host") == "Shop.example:8080;");
    BOOST_TEST(all(headers, "X-Request-Id") == "id-1;");
    BOOST_TEST(all(headers, "Via") == "1.0 fred, 1.1 tollgate;");
    BOOST_TEST(all(headers, "X-Kept") == "1;");
    for (const char* name : {"Forwarded", "Connection", "X-Hop", "Expect", "TE"}) BOOST_TEST(!headers.has(name), name);
}

BOOST_AUTO_TEST_CASE(what_a_trusted_proxy_says_is_kept_and_added_to) {
    Request request{"GET", "/"};
    request.headers() = {{"Host", "internal"},          {"X-Forwarded-For", "1.1.1.1"}, {"X-Forwarded-For", "2.2.2.2"},
                         {"X-Forwarded-Proto", "https"}, {"X-Forwarded-Host", "shop"},   {"Forwarded", "for=1.1.1.1"}};
    prepare_request(request, client("10.0.0.1"), "id", ranges({"10.0.0.0/8"}));
    const Headers& headers = request.headers();
    BOOST_TEST(all(headers, "X-Forwarded-For") == "1.1.1.1, 2.2.2.2, 10.0.0.1;");
    BOOST_TEST(all(headers, "X-Forwarded-Proto") == "https;");
    BOOST_TEST(all(headers, "X-Forwarded-Host") == "shop;");
    BOOST_TEST(all(headers, "Forwarded") == "for=1.1.1.1;");
}

BOOST_AUTO_TEST_SUITE_END()
