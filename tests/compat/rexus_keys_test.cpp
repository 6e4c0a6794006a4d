// tests/compat/rexus_keys_test.cpp - rows R9 to R14 and R38: keys that users make for themselves, and who is turned
// away.
#include "compat/rexus.h"
#include "support/postgres.h"

#include "store/database.h"

#include <filesystem>
#include <fstream>
#include <regex>

using namespace tollgate::test;
using namespace Poco::Data::Keywords;

namespace {

// All that a SQLite file has in it.
std::string bytes_of(const std::filesystem::path& folder) {
    std::string all;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        if (!entry.is_regular_file()) continue;
        std::ifstream in{entry.path(), std::ios::binary};
        all.append(std::istreambuf_iterator<char>{in}, {});
    }
    return all;
}

void expect_401(const Message& answer, const std::string& detail) {
    BOOST_TEST(answer.status() == 401);
    BOOST_TEST(answer.body == "{\"detail\":\"" + detail + "\"}");
    BOOST_TEST(answer.header("Content-Type") == "application/json");
}

void wait_for_status(const Rexus& rexus, const std::string& key, int status) {
    wait_until("the key gets " + std::to_string(status), [&] { return rexus.get(key, "/users/u").status() == status; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(compat_rexus_keys)

BOOST_AUTO_TEST_CASE(r9_a_user_makes_a_key_that_is_shown_once) {
    const Rexus rexus{mock().address()};
    const Message made = rexus.register_user("alice");
    BOOST_TEST(made.status() == 201);
    const auto key = json(made)->getValue<std::string>("api_key");
    BOOST_TEST(json(made)->size() == 1u);
    BOOST_TEST(std::regex_match(key, std::regex{"akp_[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{43,}"}), key);
    BOOST_TEST(rexus.get(key, "/users/alice").status() == 200);
    // Whoever says a name first has it: nobody makes himself a key under somebody else's.
    const Message again = rexus.register_user("alice");
    BOOST_TEST(again.status() == 409);
    BOOST_TEST(again.body.find("akp_") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(r9_an_address_makes_so_many_keys_in_an_hour) {
    const Rexus rexus{mock().address(), {{"REGISTER_RATE", "2"}}};
    for (const char* user : {"alice", "bob"}) BOOST_TEST(rexus.register_user(user).status() == 201, user);
    const Message refused = rexus.register_user("carol");
    BOOST_TEST(refused.status() == 429);
    BOOST_TEST(detail_of(refused) == "Too many requests");
    BOOST_TEST(!refused.header("Retry-After").empty());
}

BOOST_AUTO_TEST_CASE(r10_a_body_without_user_id_is_422) {
    const Rexus rexus{mock().address()};
    for (const char* body : {"{}", R"({"user":"alice"})", R"({"user_id":7})", "no json", "[]", ""}) {
        const Message answer =
            ask(rexus.gateway.address(), "POST /auth/keys", "Content-Type: application/json\r\n", body);
        BOOST_TEST(answer.status() == 422, body);
        const auto first = json(answer)->getArray("detail")->getObject(0);
        BOOST_TEST(first->getArray("loc")->getElement<std::string>(1) == "user_id");
        BOOST_TEST(first->getValue<std::string>("msg") == "Field required");
    }
}

BOOST_AUTO_TEST_CASE(r11_a_key_comes_as_bearer) {
    const Rexus rexus{mock().address()};
    const auto key = rexus.key_of("alice");
    BOOST_TEST(ask(rexus.gateway.address(), "GET /proxy/mock_github/users/a", "Authorization: Bearer " + key + "\r\n")
                   .status() == 200);
    BOOST_TEST(ask(rexus.gateway.address(), "GET /proxy/mock_github/users/a", "authorization: bearer " + key + "\r\n")
                   .status() == 200);
    BOOST_TEST(ask(rexus.gateway.address(), "GET /proxy/mock_github/users/a", "X-API-Key: " + key + "\r\n").status() ==
               401);
}

BOOST_AUTO_TEST_CASE(r12_no_header_or_no_bearer_is_401) {
    const Rexus rexus{mock().address()};
    const std::string detail = "Missing or invalid authorization header";
    expect_401(ask(rexus.gateway.address(), "GET /proxy/mock_github/users/a"), detail);
    expect_401(ask(rexus.gateway.address(), "GET /proxy/mock_github/users/a", "Authorization: Basic YTpi\r\n"), detail);
}

BOOST_AUTO_TEST_CASE(r12_a_key_without_its_dot_is_401) {
    const Rexus rexus{mock().address()};
    for (const char* key : {"akp_nodot", "akp_two.dots.here", ".", "akp_."})
        expect_401(rexus.get(key, "/users/a"), "Invalid API key format");
}

BOOST_AUTO_TEST_CASE(r12_an_unknown_id_and_a_wrong_secret_are_401) {
    const Rexus rexus{mock().address()};
    const auto key = rexus.key_of("alice");
    expect_401(rexus.get("akp_0123456789abcdef." + std::string(43, 'x'), "/users/a"), "Invalid API key");
    std::string wrong = key;
    wrong.back() = wrong.back() == 'x' ? 'y' : 'x';
    expect_401(rexus.get(wrong, "/users/a"), "Invalid API key");
    BOOST_TEST(rexus.get(key, "/users/a").status() == 200);
}

BOOST_AUTO_TEST_CASE(r12_an_inactive_key_is_401) {
    const Rexus rexus{mock().address()};
    const auto key = rexus.key_of("alice");
    BOOST_TEST(rexus.operate("PATCH /auth/keys/" + id_of(key), R"({"is_active":false})").status() == 200);
    wait_for_status(rexus, key, 401);
    expect_401(rexus.get(key, "/users/a"), "Invalid API key");
}

BOOST_AUTO_TEST_CASE(r12_an_expired_key_is_401) {
    const Rexus rexus{mock().address()};
    const auto key = rexus.key_of("alice");
    BOOST_TEST(rexus.operate("PATCH /auth/keys/" + id_of(key), R"({"expires_at":"2026-01-01T00:00:00Z"})").status() ==
               200);
    wait_for_status(rexus, key, 401);
    expect_401(rexus.get(key, "/users/a"), "API key has expired");
}

BOOST_AUTO_TEST_CASE(r13_the_operator_changes_a_key_without_a_restart_and_nobody_else_does) {
    const Rexus rexus{mock().address()};
    const auto key = rexus.key_of("alice");
    const std::string path = "PATCH /auth/keys/" + id_of(key);
    const auto known = json(ask(rexus.gateway.admin(), "GET /keys/" + id_of(key), Rexus::bearer(Rexus::token)));
    BOOST_TEST(known->getObject("rate")->getValue<int>("count") == 100);
    BOOST_TEST(known->getObject("rate")->getValue<int>("seconds") == 60);
    BOOST_TEST(known->getValue<bool>("active"));
    BOOST_TEST(!known->getValue<std::string>("expires_at").empty());  // in 30 days
    for (const std::string& lines : {std::string{}, Rexus::bearer(key), Rexus::bearer("another-token-of-no-worth")}) {
        BOOST_TEST(ask(rexus.gateway.address(), path, lines, R"({"is_active":false})").status() == 401);
        BOOST_TEST(ask(rexus.gateway.address(), "GET /analytics/", lines).status() == 401);
    }
    BOOST_TEST(rexus.get(key, "/users/a").header("X-RateLimit-Limit") == "100");
    BOOST_TEST(rexus.operate(path, R"({"requests_per_minute_limit":2})").status() == 200);
    wait_until("the new limit holds", [&] { return rexus.get(key, "/users/a").header("X-RateLimit-Limit") == "2"; });
    BOOST_TEST(rexus.operate(path, R"({"is_active":false})").status() == 200);
    wait_for_status(rexus, key, 401);
    BOOST_TEST(rexus.operate(path, R"({"is_active":true,"requests_per_minute_limit":1000})").status() == 200);
    wait_for_status(rexus, key, 200);
    BOOST_TEST(rexus.operate("PATCH /auth/keys/nobody", R"({"is_active":false})").status() == 404);
}

BOOST_AUTO_TEST_CASE(r13_a_limit_of_null_is_none_of_its_own_and_what_is_no_number_is_422) {
    const Rexus rexus{mock().address()};
    const auto key = rexus.key_of("alice");
    const std::string path = "PATCH /auth/keys/" + id_of(key);
    const auto limit = [&] { return rexus.get(key, "/users/a").header("X-RateLimit-Limit"); };
    BOOST_TEST(rexus.operate(path, R"({"requests_per_minute_limit":2})").status() == 200);
    wait_until("the limit of its own holds", [&] { return limit() == "2"; });
    for (const char* wrong : {"{}", "[5]", "\"5\"", "true", "-1", "0.5"}) {
        const Message answer = rexus.operate(path, std::string{R"({"requests_per_minute_limit":)"} + wrong + '}');
        BOOST_TEST(answer.status() == 422, wrong << ": " << answer.status() << ' ' << answer.body);
    }
    const Message changed = rexus.operate(path, R"({"requests_per_minute_limit":null})");
    BOOST_TEST(changed.status() == 200, changed.body);
    wait_until("everybody's limit holds", [&] { return limit() == "100"; });
}

BOOST_AUTO_TEST_CASE(r13_who_guesses_tokens_is_slowed_down) {
    const Rexus rexus{mock().address(), {{"OPERATOR_RATE", "2"}}};
    const std::string wrong = Rexus::bearer("another-token-of-no-worth");
    const auto guess = [&](const std::string& head) {
        return ask(rexus.gateway.address(), head, wrong, "{}").status();
    };
    BOOST_TEST(guess("PATCH /auth/keys/a") == 401);
    BOOST_TEST(guess("GET /analytics/") == 401);
    BOOST_TEST(guess("PATCH /auth/keys/a") == 429);
    BOOST_TEST(guess("GET /ws/logs") == 429);
}

BOOST_AUTO_TEST_CASE(r14_only_a_hash_of_the_secret_is_kept) {
    const Rexus rexus{mock().address()};
    const auto key = rexus.key_of("alice");
    BOOST_TEST(rexus.get(key, "/users/a").status() == 200);
    const std::string all = bytes_of(rexus.gateway.state());
    BOOST_TEST(all.find(id_of(key)) != std::string::npos);
    BOOST_TEST(all.find(key.substr(key.find('.') + 1)) == std::string::npos);
}

// With both databases.
BOOST_AUTO_TEST_CASE(r38_the_table_of_keys_has_what_rexus_has_and_more) {
    const auto check = [](const std::string& url) {
        const Rexus rexus{mock().address(), {{"DATABASE_URL", url}}};
        const auto key = rexus.key_of("alice");
        BOOST_TEST(rexus.get(key, "/users/a").status() == 200);
        std::string problem, id, owner, hash;
        tollgate::store::Database database{*tollgate::store::DatabaseUrl::parse(url, "/", problem)};
        int active = 0, rate = 0;
        std::int64_t created = 0, expires = 0;
        database.with([&](Poco::Data::Session& session) {
            session << "SELECT id, owner, secret_sha256, active, created_at, expires_at, rate_count FROM api_keys",
                into(id), into(owner), into(hash), into(active), into(created), into(expires), into(rate), now;
        });
        BOOST_TEST(id == id_of(key));
        BOOST_TEST(owner == "alice");
        BOOST_TEST(hash.size() == 64u);
        BOOST_TEST(active == 1);
        BOOST_TEST(rate == 100);
        BOOST_TEST((expires - created) / 1'000'000 == 30 * 24 * 3600);
    };
    const TemporaryFolder folder;
    BOOST_TEST_CONTEXT("SQLite") { check("sqlite:" + (folder / "keys.db").string()); }
    Postgres server;
    BOOST_TEST_CONTEXT("PostgreSQL") { check(server.url()); }
}

BOOST_AUTO_TEST_SUITE_END()
