// tests/compat/rexus_requests_test.cpp - rows R24 to R27 and R39 to R45: what is written down, told and set up.
#include "compat/rexus.h"
#include "support/places.h"
#include "support/postgres.h"
#include "support/scripted_upstream.h"
#include "support/web_socket.h"

#include "store/database.h"

#include <functional>
#include <vector>

using namespace tollgate::test;
using namespace Poco::Data::Keywords;

namespace {

// "GET /proxy/mock_github/users/a 200 alice", as the rows are; empty while there is no table.
std::vector<std::string> rows(const std::string& url) {
    std::vector<std::string> all, methods, paths, users;
    std::vector<int> statuses;
    std::string problem;
    tollgate::store::Database database{*tollgate::store::DatabaseUrl::parse(url, "/", problem)};
    try {
        database.with([&](Poco::Data::Session& session) {
            session << "SELECT http_method, request_path, status_code, COALESCE(user_id, '-') FROM request_log ORDER "
                       "BY timestamp_utc, id",
                into(methods), into(paths), into(statuses), into(users), now;
        });
    } catch (const tollgate::store::StoreError&) {
        return {};
    }
    for (std::size_t i = 0; i < methods.size(); ++i)
        all.push_back(methods[i] + ' ' + paths[i] + ' ' + std::to_string(statuses[i]) + ' ' + users[i]);
    return all;
}

bool holds(const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

void on_each_database(const std::function<void(const std::string& url)>& test) {
    const TemporaryFolder folder;
    BOOST_TEST_CONTEXT("SQLite") { test("sqlite:" + (folder / "rexus.db").string()); }
    Postgres server;
    BOOST_TEST_CONTEXT("PostgreSQL") { test(server.url()); }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(compat_rexus_requests)

BOOST_AUTO_TEST_CASE(r24_requests_are_written_down_behind_their_answers) {
    Postgres server;
    Rexus rexus{mock().address(), {{"DATABASE_URL", server.url()}}};
    const auto key = rexus.key_of("alice");
    BOOST_TEST(rexus.get(key, "/users/a").status() == 200);
    wait_until("the request is a row",
               [&] { return holds(rows(server.url()), "GET /proxy/mock_github/users/a 200 alice"); });
    server.hang();
    BOOST_TEST(rexus.get(key, "/users/b").status() == 200);  // which waits for no database
    server.go_on();
    wait_until("it is a row", [&] { return holds(rows(server.url()), "GET /proxy/mock_github/users/b 200 alice"); });
}

BOOST_AUTO_TEST_CASE(r24_what_was_not_written_down_is_when_the_gateway_ends) {
    on_each_database([](const std::string& url) {
        Rexus rexus{mock().address(), {{"DATABASE_URL", url}}};
        const auto key = rexus.key_of("alice");
        for (int i = 0; i < 50; ++i) BOOST_TEST(rexus.get(key, "/users/" + std::to_string(i)).status() == 200);
        BOOST_TEST(rexus.gateway.stop() == 0);
        BOOST_TEST(rows(url).size() == 51u);
    });
}

BOOST_AUTO_TEST_CASE(r25_whatever_becomes_of_a_request_it_is_written_down) {
    ScriptedUpstream upstream{ScriptedUpstream::always("fine")};
    const TemporaryFolder folder;
    const std::string url = "sqlite:" + (folder / "rexus.db").string();
    Rexus rexus{upstream.address(),
                {{"DATABASE_URL", url},
                 {"GITHUB", free_address()},
                 {"MAX_REQUEST_SIZE", "10"},
                 {"MAX_REQUESTS_PER_MINUTE", "5"},
                 {"WINDOW_SECONDS", "3600"}}};
    const auto lines = Rexus::bearer(rexus.key_of("al"));
    const auto status = [&](const std::string& head, const std::string& more = {}, const std::string& body = {}) {
        return ask(rexus.gateway.address(), head, more, body).status();
    };
    BOOST_TEST(status("GET /proxy/mock_github/x", lines) == 200);
    BOOST_TEST(status("GET /proxy/mock_github/x", lines) == 200);  // a hit
    BOOST_TEST(status("GET /proxy/mock_github/x") == 401);
    BOOST_TEST(status("GET /proxy/nobody/x", lines) == 400);
    BOOST_TEST(status("POST /proxy/mock_github/x", lines, "0123456789x") == 413);
    upstream.stop_listening();
    BOOST_TEST(status("GET /proxy/github/x", lines) == 502);
    BOOST_TEST(status("GET /proxy/mock_github/x", lines) == 200);
    BOOST_TEST(status("GET /proxy/mock_github/x", lines) == 429);
    BOOST_TEST(rexus.gateway.stop() == 0);
    const auto all = rows(url);
    for (const char* one : {"GET /proxy/mock_github/x 200 al", "GET /proxy/mock_github/x 401 -",
                            "GET /proxy/nobody/x 400 al", "POST /proxy/mock_github/x 413 -",
                            "GET /proxy/github/x 502 al", "GET /proxy/mock_github/x 429 al", "POST /auth/keys 201 -"})
        BOOST_TEST(holds(all, one), one << " is missing");
    BOOST_TEST(all.size() == 9u);
}

BOOST_AUTO_TEST_CASE(r26_analytics_have_their_members_and_are_right) {
    on_each_database([](const std::string& url) {
        const Rexus rexus{mock().address(), {{"DATABASE_URL", url}}};
        const auto key = rexus.key_of("alice");
        for (int i = 0; i < 3; ++i) rexus.get(key, "/users/a");
        rexus.get(key, "/nowhere");
        ask(rexus.gateway.address(), "GET /proxy/mock_github/users/a");
        wait_until("all are rows", [&] { return rows(url).size() == 6u; });
        const Message answer = rexus.operate("GET /analytics/");
        BOOST_TEST(answer.status() == 200);
        const auto told = json(answer);
        BOOST_TEST(told->getValue<int>("total_requests") == 6);
        BOOST_TEST(told->getValue<int>("successful_requests") == 4);
        BOOST_TEST(told->getValue<int>("total_errors") == 2);
        BOOST_TEST(told->getObject("status_code_counts")->getValue<int>("2xx") == 4);
        BOOST_TEST(told->getObject("status_code_counts")->getValue<int>("4xx") == 2);
        BOOST_TEST(told->getObject("status_code_counts")->getValue<int>("5xx") == 0);
        const auto hours = told->getArray("requests_over_time");
        BOOST_TEST(hours->size() == 24u);
        int in_hours = 0;
        for (std::size_t i = 0; i < hours->size(); ++i) {
            BOOST_TEST(hours->getObject(unsigned(i))->getValue<std::string>("hour").size() == 5u);
            in_hours += hours->getObject(unsigned(i))->getValue<int>("count");
        }
        BOOST_TEST(in_hours == 6);
        const auto endpoint = told->getArray("top_endpoints")->getObject(0),
                   user = told->getArray("top_users")->getObject(0);
        BOOST_TEST(endpoint->getValue<std::string>("request_path") == "/proxy/mock_github/users/a");
        BOOST_TEST(endpoint->getValue<int>("count") == 4);
        BOOST_TEST(user->getValue<std::string>("user_id") == "alice");
        BOOST_TEST(user->getValue<int>("count") == 4);
        const auto errors = told->getArray("recent_errors");
        BOOST_TEST(errors->size() == 2u);
        for (const char* member : {"id", "timestamp_utc", "request_path", "status_code"})
            BOOST_TEST(errors->getObject(0)->has(member), member);
    });
}

// As in a container, where ADMIN=0.0.0.0:9180 is what reaches a published port.
BOOST_AUTO_TEST_CASE(r26_operators_pages_are_there_where_the_admin_listener_has_every_address) {
    const Rexus rexus{mock().address(), {{"ADMIN", address_of_everybody()}}};
    BOOST_TEST(rexus.operate("GET /analytics/").status() == 200);
    BOOST_TEST(rexus.operate("GET /docs").status() == 200);
    BOOST_TEST(rexus.operate("PATCH /auth/keys/nobody", R"({"is_active":false})").status() == 404);
    BOOST_TEST(ask(rexus.gateway.admin(), "GET /dashboard/").header("Content-Type").starts_with("text/html"));
}

BOOST_AUTO_TEST_CASE(r27_whoever_watches_is_told_of_each_request_as_it_ends) {
    const Rexus rexus{mock().address()};
    const auto key = rexus.key_of("alice");
    BOOST_TEST((WebSocket{rexus.gateway.address(), "/ws/logs"}.answer().status() == 401));
    // A page of another origin, as Rexus' is.
    const std::string lines =
        Rexus::bearer(Rexus::token) + "Origin: http://localhost:5173\r\nSec-Fetch-Site: cross-site\r\n";
    WebSocket first{rexus.gateway.address(), "/ws/logs", lines}, second{rexus.gateway.address(), "/ws/logs", lines};
    BOOST_REQUIRE(first.open());
    BOOST_REQUIRE(second.open());
    BOOST_TEST(first.text().find("hello") != std::string::npos);
    BOOST_TEST(second.text().find("hello") != std::string::npos);
    BOOST_TEST(rexus.get(key, "/users/a").status() == 200);
    for (WebSocket* watcher : {&first, &second}) {
        const std::string entry = watcher->text_with("/proxy/mock_github/users/a");
        for (const char* member : {R"("method":"GET")", R"("status":200)", R"("owner":"alice")", R"("time":")"})
            BOOST_TEST(entry.find(member) != std::string::npos, entry);
    }
}

BOOST_AUTO_TEST_CASE(r39_the_table_of_requests_has_what_rexus_has_and_an_index) {
    on_each_database([](const std::string& url) {
        Rexus rexus{mock().address(), {{"DATABASE_URL", url}}};
        rexus.get(rexus.key_of("alice"), "/users/a");
        BOOST_TEST(rexus.gateway.stop() == 0);
        std::string problem, id, when, user, path, target, request, client;
        int status = 0, indexes = 0;
        double latency = 0;
        tollgate::store::Database database{*tollgate::store::DatabaseUrl::parse(url, "/", problem)};
        database.with([&](Poco::Data::Session& session) {
            session << "SELECT CAST(id AS TEXT), CAST(timestamp_utc AS TEXT), user_id, request_path, status_code, "
                       "latency_ms, target, request_id, client_ip "
                       "FROM request_log WHERE http_method = 'GET'",
                into(id), into(when), into(user), into(path), into(status), into(latency), into(target), into(request),
                into(client), now;
            session << (url.starts_with("sqlite") ? "SELECT COUNT(*) FROM sqlite_master WHERE type = 'index' AND sql "
                                                    "LIKE '%request_log (timestamp_utc%'"
                                                  : "SELECT COUNT(*) FROM pg_indexes WHERE indexdef LIKE '%request_log "
                                                    "USING btree (timestamp_utc%'"),
                into(indexes), now;
        });
        BOOST_TEST(id.size() == 36u);
        BOOST_TEST(when.starts_with("20"));
        BOOST_TEST(user == "alice");
        BOOST_TEST(path == "/proxy/mock_github/users/a");
        BOOST_TEST(status == 200);
        BOOST_TEST(latency > 0);
        BOOST_TEST(target == mock().address());
        BOOST_TEST(!request.empty());
        BOOST_TEST(client == "127.0.0.1");
        BOOST_TEST(indexes >= 1);
    });
}

BOOST_AUTO_TEST_CASE(r40_the_schema_is_made_by_steps) {
    on_each_database([](const std::string& url) {
        const std::vector<std::string> environment{"DATABASE_URL=" + url};
        const std::string file = source_folder() + "/examples/compat/rexus.lua";
        BOOST_TEST(run({tollgate_program(), "migrate", "--status", "--file", file}, environment).code ==
                   1);  // nothing is there
        const Finished made = run({tollgate_program(), "migrate", "--file", file}, environment);
        BOOST_TEST(made.code == 0, made.err);
        BOOST_TEST(run({tollgate_program(), "migrate", "--status", "--file", file}, environment).code == 0);
        BOOST_TEST(run({tollgate_program(), "migrate", "--file", file}, environment).code ==
                   0);  // once more changes nothing
    });
}

BOOST_AUTO_TEST_CASE(r41_the_databases_parts_and_every_constant_are_variables) {
    Postgres server;
    std::string url = server.url();
    const Rexus rexus{mock().address(),
                      {{"DATABASE_URL", ""},
                       {"POSTGRES_USER", "tollgate"},
                       {"POSTGRES_PASSWORD", "secret"},
                       {"DB_HOST", "127.0.0.1:" + std::to_string(server.port())},
                       {"POSTGRES_DB", "tollgate"},
                       {"MAX_REQUESTS_PER_MINUTE", "7"}}};
    BOOST_TEST(rexus.get(rexus.key_of("alice"), "/users/a").header("X-RateLimit-Limit") == "7");
    BOOST_TEST(server.ask("SELECT owner FROM api_keys") == "alice");
    // The driver that SQLAlchemy is told of.
    url.replace(0, url.find(':'), "postgresql+asyncpg");
    const Rexus other{mock().address(), {{"DATABASE_URL", url}}};
    BOOST_TEST(other.register_user("alice").status() == 409);
}

BOOST_AUTO_TEST_CASE(r43_the_mock_has_a_user_of_any_name) {
    const auto status = [](const std::string& head) { return ask(mock().address(), head).status(); };
    const Message user = ask(mock().address(), "GET /users/google");
    BOOST_TEST(json(user)->getValue<std::string>("login") == "google");
    BOOST_TEST(json(user)->getValue<int>("id") == 12345);
    BOOST_TEST(json(user)->getValue<bool>("mock"));
    BOOST_TEST(status("GET /elsewhere") == 404);
    BOOST_TEST(status("POST /users/google") == 405);
}

BOOST_AUTO_TEST_CASE(r45_the_interface_describes_itself) {
    const Rexus rexus{mock().address()};
    const Message document = ask(rexus.gateway.address(), "GET /openapi.json");
    BOOST_TEST(document.status() == 200);
    BOOST_TEST(json(document)->getValue<std::string>("openapi").starts_with("3."));
    const Message page = ask(rexus.gateway.address(), "GET /docs");
    BOOST_TEST(page.status() == 200);
    BOOST_TEST(page.header("Content-Type").starts_with("text/html"));
    BOOST_TEST(ask(rexus.gateway.address(), "GET /redoc").header("Location") == "/docs");
}

BOOST_AUTO_TEST_SUITE_END()
