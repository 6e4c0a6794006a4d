// tests/scenarios/cache_test.cpp - what is kept and used again, over real sockets, and what reached the upstream.
#include "cache_origin.h"

#include "support/places.h"
#include "support/temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

using namespace tollgate::test;

namespace {

constexpr std::string_view fresh = "Cache-Control: max-age=3600\r\n";

std::string told(const Message& answer) { return answer.header("X-Cache"); }
// "MISS 1, HIT 1": what clients are told, and which answer of the origin's it was.
std::string gets(RawClient& client, std::string_view path, std::initializer_list<std::string_view> requests) {
    std::string text;
    for (const std::string_view lines : requests) {
        const Message answer = client.get(path, lines);
        text += (text.empty() ? "" : ", ") + told(answer) + ' ' + answer.body;
    }
    return text;
}
Message asked(RawClient& client, std::string_view method, std::string_view path, std::string_view lines = {}) {
    client.send(RawClient::head(method, path, lines));
    return client.answer(method == "HEAD");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_cache)

BOOST_AUTO_TEST_CASE(what_is_fresh_is_sent_for_once) {
    Origin origin{std::string{fresh} + "ETag: \"a\"\r\nX-Any: 1\r\nContent-Type: text/plain\r\n"};
    GatewayProcess gateway{cached(origin.address())};
    auto client = gateway.client();
    const Message first = client.get("/x"), second = client.get("/x");
    BOOST_TEST(told(first) == "MISS");
    BOOST_TEST(told(second) == "HIT");
    BOOST_TEST(first.header("Cache-Status") == "tollgate; fwd=uri-miss; stored");
    BOOST_TEST(second.header("Cache-Status").starts_with("tollgate; hit; ttl=3"));
    BOOST_TEST(second.body == "1");
    for (const std::string_view name : {"ETag", "X-Any", "Content-Type", "Cache-Control", "Date", "Content-Length", "Via"})
        BOOST_TEST(first.header(name) == second.header(name), name);
    BOOST_TEST(!first.has("Age"));
    BOOST_TEST(second.has("Age"));
    BOOST_TEST(first.header("X-Request-Id") != second.header("X-Request-Id"));
    BOOST_TEST(origin.requests() == 1);
}

BOOST_AUTO_TEST_CASE(what_must_not_be_kept_is_not) {
    for (const std::string_view lines : {"Cache-Control: no-store\r\n", "Cache-Control: private, max-age=60\r\n", "",
                                         "Cache-Control: max-age=60\r\nSet-Cookie: a=b\r\n",
                                         "Cache-Control: max-age=60\r\nVary: *\r\n", "Expires: 0\r\n"}) {
        Origin origin{std::string{lines}};
        GatewayProcess gateway{cached(origin.address())};
        auto client = gateway.client();
        BOOST_TEST(gets(client, "/x", {"", "", ""}) == "MISS 1, BYPASS 2, BYPASS 3", lines);
    }
}

BOOST_AUTO_TEST_CASE(a_url_whose_answers_are_kept_after_all_is_sent_for_once_again) {
    Origin origin{[](const Message&, int n) { return message(n == 1 ? "" : fresh, std::to_string(n)); }};
    GatewayProcess gateway{cached(origin.address())};
    auto client = gateway.client();
    BOOST_TEST(gets(client, "/x", {"", "", "", ""}) == "MISS 1, BYPASS 2, MISS 3, HIT 3");
}

BOOST_AUTO_TEST_CASE(queries_tell_answers_apart_as_the_operator_says) {
    Origin origin{std::string{fresh}};
    const auto second = [&](const std::string& settings, std::string_view a, std::string_view b) {
        GatewayProcess gateway{cached(origin.address(), settings)};
        auto client = gateway.client();
        client.get(a);
        return told(client.get(b));
    };
    BOOST_TEST(second("", "/x?a=1", "/x?a=2") == "MISS");
    BOOST_TEST(second("", "/x?a=1&b=2", "/x?b=2&a=1") == "MISS");
    BOOST_TEST(second("query = \"sorted\"", "/x?a=1&b=2", "/x?b=2&a=1") == "HIT");
    BOOST_TEST(second("query = \"ignored\"", "/x?a=1", "/x?b=2") == "HIT");
    BOOST_TEST(second("parameters = { \"a\" }", "/x?a=1&b=2", "/x?b=3&a=1") == "HIT");
    BOOST_TEST(second("parameters = { \"a\" }", "/x?a=1", "/x?a=2") == "MISS");
    BOOST_TEST(second("ignored_parameters = { \"utm_*\" }", "/x?a=1", "/x?utm_id=7&a=1") == "HIT");
    BOOST_TEST(second("key = { path, header \"X-Tenant\" }", "/x?a=1", "/x?a=2") == "HIT");
}

BOOST_AUTO_TEST_CASE(variants_are_kept_apart) {
    Origin origin{std::string{fresh} + "Vary: X-Kind\r\n"};
    GatewayProcess gateway{cached(origin.address())};
    auto client = gateway.client();
    BOOST_TEST(gets(client, "/x", {"X-Kind: a\r\n", "X-Kind: b\r\n", "", "X-Kind: a\r\n", "X-Kind: b\r\n", ""}) ==
               "MISS 1, MISS 2, MISS 3, HIT 1, HIT 2, HIT 3");
}

BOOST_AUTO_TEST_CASE(browsers_that_take_one_coding_share_it_and_who_does_not_gets_it_plain) {
    Origin origin{[](const Message& request, int n) {
        const bool gzip = request.header("Accept-Encoding").find("gzip") != std::string::npos;
        return message(std::string{fresh} + "Vary: Accept-Encoding\r\n" + (gzip ? "Content-Encoding: gzip\r\n" : ""),
                       (gzip ? "packed " : "plain ") + std::to_string(n));
    }};
    GatewayProcess gateway{cached(origin.address())};
    auto client = gateway.client();
    BOOST_TEST(gets(client, "/x", {"Accept-Encoding: gzip, br\r\n", "", "Accept-Encoding: zstd, gzip;q=0.5\r\n",
                                   "Accept-Encoding: gzip;q=0\r\n", "Accept-Encoding: *\r\n"}) ==
               "MISS packed 1, MISS plain 2, HIT packed 1, HIT plain 2, HIT packed 1");
}

BOOST_AUTO_TEST_CASE(what_is_stale_is_asked_about_and_a_304_makes_it_fresh) {
    Origin origin{[](const Message& request, int n) {
        if (request.header("If-None-Match") == "\"a\"")
            return std::string{"HTTP/1.1 304 X\r\nCache-Control: max-age=3600\r\nETag: \"a\"\r\nX-New: 2\r\n\r\n"};
        return message("Cache-Control: max-age=0\r\nETag: \"a\"\r\nX-Old: 1\r\n", std::to_string(n));
    }};
    GatewayProcess gateway{cached(origin.address())};
    auto client = gateway.client();
    BOOST_TEST(told(client.get("/x")) == "MISS");
    const Message validated = client.get("/x");
    BOOST_TEST(told(validated) == "REVALIDATED");
    BOOST_TEST(validated.status() == 200);
    BOOST_TEST(validated.body == "1");
    BOOST_TEST(validated.header("X-New") == "2");
    BOOST_TEST(validated.header("X-Old") == "1");
    BOOST_TEST(told(client.get("/x")) == "HIT");
    BOOST_TEST(origin.requests() == 2);
}

BOOST_AUTO_TEST_CASE(an_answer_that_has_changed_takes_the_place_of_what_was_kept) {
    Origin origin{[](const Message&, int n) {
        return message(n == 1 ? "Cache-Control: max-age=0\r\nETag: \"a\"\r\n" : fresh, std::to_string(n));
    }};
    GatewayProcess gateway{cached(origin.address())};
    auto client = gateway.client();
    BOOST_TEST(gets(client, "/x", {"", "", ""}) == "MISS 1, EXPIRED 2, HIT 2");
}

BOOST_AUTO_TEST_CASE(clients_that_have_it_already_are_told_so) {
    Origin origin{std::string{fresh} + "ETag: \"a\"\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n"};
    GatewayProcess gateway{cached(origin.address())};
    auto client = gateway.client();
    // The first one too, though its condition did not go to the upstream: what is kept is the whole.
    for (int i = 0; i < 2; ++i) {
        const Message answer = client.get("/x", "If-None-Match: \"b\", \"a\"\r\n");
        BOOST_TEST(answer.status() == 304);
        BOOST_TEST(answer.header("ETag") == "\"a\"");
        BOOST_TEST(answer.body == "");
    }
    BOOST_TEST(client.get("/x", "If-None-Match: \"b\"\r\n").body == "1");
    BOOST_TEST(client.get("/x", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n").status() == 304);
    BOOST_TEST(client.get("/x", "If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n").status() == 200);
    BOOST_TEST(origin.requests() == 1);
}

BOOST_AUTO_TEST_CASE(parts_come_from_the_whole) {
    Origin origin{[](const Message&, int) { return message(std::string{fresh} + "ETag: \"a\"\r\n", "0123456789"); }};
    GatewayProcess gateway{cached(origin.address())};
    auto client = gateway.client();
    const auto part = [&](std::string_view lines) {
        const Message answer = client.get("/x", lines);
        return std::to_string(answer.status()) + ' ' + answer.header("Content-Range") + ' ' + answer.body;
    };
    BOOST_TEST(part("Range: bytes=2-4\r\n") == "206 bytes 2-4/10 234");  // missing: the whole is sent for
    BOOST_TEST(part("Range: bytes=-3\r\n") == "206 bytes 7-9/10 789");
    BOOST_TEST(part("Range: bytes=20-\r\n") == "416 bytes */10 ");
    BOOST_TEST(part("Range: bytes=0-1, 3-4\r\n") == "200  0123456789");
    BOOST_TEST(part("Range: bytes=2-4\r\nIf-Range: \"a\"\r\n") == "206 bytes 2-4/10 234");
    BOOST_TEST(part("Range: bytes=2-4\r\nIf-Range: \"b\"\r\n") == "200  0123456789");
    BOOST_TEST(origin.requests() == 1);
}

BOOST_AUTO_TEST_CASE(heads_come_from_what_is_kept_and_bring_nothing) {
    Origin origin{[](const Message& request, int n) {
        if (request.method() == "HEAD") return "HTTP/1.1 200 X\r\n" + std::string{fresh} + "Content-Length: 5\r\n\r\n";
        return message(fresh, std::to_string(n));
    }};
    GatewayProcess gateway{cached(origin.address())};
    auto client = gateway.client();
    BOOST_TEST(told(asked(client, "HEAD", "/x")) == "BYPASS");
    BOOST_TEST(gets(client, "/x", {""}) == "MISS 2");
    const Message head = asked(client, "HEAD", "/x");
    BOOST_TEST(told(head) == "HIT");
    BOOST_TEST(head.header("Content-Length") == "1");
    BOOST_TEST(origin.requests() == 2);
}

BOOST_AUTO_TEST_CASE(a_change_makes_stale_what_is_kept_of_its_url) {
    for (const std::string_view method : {"POST", "PUT", "DELETE", "PATCH", "M-SEARCH"}) {
        Origin origin{std::string{fresh}};
        GatewayProcess gateway{cached(origin.address())};
        auto client = gateway.client();
        BOOST_TEST(gets(client, "/x?a", {"", ""}) == "MISS 1, HIT 1");
        BOOST_TEST(asked(client, method, "/x?a", "Content-Length: 0\r\n").status() == 200);
        BOOST_TEST(gets(client, "/x?a", {"", ""}) == "MISS 3, HIT 3", method);
    }
}

BOOST_AUTO_TEST_CASE(a_change_that_failed_makes_nothing_stale) {
    Origin origin{[](const Message& request, int n) {
        return message(fresh, std::to_string(n), request.method() == "POST" ? 500 : 200);
    }};
    GatewayProcess gateway{cached(origin.address())};
    auto client = gateway.client();
    client.get("/x");
    BOOST_TEST(client.post("/x", "body").status() == 500);
    BOOST_TEST(told(client.get("/x")) == "HIT");
}

BOOST_AUTO_TEST_CASE(a_change_names_what_else_it_changed) {
    Origin origin{[](const Message& request, int n) {
        return message(request.method() == "POST" ? "Location: /made\r\nContent-Location: ../list\r\n" : fresh,
                       std::to_string(n));
    }};
    GatewayProcess gateway{cached(origin.address())};
    auto client = gateway.client();
    for (const std::string_view path : {"/made", "/list", "/other"}) client.get(path);
    client.post("/dir/form", "body");
    BOOST_TEST(told(client.get("/made")) == "MISS");
    BOOST_TEST(told(client.get("/list")) == "MISS");
    BOOST_TEST(told(client.get("/other")) == "HIT");
}

BOOST_AUTO_TEST_CASE(what_answers_credentials_is_shared_only_with_leave) {
    Origin origin{[](const Message& request, int n) {
        return message(request.target() == "/public" ? "Cache-Control: public, max-age=60\r\n" : fresh, std::to_string(n));
    }};
    GatewayProcess gateway{cached(origin.address())};
    auto client = gateway.client();
    BOOST_TEST(gets(client, "/x", {"Authorization: Basic YTpi\r\n", "Authorization: Basic YTpj\r\n", ""}) ==
               "MISS 1, BYPASS 2, MISS 3");
    BOOST_TEST(gets(client, "/public", {"Authorization: Basic YTpi\r\n", "Authorization: Basic YTpj\r\n", ""}) ==
               "MISS 4, HIT 4, HIT 4");
}

BOOST_AUTO_TEST_CASE(requests_with_cookies_share_what_says_that_it_is_fresh) {
    Origin origin{[](const Message& request, int n) {
        return message(request.target() == "/said" ? fresh : "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
                       std::to_string(n));
    }};
    GatewayProcess gateway{cached(origin.address())};
    auto client = gateway.client();
    BOOST_TEST(gets(client, "/said", {"", "Cookie: a=b\r\n"}) == "MISS 1, HIT 1");
    BOOST_TEST(gets(client, "/guessed", {"", "Cookie: a=b\r\n", "", "Cookie: a=b\r\n"}) ==
               "MISS 2, MISS 3, HIT 2, BYPASS 4");
}

BOOST_AUTO_TEST_CASE(the_operator_says_who_shares) {
    Origin origin{std::string{"Cache-Control: public, max-age=60\r\n"}};
    GatewayProcess gateway{cached(origin.address(), "by = header \"X-Tenant\"")};
    auto client = gateway.client();
    BOOST_TEST(gets(client, "/x", {"X-Tenant: a\r\n", "X-Tenant: b\r\n", "X-Tenant: a\r\n", ""}) ==
               "MISS 1, MISS 2, HIT 1, MISS 3");
}

BOOST_AUTO_TEST_CASE(the_operators_times_hold_where_the_answer_does_not_forbid) {
    Origin origin{[](const Message& request, int n) {
        const bool negative = request.target() == "/none";
        return message(request.target() == "/never" ? "Cache-Control: no-store\r\n" : "", std::to_string(n),
                       negative ? 404 : 200);
    }};
    GatewayProcess gateway{cached(origin.address(), "ttl = 1 * hour, negative_ttl = 1 * hour")};
    auto client = gateway.client();
    BOOST_TEST(gets(client, "/x", {"", ""}) == "MISS 1, HIT 1");
    BOOST_TEST(gets(client, "/none", {"", ""}) == "MISS 2, HIT 2");
    BOOST_TEST(gets(client, "/never", {"", ""}) == "MISS 3, BYPASS 4");
}

BOOST_AUTO_TEST_CASE(what_is_to_pass_by_passes_by) {
    Origin origin{std::string{fresh}};
    GatewayProcess gateway{cached(
        origin.address(), "bypass = function(request) return request.headers[\"x-preview\"] == \"1\" end")};
    auto client = gateway.client();
    BOOST_TEST(gets(client, "/x", {"", "X-Preview: 1\r\n", "X-Preview: 0\r\n"}) == "MISS 1, BYPASS 2, HIT 1");
}

BOOST_AUTO_TEST_CASE(clients_may_ask_for_fresher_unless_they_are_not_listened_to) {
    Origin origin{std::string{fresh} + "ETag: \"a\"\r\n"};
    GatewayProcess obeys{cached(origin.address())}, ignores{cached(origin.address(), "client_directives = \"ignore\"")};
    for (const auto& [gateway, expected] : {std::pair{&obeys, "EXPIRED"}, std::pair{&ignores, "HIT"}}) {
        auto client = gateway->client();
        client.get("/x");
        BOOST_TEST(told(client.get("/x", "Cache-Control: no-cache\r\n")) == expected);
        BOOST_TEST(told(client.get("/x", "Pragma: no-cache\r\n")) == expected);
        BOOST_TEST(told(client.get("/x", "Cache-Control: min-fresh=7200\r\n")) == expected);
    }
    auto client = obeys.client();
    const Message none = client.get("/nothing", "Cache-Control: only-if-cached\r\n");
    BOOST_TEST(none.status() == 504);
    BOOST_TEST(none.body.find("not_cached") != std::string::npos);
    BOOST_TEST(client.get("/x", "Cache-Control: only-if-cached\r\n").status() == 200);
}

BOOST_AUTO_TEST_CASE(fields_that_are_not_to_be_kept_reach_the_one_who_asked) {
    Origin origin{std::string{"Cache-Control: max-age=60, no-cache=\"Set-Cookie\", private=\"x-mine\"\r\nSet-Cookie: a=b\r\n"
                              "X-Mine: 1\r\nX-Ours: 2\r\n"}};
    GatewayProcess gateway{cached(origin.address())};
    auto client = gateway.client();
    const Message first = client.get("/x"), second = client.get("/x");
    BOOST_TEST(first.header("Set-Cookie") == "a=b");
    BOOST_TEST(first.header("X-Mine") == "1");
    BOOST_TEST(told(second) == "HIT");
    BOOST_TEST(!second.has("Set-Cookie"));
    BOOST_TEST(!second.has("X-Mine"));
    BOOST_TEST(second.header("X-Ours") == "2");
}

BOOST_AUTO_TEST_CASE(answers_of_two_upstreams_or_routes_are_never_mixed) {
    Origin one{[](const Message&, int) { return message(fresh, "one"); }};
    Origin two{[](const Message&, int) { return message(fresh, "two"); }};
    GatewayProcess gateway{"local kept = cache {}\nroute \"GET /x\" { upstream = upstream \"two\" { targets = \"" + two.address() +
                           "\" }, plugins = kept, headers = { [\"X-Beta\"] = \"1\" } }\nroute \"GET /x\" { upstream = upstream "
                           "\"one\" { targets = \"" + one.address() + "\" }, plugins = kept }\n"};
    auto client = gateway.client();
    BOOST_TEST(gets(client, "/x", {"", "X-Beta: 1\r\n", "", "X-Beta: 1\r\n"}) == "MISS one, MISS two, HIT one, HIT two");
}

BOOST_AUTO_TEST_CASE(clients_are_told_nothing_where_the_operator_says_so) {
    Origin origin{std::string{fresh}};
    GatewayProcess gateway{cached(origin.address(), "headers = false")};
    auto client = gateway.client();
    client.get("/x");
    const Message hit = client.get("/x");
    BOOST_TEST(hit.body == "1");
    BOOST_TEST(hit.has("Age"));
    BOOST_TEST(!hit.has("X-Cache"));
    BOOST_TEST(!hit.has("Cache-Status"));
}

BOOST_AUTO_TEST_CASE(a_coded_answer_is_for_those_who_can_read_it_also_where_it_does_not_say_vary) {
    Origin origin{[](const Message& request, int n) {
        const bool coded = request.header("Accept-Encoding") == "gzip";
        return message(std::string{fresh} + (coded ? "Content-Encoding: gzip\r\n" : ""),
                       (coded ? "gzip " : "plain ") + std::to_string(n));
    }};
    GatewayProcess gateway{cached(origin.address())};
    auto client = gateway.client();
    BOOST_TEST(gets(client, "/x", {"Accept-Encoding: gzip\r\n", "", "Accept-Encoding: gzip\r\n", ""}) ==
               "MISS gzip 1, MISS plain 2, HIT gzip 1, HIT plain 2");
}

BOOST_AUTO_TEST_CASE(no_value_of_a_key_can_look_like_two_or_like_a_variant) {
    Origin origin{[](const Message& request, int n) {
        const bool german = request.header("Accept-Language") == "de";
        return message(std::string{fresh} + (german ? "Vary: Accept-Language\r\n" : ""), std::to_string(n));
    }};
    GatewayProcess gateway{cached(origin.address(), "key = { query \"a\", query \"b\" }")};
    auto client = gateway.client();
    BOOST_TEST(gets(client, "/?a=1", {"Accept-Language: de\r\n"}) == "MISS 1");
    BOOST_TEST(gets(client, "/?a=2%0Aaccept-language%3Dde%0A", {""}) == "MISS 2");
    BOOST_TEST(gets(client, "/?a=2", {"Accept-Language: de\r\n"}) == "MISS 3");
    BOOST_TEST(gets(client, "/?a=3%001:4&b=", {""}) == "MISS 4");
    BOOST_TEST(gets(client, "/?a=3&b=4", {""}) == "MISS 5");
}

BOOST_AUTO_TEST_CASE(what_may_become_something_else_than_http_passes_by) {
    Origin origin{std::string{fresh}};
    GatewayProcess gateway{cached(origin.address())};
    auto client = gateway.client();
    constexpr std::string_view offer = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    constexpr std::string_view http2 = "Connection: Upgrade\r\nUpgrade: h2c\r\n";
    BOOST_TEST(gets(client, "/x", {"", offer, http2}) == "MISS 1, BYPASS 2, HIT 1");
    BOOST_TEST(origin.upstream().last().header("Upgrade") == "websocket");
}

BOOST_AUTO_TEST_CASE(examples_of_the_manual_are_right) {
    std::ifstream in{source_folder() + "/plugins/cache/README.md"};
    const std::string manual{std::istreambuf_iterator<char>{in}, {}}, fence = "```lua\n";
    std::size_t examples = 0;
    for (auto at = manual.find(fence); at != std::string::npos; at = manual.find(fence, at), ++examples) {
        at += fence.size();
        const std::string example = manual.substr(at, manual.find("```", at) - at);
        const TemporaryFolder folder;
        std::ofstream{folder / "routes.lua"} << "listen \"127.0.0.1:0\"\n" << example;
        std::ofstream{folder / "keys"} << std::string(64, 'a') << " alice -\n";
        const Finished checked = run({tollgate_program(), "check", (folder / "routes.lua").string()});
        BOOST_TEST(checked.code == 0, example << checked.out << checked.err);
    }
    BOOST_TEST(examples >= 3u);
}

BOOST_AUTO_TEST_SUITE_END()
