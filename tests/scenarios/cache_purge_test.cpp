// tests/scenarios/cache_purge_test.cpp - operators take away what is kept, and see what there is.
#include "cache_origin.h"
#include "support/child_process.h"
#include "support/deadline.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace tollgate::test;

namespace {

constexpr std::string_view fresh = "Cache-Control: max-age=3600\r\n";

Finished command(const GatewayProcess& gateway, std::vector<std::string> words) {
    std::vector<std::string> line{tollgate_program(), "plugin", "--admin", gateway.admin(), "cache"};
    line.insert(line.end(), words.begin(), words.end());
    return run(line);
}
Message page(const GatewayProcess& gateway, std::string_view method, std::string_view path) {
    RawClient admin{gateway.admin()};
    admin.send(std::string{method} + " /plugins/cache/" + std::string{path} +
               " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
    return admin.answer();
}
std::string told(RawClient& client, std::string_view path) { return client.get(path).header("X-Cache"); }

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_cache_purge)

BOOST_AUTO_TEST_CASE(by_url_by_beginning_by_tag_and_all_at_once) {
    Origin origin{[](const Message& request, int n) {
        return message(std::string{fresh} + "Cache-Tag: page, n" + request.target().substr(1) + "\r\nVary: X-Kind\r\n",
                       std::to_string(n));
    }};
    GatewayProcess gateway{cached(origin.address())};
    auto client = gateway.client();
    const auto fill = [&] {
        for (const std::string_view path : {"/1", "/2", "/22"}) client.get(path);
    };
    const auto there = [&] {
        std::string all;
        for (const std::string_view path : {"/1", "/2", "/22"})
            all += client.get(path, "Cache-Control: only-if-cached\r\n").status() == 200 ? '1' : '0';
        return all;
    };
    fill();
    BOOST_TEST(there() == "111");
    BOOST_TEST(command(gateway, {"purge", "http://gate.test/2"}).out.find("purged ") == 0u);
    BOOST_TEST(there() == "101");
    fill();
    command(gateway, {"purge", "prefix", "http://gate.test/2"});
    BOOST_TEST(there() == "100");
    fill();
    command(gateway, {"purge", "tag", "n1"});
    BOOST_TEST(there() == "011");
    fill();
    command(gateway, {"purge", "all"});
    BOOST_TEST(there() == "000");
}

BOOST_AUTO_TEST_CASE(the_admin_listener_does_the_same) {
    Origin origin{std::string{fresh}};
    GatewayProcess gateway{cached(origin.address())};
    auto client = gateway.client();
    client.get("/a?b=1");
    BOOST_TEST(page(gateway, "GET", "purge?all").status() == 405);
    BOOST_TEST(page(gateway, "POST", "purge?what=1").status() == 400);
    BOOST_TEST(page(gateway, "POST", "purge?url=http%3A%2F%2Fgate.test%2Fa%3Fb%3D2").body == "{\"purged\":0}\n");
    BOOST_TEST(told(client, "/a?b=1") == "HIT");
    BOOST_TEST(page(gateway, "POST", "purge?url=http%3A%2F%2Fgate.test%2Fa%3Fb%3D1").body == "{\"purged\":1}\n");
    BOOST_TEST(told(client, "/a?b=1") == "MISS");
    BOOST_TEST(page(gateway, "POST", "purge?all").body == "{\"purged\":1}\n");
}

BOOST_AUTO_TEST_CASE(what_is_kept_is_shown) {
    Origin origin{std::string{fresh} + "ETag: \"a\"\r\nContent-Type: text/plain\r\nSurrogate-Key: one two\r\n"};
    GatewayProcess gateway{cached(origin.address())};
    auto client = gateway.client();
    client.get("/x");
    const std::string shown = command(gateway, {"show", "http://gate.test/x"}).out;
    for (const std::string_view part :
         {"\"url\":\"http://gate.test/x\"", "\"status\":200", "\"tags\":[\"one\",\"two\"]", "\"etag\":\"\\\"a\\\"\"",
          "\"type\":\"text/plain\"", "\"for_one_caller\":false"})
        BOOST_TEST(shown.find(part) != std::string::npos, shown);
    BOOST_TEST(command(gateway, {"show", "http://gate.test/y"}).out == "{\"kept\":[]}\n");
    const std::string stats = command(gateway, {"stats"}).out;
    BOOST_TEST(stats.starts_with("{\"caches\":[{\"name\":\"default\",\"items\":1,"), stats);
}

BOOST_AUTO_TEST_CASE(purges_reach_urls_as_the_cache_keeps_them) {
    Origin origin{std::string{fresh}};
    GatewayProcess gateway{
        cached(origin.address(), "query = \"sorted\", ignored_parameters = { \"utm_*\" }, name = \"n\"")};
    auto client = gateway.client();
    client.get("/x?b=2&a=1&utm_id=3");
    BOOST_TEST(told(client, "/x?a=1&b=2") == "HIT");
    BOOST_TEST(command(gateway, {"purge", "HTTP://Gate.Test/x?utm_x=1&a=1&b=2"}).out == "purged 1 answer\n");
    BOOST_TEST(told(client, "/x?a=1&b=2") == "MISS");
}

BOOST_AUTO_TEST_CASE(words_that_are_no_order_are_refused) {
    GatewayProcess gateway{cached("127.0.0.1:1")};
    BOOST_TEST(command(gateway, {"purge"}).code == 2);
    BOOST_TEST(command(gateway, {"purge", "everything"}).code == 2);
    BOOST_TEST(command(gateway, {"show"}).code == 2);
}

BOOST_AUTO_TEST_CASE(metrics_say_how_much_is_kept) {
    Origin origin{std::string{fresh}};
    GatewayProcess gateway{cached(origin.address(), "name = \"pages\"")};
    auto client = gateway.client();
    const auto figure = [&](const std::string& name) {
        RawClient admin{gateway.admin()};
        admin.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
        const std::string all = admin.answer().body, series = "\ntollgate_cache_" + name + "{cache=\"pages\"} ";
        const auto at = all.find(series);
        return at == all.npos ? -1 : std::stod(all.substr(at + series.size()));
    };
    BOOST_TEST(figure("items") == 0);
    for (const std::string_view path : {"/1", "/2", "/3"}) client.get(path);
    wait_until("three are kept", [&] { return figure("items") == 3; });
    BOOST_TEST(figure("bytes") > 300);
    BOOST_TEST(figure("bytes") < 30'000);
    BOOST_TEST(figure("evicted_total") == 0);
    BOOST_TEST(command(gateway, {"purge", "http://gate.test/2"}).code == 0);
    BOOST_TEST(figure("items") == 2);
    BOOST_TEST(command(gateway, {"purge", "all"}).code == 0);
    BOOST_TEST(figure("items") == 0);
    BOOST_TEST(figure("bytes") == 0);
}

BOOST_AUTO_TEST_SUITE_END()
