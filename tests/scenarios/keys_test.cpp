// tests/scenarios/keys_test.cpp - keys made by command, by API and by clients themselves, and what they open.
#include "scenarios/key_requests.h"

#include "support/deadline.h"

#include <Poco/JSON/Array.h>
#include <string>
#include <utility>

using namespace tollgate::test;

BOOST_AUTO_TEST_SUITE(scenarios_keys)

BOOST_AUTO_TEST_CASE(a_key_made_by_command_enters_until_it_is_revoked) {
    on_each_database([](const std::string& url) {
        const GatewayProcess gateway{with_database(url)};
        wait_until("it is ready", [&] { return ask_admin(gateway, "GET", "/ready").status() == 200; });
        BOOST_TEST(gateway.client().get("/orders").status() == 401);
        BOOST_TEST(status_with(gateway, "made-up-key") == 401);
        const auto made = keys(gateway, {"create", "--owner", "alice", "--tier", "free", "--scope", "orders:read"});
        BOOST_REQUIRE_MESSAGE(made.code == 0, made.err);
        const std::string secret = line_of(made.out), id = secret.substr(3, 16);
        wait_for(gateway, secret, 200);
        BOOST_TEST(status_with(gateway, secret, "/scoped") == 200);
        BOOST_TEST(status_with(gateway, secret + "x") == 401);

        const auto rotated = keys(gateway, {"rotate", id, "--grace", "1h"});
        BOOST_REQUIRE_MESSAGE(rotated.code == 0, rotated.err);
        const std::string after = line_of(rotated.out);
        wait_for(gateway, after, 200);
        BOOST_TEST(status_with(gateway, secret) == 200);
        BOOST_TEST(keys(gateway, {"rotate", id, "--grace", "0s"}).code == 0);
        wait_for(gateway, after, 401);

        BOOST_TEST(keys(gateway, {"revoke", id}).code == 0);
        wait_for(gateway, secret, 401);
        BOOST_TEST(keys(gateway, {"show", id}).out.find("revoked") != std::string::npos);
        BOOST_TEST(keys(gateway, {"update", id, "--tier", "none-such"}).code == 2);
        BOOST_TEST(keys(gateway, {"show", "nobody"}).code == 1);
    });
}

BOOST_AUTO_TEST_CASE(the_api_makes_lists_changes_and_revokes) {
    on_each_database([](const std::string& url) {
        const GatewayProcess gateway{with_database(url)};
        const auto made = ask_admin(gateway, "POST", "/keys", R"({"owner":"alice","tier":"free","rate":"5/s","expires_in":"30d"})");
        BOOST_REQUIRE_MESSAGE(made.status() == 201, made.body);
        const auto secret = json(made)->getValue<std::string>("secret"), id = json(made)->getValue<std::string>("id");
        wait_for(gateway, secret, 200);
        const auto shown = ask_admin(gateway, "GET", "/keys/" + id);
        BOOST_TEST(shown.status() == 200);
        BOOST_TEST(!json(shown)->has("secret"));
        BOOST_TEST(shown.body.find("sha256") == std::string::npos);
        BOOST_TEST(json(shown)->getObject("rate")->getValue<int>("count") == 5);

        BOOST_TEST(status_with(gateway, secret, "/scoped") == 403);
        BOOST_TEST(ask_admin(gateway, "PATCH", "/keys/" + id, R"({"scopes":["orders:read"]})").status() == 200);
        wait_for(gateway, secret, 200, "/scoped");

        const auto wrong = ask_admin(gateway, "POST", "/keys", R"({"tier":"none","rate":"x","color":"red"})");
        BOOST_TEST(wrong.status() == 422);
        const auto fields = json(wrong)->getObject("fields");
        BOOST_TEST(fields->getValue<std::string>("owner") == "missing; expected a text");
        BOOST_TEST(fields->getValue<std::string>("tier") == "expected a tier of routes.lua, got \"none\"");
        BOOST_TEST(fields->getValue<std::string>("rate") == "expected requests in a time, like \"100/60s\"");
        BOOST_TEST(fields->has("color"));
        for (const char* body : {"", "[]", "{", "null", "\"x\""})
            BOOST_TEST(ask_admin(gateway, "POST", "/keys", body).status() == (*body ? 400 : 422), body);
        BOOST_TEST(ask_admin(gateway, "GET", "/keys/nobody").status() == 404);
        BOOST_TEST(ask_admin(gateway, "PATCH", "/keys/nobody", "{}").status() == 404);
        BOOST_TEST(ask_admin(gateway, "DELETE", "/keys/nobody").status() == 404);
        BOOST_TEST(ask_admin(gateway, "POST", "/keys/nobody/rotate").status() == 404);
        BOOST_TEST(ask_admin(gateway, "PUT", "/keys").status() == 405);
        BOOST_TEST(ask_admin(gateway, "GET", "/keys?limit=0").status() == 422);
        BOOST_TEST(ask_admin(gateway, "GET", "/keys?colour=red").status() == 422);

        for (int i = 0; i < 4; ++i) ask_admin(gateway, "POST", "/keys", R"({"owner":"bob"})");
        const auto page = json(ask_admin(gateway, "GET", "/keys?limit=3"));
        BOOST_TEST(page->getArray("keys")->size() == 3u);
        const auto rest = json(ask_admin(gateway, "GET", "/keys?limit=3&after=" + page->getValue<std::string>("next")));
        BOOST_TEST(rest->getArray("keys")->size() == 2u);
        BOOST_TEST(rest->get("next").isEmpty());
        BOOST_TEST(json(ask_admin(gateway, "GET", "/keys?owner=bob"))->getArray("keys")->size() == 4u);

        const auto rotated = json(ask_admin(gateway, "POST", "/keys/" + id + "/rotate", R"({"grace":"0s"})"));
        wait_for(gateway, secret, 401);
        wait_for(gateway, rotated->getValue<std::string>("secret"), 200);
        BOOST_TEST(json(ask_admin(gateway, "DELETE", "/keys/" + id))->getValue<std::string>("state") == "revoked");
        wait_for(gateway, rotated->getValue<std::string>("secret"), 401);
        BOOST_TEST(json(ask_admin(gateway, "GET", "/keys?active=false"))->getArray("keys")->size() == 1u);
    });
}

BOOST_AUTO_TEST_CASE(each_way_to_be_turned_away_has_its_word) {
    const TemporaryFolder folder;
    const GatewayProcess gateway{with_database("sqlite:" + (folder / "keys.db").string())};
    const auto turned_away = [&](const std::string& headers) {
        auto client = gateway.client();
        const auto answer = client.get("/orders", headers);
        return std::to_string(answer.status()) + ' ' + json(answer)->getValue<std::string>("error") + ' ' +
               std::string{answer.header("WWW-Authenticate")};
    };
    const auto made = [&](const std::string& body) {
        const auto key = json(ask_admin(gateway, "POST", "/keys", body));
        return std::pair{key->getValue<std::string>("id"), key->getValue<std::string>("secret")};
    };
    const auto past = made(R"({"owner":"alice","expires_at":"2020-01-01"})"), off = made(R"({"owner":"bob"})");
    ask_admin(gateway, "DELETE", "/keys/" + off.first);
    const std::string realm = "Bearer realm=\"tollgate\"", invalid = realm + ", error=\"invalid_token\"";
    wait_until("the expired key is read", [&] {
        return turned_away("Authorization: Bearer " + past.second + "\r\n") == "401 key_expired " + invalid;
    });
    wait_until("the revoked key is read", [&] {
        return turned_away("Authorization: Bearer " + off.second + "\r\n") == "401 key_revoked " + invalid;
    });
    BOOST_TEST(turned_away("") == "401 key_missing " + realm);
    BOOST_TEST(turned_away("Authorization: Basic YTpi\r\n") == "401 key_missing " + realm);
    BOOST_TEST(turned_away("Authorization: Bearer two words\r\n") == "401 key_malformed " + invalid);
    BOOST_TEST(turned_away("Authorization: Bearer tg_0000000000000000_x\r\n") == "401 key_unknown " + invalid);
    BOOST_TEST(turned_away("Authorization: Bearer " + past.second + "x\r\n") == "401 key_unknown " + invalid);
    const auto metrics = ask_admin(gateway, "GET", "/metrics").body;
    for (const char* outcome : {"missing", "malformed", "unknown", "expired", "revoked"})
        BOOST_TEST(metrics.find("tollgate_auth_requests_total{method=\"key\",outcome=\"" + std::string{outcome} + "\"}") !=
                   std::string::npos, outcome);
}

BOOST_AUTO_TEST_CASE(clients_register_themselves) {
    on_each_database([](const std::string& url) {
        const GatewayProcess gateway{with_database(url)};
        wait_until("it is ready", [&] { return ask_admin(gateway, "GET", "/ready").status() == 200; });
        const auto post = [&](const std::string& body) {
            RawClient client{gateway.address()};
            client.send("POST /register HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) +
                        "\r\n\r\n" + body);
            return client.answer();
        };
        const auto made = post(R"({"owner":"alice","name":"laptop"})");
        BOOST_REQUIRE_MESSAGE(made.status() == 201, made.body);
        BOOST_TEST(made.header("Cache-Control") == "no-store");
        BOOST_TEST(json(made)->getValue<std::string>("tier") == "free");
        BOOST_TEST(json(made)->getValue<std::string>("name") == "laptop");
        BOOST_TEST(!json(made)->get("expires_at").isEmpty());
        const auto secret = json(made)->getValue<std::string>("secret");
        BOOST_TEST(status_with(gateway, secret) == 200);  // here at once
        BOOST_TEST(status_with(gateway, secret, "/scoped") == 200);

        const auto taken = post(R"({"owner":"alice"})");
        BOOST_TEST(taken.status() == 409);
        BOOST_TEST(json(taken)->getValue<std::string>("error") == "owner_taken");
        const auto wrong = post(R"({"name":7,"tier":"gold"})");
        BOOST_TEST(wrong.status() == 422);
        BOOST_TEST(json(wrong)->getValue<std::string>("error") == "fields_invalid");
        const auto fields = json(wrong)->getObject("fields");
        BOOST_TEST(fields->getValue<std::string>("owner") == "missing; expected a text");
        BOOST_TEST(fields->getValue<std::string>("name") == "expected a text");
        BOOST_TEST(fields->getValue<std::string>("tier") == "there is no such field");
        for (const char* body : {"", "[]", "{", "null"}) BOOST_TEST(post(body).status() == 400, body);
        BOOST_TEST(post(std::string(5000, ' ')).status() == 413);
        BOOST_TEST(gateway.client().get("/register").status() == 405);
    });
}

BOOST_AUTO_TEST_CASE(a_keys_own_limit_counts_where_its_tiers_would) {
    const TemporaryFolder folder;
    const GatewayProcess gateway{with_database("sqlite:" + (folder / "keys.db").string())};
    const auto made = json(ask_admin(gateway, "POST", "/keys", R"({"owner":"alice","tier":"free","rate":"60/3600s burst 2"})"));
    const auto secret = made->getValue<std::string>("secret");
    wait_for(gateway, secret, 200);
    const auto limited = [&] {
        auto client = gateway.client();
        return client.get("/limited", "Authorization: Bearer " + secret + "\r\n");
    };
    const auto first = limited();
    BOOST_TEST(first.status() == 200);
    BOOST_TEST(first.header("X-RateLimit-Limit") == "2");
    BOOST_TEST(limited().status() == 200);
    BOOST_TEST(limited().status() == 429);
    ask_admin(gateway, "PATCH", "/keys/" + made->getValue<std::string>("id"), R"({"rate":null})");
    wait_until("its tier's counts again", [&] { return limited().header("X-RateLimit-Limit") == "1000"; });
}

BOOST_AUTO_TEST_CASE(chosen_keys_are_taken_over) {
    const TemporaryFolder folder;
    const GatewayProcess gateway{with_database("sqlite:" + (folder / "keys.db").string())};
    gateway.write_file("lines", "# from elsewhere\npremium_user carol gold\nuser_1 dave -\n");
    const auto lines = (gateway.folder() / "lines").string();
    BOOST_TEST(keys(gateway, {"import", lines}).code == 0);
    wait_for(gateway, "premium_user", 200);
    wait_for(gateway, "user_1", 200);
    const auto again = keys(gateway, {"import", lines});
    BOOST_TEST(again.code == 1);
    BOOST_TEST(again.err.find("premium_user") == std::string::npos);
    gateway.write_file("lines", "good_key erin\nx frank\n");
    BOOST_TEST(keys(gateway, {"import", lines}).code == 2);
    BOOST_TEST(status_with(gateway, "good_key") == 401);
}

BOOST_AUTO_TEST_SUITE_END()
