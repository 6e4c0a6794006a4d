// tests/scenarios/past_requests_test.cpp - a known set of requests, as memory, SQLite and PostgreSQL tell of it.
#include "scenarios/key_requests.h"

#include "support/deadline.h"

#include <Poco/JSON/Array.h>

#include <algorithm>
#include <chrono>
#include <set>

using namespace tollgate::test;
using Poco::JSON::Array;

namespace {

std::string routes(const std::string& url, const TemporaryFolder& folder) {
    return "database \"" + url + "\" always { logging { database = true, spool = \"" + (folder / "spool").string() + R"(" } }
tier "free" { rate = 1000 / second, burst = 1000 }
route "GET /ok" { answer = "ok\n" }
route "GET /moved" { redirect = "/ok" }
route "GET /orders/:id" { answer = "order\n", plugins = {
    auth { key = header "X-API-Key", file = "keys" },
    ratelimit { name = "orders", by = caller, rate = 100 / hour, algorithm = "sliding_log" } } }
route "GET /limited" { answer = "once\n", plugins = { ratelimit { by = client_ip, rate = 2 / hour, burst = 2 } } }
)";
}

// Alice's, whose secret hashes to the line in the file `keys`.
constexpr const char* secret_line = "X-API-Key: alices-secret-0123456789\r\n";
const std::string keys_file = "cc0d7979d36f4b7a98c6d4c00b74a68e17247b590212291bb528cfd5eebaa9ad alice free\n";
const std::string id = "cc0d7979d36f", caller = "key-" + id;

Object::Ptr get(const GatewayProcess& gateway, const std::string& path, int status = 200) {
    const auto answer = ask_admin(gateway, "GET", path);
    BOOST_TEST_REQUIRE(answer.status() == status, path << ": " << answer.status() << ' ' << answer.body);
    return json(answer);
}

// 16 requests, each on a connection of its own, so that all loops have some; a reload comes between.
struct Known {
    explicit Known(GatewayProcess& gateway) {
        for (int i = 0; i < 3; ++i) expect(gateway, "/ok", 200);
        expect(gateway, "/moved", 302);
        expect(gateway, "/orders/1", 200, secret_line);
        gateway.reload();
        expect(gateway, "/orders/1", 200, secret_line);
        expect(gateway, "/orders/2?token=hidden", 401);
        for (int i = 0; i < 7; ++i) expect(gateway, "/limited", i < 2 ? 200 : 429);
        // Loops tell of theirs independently of each other, and these two are to be the last.
        wait_until("all before are remembered", [&] {
            return get(gateway, "/logs?source=memory")->getArray("requests")->size() == unsigned(requests - 2);
        });
        for (int i = 0; i < 2; ++i) expect(gateway, "/none", 404);
    }
    void expect(GatewayProcess& gateway, const std::string& path, int status, const std::string& lines = {}) {
        BOOST_TEST(gateway.client().get(path, lines).status() == status, path);
    }
    const int requests = 3 + 1 + 2 + 1 + 7 + 2;
};

// "/ok=3 /limited=7" of [{"request_path":"/ok","count":3}, ...].
std::string tops(const Object::Ptr& told, const std::string& list, const std::string& name) {
    std::string text;
    const auto all = told->getArray(list);
    for (unsigned i = 0; i < all->size(); ++i) {
        const auto top = all->getObject(i);
        text += (i ? " " : "") + top->getValue<std::string>(name) + '=' + top->getValue<std::string>("count");
    }
    return text;
}

int sum(const Object::Ptr& told, const std::string& list, const std::string& member) {
    int all = 0;
    const auto times = told->getArray(list);
    for (unsigned i = 0; i < times->size(); ++i) all += times->getObject(i)->getValue<int>(member);
    return all;
}

void check_analytics(const Object::Ptr& told) {
    BOOST_TEST(told->getValue<int>("total_requests") == 16);
    BOOST_TEST(told->getValue<int>("successful_requests") == 8);
    BOOST_TEST(told->getValue<int>("total_errors") == 8);
    const auto counts = told->getObject("status_code_counts");
    for (const auto& [name, count] : {std::pair{"1xx", 0}, {"2xx", 7}, {"3xx", 1}, {"4xx", 8}, {"5xx", 0}, {"429", 5}})
        BOOST_TEST(counts->getValue<int>(name) == count, name);
    BOOST_TEST(told->getArray("requests_over_time")->size() == 24u);
    BOOST_TEST(sum(told, "requests_over_time", "count") == 16);
    BOOST_TEST(sum(told, "requests_over_time", "ok") == 8);
    BOOST_TEST(sum(told, "requests_over_time", "limited") == 5);
    BOOST_TEST(sum(told, "requests_over_time", "failed") == 0);
    const auto hour = told->getArray("requests_over_time")->getObject(23);
    BOOST_TEST(hour->getValue<std::string>("hour") == hour->getValue<std::string>("time").substr(11, 5));
    BOOST_TEST(told->getArray("minutes")->size() == 60u);
    BOOST_TEST(tops(told, "top_endpoints", "request_path") ==
               "/limited=7 /ok=3 /none=2 /orders/1=2 /moved=1 /orders/2=1");
    BOOST_TEST(tops(told, "top_routes", "route") == "GET /limited=7 GET /ok=3 GET /orders/:id=3 (none)=2 GET /moved=1");
    BOOST_TEST(tops(told, "top_users", "user_id") == "alice=2");
    BOOST_TEST(tops(told, "top_blocked", "client_ip") == "127.0.0.1=6");
    const auto errors = told->getArray("recent_errors");
    BOOST_REQUIRE(errors->size() == 8u);
    const auto last = errors->getObject(0);
    BOOST_TEST(last->getValue<std::string>("request_path") == "/none");
    BOOST_TEST(last->getValue<int>("status_code") == 404);
    BOOST_TEST(last->has("timestamp_utc"));
    BOOST_TEST(!last->getValue<std::string>("id").empty());
}

// The status and path of each request that a filter finds, page by page, three a page.
std::string logged(const GatewayProcess& gateway, const std::string& filter) {
    std::string text, cursor;
    std::set<std::string> ids;
    do {
        const auto page = get(gateway, "/logs?limit=3&" + filter + (cursor.empty() ? "" : "&cursor=" + cursor));
        const auto requests = page->getArray("requests");
        for (unsigned i = 0; i < requests->size(); ++i) {
            const auto one = requests->getObject(i);
            BOOST_TEST(ids.insert(one->getValue<std::string>("id")).second);
            text += (text.empty() ? "" : " ") + one->getValue<std::string>("status") + one->getValue<std::string>("path");
        }
        cursor = page->get("next").isEmpty() ? "" : page->getValue<std::string>("next");
    } while (!cursor.empty());
    return text;
}

void check_logs(const GatewayProcess& gateway, const std::string& source) {
    const auto found = [&](const std::string& filter) { return logged(gateway, "source=" + source + '&' + filter); };
    BOOST_TEST(found("status=404") == "404/none 404/none");
    BOOST_TEST(found("status=429") == "429/limited 429/limited 429/limited 429/limited 429/limited");
    BOOST_TEST(found("status=3xx") == "302/moved");
    BOOST_TEST(found("path=/ord&status=4xx") == "401/orders/2");
    BOOST_TEST(found("key=" + caller) == "200/orders/1 200/orders/1");
    BOOST_TEST(found("owner=alice&method=GET") == "200/orders/1 200/orders/1");
    BOOST_TEST(found("ip=127.0.0.1&route=GET%20/ok") == "200/ok 200/ok 200/ok");
    BOOST_TEST(found("until=2026-01-01") == "");
    const auto one = get(gateway, "/logs?limit=1&source=" + source)->getArray("requests")->getObject(0);
    const auto request_id = one->getValue<std::string>("request_id");
    BOOST_TEST(found("request_id=" + request_id) == "404/none");
    BOOST_TEST(ask_admin(gateway, "GET", "/logs?limit=1000&source=" + source).body.find("hidden") == std::string::npos);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_past_requests)

BOOST_AUTO_TEST_CASE(memory_and_both_databases_tell_the_same) {
    on_each_database([](const std::string& url) {
        const TemporaryFolder folder;
        GatewayProcess gateway{routes(url, folder), {"--loops", "3"}, {{"keys", keys_file}}};
        const Known known{gateway};
        wait_until("all requests are counted, in memory and in the table", [&] {
            return get(gateway, "/analytics?source=memory")->getValue<int>("total_requests") == known.requests &&
                   get(gateway, "/analytics?source=database")->getValue<int>("total_requests") == known.requests;
        });
        for (const std::string source : {"memory", "database"}) {
            BOOST_TEST_CONTEXT(source) {
                wait_until("memory has its last record", [&] {
                    return get(gateway, "/logs?source=" + source)->getArray("requests")->size() == unsigned(known.requests);
                });
                const auto told = get(gateway, "/analytics?source=" + source);
                BOOST_TEST(told->getValue<std::string>("source") == source);
                check_analytics(told);
                check_logs(gateway, source);
            }
        }
        BOOST_TEST(get(gateway, "/analytics")->getValue<std::string>("source") == "database");
        BOOST_TEST(get(gateway, "/logs?limit=1")->getValue<std::string>("source") == "database");
    });
}

BOOST_AUTO_TEST_CASE(a_caller_has_figures_by_his_key_and_by_his_name) {
    const TemporaryFolder folder;
    GatewayProcess gateway{
        routes("sqlite:" + (folder / "test.db").string(), folder), {"--loops", "2"}, {{"keys", keys_file}}};
    const Known known{gateway};
    wait_until("his requests are counted",
               [&] { return ask_admin(gateway, "GET", "/metrics/" + id).body.find("\"total_requests\":2") != std::string::npos; });
    for (const std::string& path : {"/metrics/" + caller, "/metrics/" + id, std::string{"/metrics/alice"}, "/keys/" + id + "/usage"}) {
        const auto usage = get(gateway, path);
        BOOST_TEST_CONTEXT(path) {
            BOOST_TEST(usage->getValue<std::string>("key") == caller);
            BOOST_TEST(usage->getValue<std::string>("owner") == "alice");
            BOOST_TEST(usage->getValue<std::string>("tier") == "free");
            BOOST_TEST(usage->getValue<int>("total_requests") == 2);
            BOOST_TEST(usage->getArray("recent_codes")->size() == 2u);
            BOOST_TEST(usage->getArray("recent_codes")->getElement<int>(0) == 200);
            BOOST_TEST(usage->getValue<int>("recent_rate_limited_request_count") == 0);
            BOOST_TEST(usage->getObject("ratios")->getValue<double>("ok") == 1.0);
            BOOST_TEST(usage->getValue<double>("avg_latency") > 0);
            BOOST_TEST(usage->getValue<double>("p50_ms") <= usage->getValue<double>("p99_ms"));
        }
    }
    // Those that count by address say nothing of him.
    const auto limits = get(gateway, "/keys/" + id + "/usage")->getArray("limits");
    BOOST_TEST_REQUIRE(limits->size() == 1u);
    BOOST_TEST(limits->getObject(0)->getValue<std::string>("name") == "orders");
    BOOST_TEST(limits->getObject(0)->getValue<int>("spent") == 2);
    get(gateway, "/metrics/nobody", 404);
    get(gateway, "/keys/nobody/usage", 404);
    const auto callers = get(gateway, "/callers");
    BOOST_TEST(callers->getValue<int>("total") == 1);
    BOOST_TEST(callers->getArray("callers")->getObject(0)->getValue<std::string>("id") == caller);
    BOOST_TEST(callers->getArray("callers")->getObject(0)->getValue<int>("requests") == 2);
    BOOST_TEST(get(gateway, "/callers?cursor=1")->getArray("callers")->size() == 0u);
    const auto said = run({tollgate_program(), "keys", "usage", id, "--admin", gateway.admin(), "--json"});
    BOOST_TEST(said.code == 0, said.err);
    BOOST_TEST(said.out.find("\"total_requests\":2") != std::string::npos, said.out);
    wait_until("all requests are in the table", [&] {
        return get(gateway, "/logs?source=database")->getArray("requests")->size() == unsigned(known.requests);
    });
    for (const std::string source : {"memory", "database"}) {
        const auto logs = run({tollgate_program(), "logs", "-n", "2", "--since", "1h", "--status", "429", "--source", source,
                               "--admin", gateway.admin()});
        BOOST_TEST(logs.code == 0, logs.err);
        BOOST_TEST(std::count(logs.out.begin(), logs.out.end(), '\n') == 2, logs.out);
        BOOST_TEST(logs.out.find(" GET /limited  ") != std::string::npos, logs.out);
    }
    const auto nobody = run({tollgate_program(), "keys", "usage", "nobody", "--admin", gateway.admin()});
    BOOST_TEST(nobody.code == 1);
    BOOST_TEST(nobody.err.find("nobody is remembered") != std::string::npos, nobody.err);
}

BOOST_AUTO_TEST_CASE(what_is_asked_wrongly_is_told_whole) {
    GatewayProcess gateway{"route \"GET /\" { answer = \"ok\\n\" }"};
    const auto fields = [&](const std::string& path) { return get(gateway, path, 422)->getObject("fields"); };
    const auto logs = fields("/logs?status=6xxx&limit=0&stauts=1&since=yesterday&source=disk");
    for (const char* name : {"status", "limit", "stauts", "since", "source"}) BOOST_TEST(logs->has(name), name);
    BOOST_TEST(fields("/logs?cursor=2026-11-22T12:00:00.123456Z~0f8fad5b-d9cb-8000-8001-000000000001")->has("cursor"));
    BOOST_TEST(fields("/logs?source=database&cursor=7")->has("cursor"));
    BOOST_TEST(fields("/analytics?hours=25")->getValue<std::string>("hours") ==
               "expected a number from 1 to 24 (source=memory), got \"25\"");
    BOOST_TEST(fields("/analytics?hours=24h&source=database")->has("hours"));
    BOOST_TEST(fields("/callers?limit=x")->has("limit"));
    BOOST_TEST(get(gateway, "/analytics?hours=1")->getArray("requests_over_time")->size() == 1u);
    BOOST_TEST(get(gateway, "/analytics?hours=744&source=database")->getArray("requests_over_time")->size() == 744u);
    BOOST_TEST(!std::filesystem::exists(gateway.folder() / "tollgate.db"));
}

BOOST_AUTO_TEST_CASE(a_database_that_hangs_is_a_503_in_bounded_time_and_memory_goes_on) {
    const TemporaryFolder folder;
    Postgres server;
    GatewayProcess gateway{routes(server.url(), folder), {}, {{"keys", keys_file}}};
    BOOST_TEST(gateway.client().get("/ok").status() == 200);
    wait_until("it is written down",
               [&] { return get(gateway, "/logs")->getArray("requests")->size() == 1u; });
    server.hang();
    for (const char* path : {"/logs", "/analytics"}) {
        const auto began = std::chrono::steady_clock::now();
        const auto refused = get(gateway, path, 503);
        BOOST_TEST((std::chrono::steady_clock::now() - began < std::chrono::seconds{60}));
        BOOST_TEST(refused->getValue<std::string>("error").find("source=memory") != std::string::npos);
    }
    BOOST_TEST(get(gateway, "/logs?source=memory")->getArray("requests")->size() == 1u);
    BOOST_TEST(get(gateway, "/analytics?source=memory")->getValue<int>("total_requests") == 1);
    BOOST_TEST(gateway.client().get("/ok").status() == 200);
    server.go_on();
    wait_until("the database is asked again", [&] { return ask_admin(gateway, "GET", "/logs").status() == 200; });
}

BOOST_AUTO_TEST_SUITE_END()
