// tests/scenarios/request_log_test.cpp - each request in the database once: away, hanging, killed, stopped and started.
#include "scenarios/key_requests.h"

#include "store/database.h"

#include "support/deadline.h"

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace tollgate;
using namespace tollgate::test;
using namespace Poco::Data::Keywords;

namespace {

// The spool is where the next gateway finds it.
std::string routes(const std::string& url, const TemporaryFolder& folder, const std::string& more = {}) {
    return "database \"" + url + "\"\nalways { logging { database = true, spool = \"" + (folder / "spool").string() +
           "\"" + more + " } }\nroute \"GET /**\" { answer = \"ok\\n\" }\n";
}

struct Counted {
    int rows = -1, paths = -1;  // -1: nothing can be read
    bool operator==(const Counted&) const = default;
    friend std::ostream& operator<<(std::ostream& out, const Counted& counted) {
        return out << counted.rows << " rows of " << counted.paths << " paths";
    }
};

Counted counted(const std::string& url) {
    std::string problem;
    store::Database database{*store::DatabaseUrl::parse(url, "/", problem)};
    Counted counted;
    try {
        database.with([&](Poco::Data::Session& session) {
            session << "SELECT COUNT(*), COUNT(DISTINCT request_path) FROM request_log", into(counted.rows),
                into(counted.paths), now;
        });
    } catch (const store::StoreError&) {
        return {};
    }
    return counted;
}

void wait_for_rows(const std::string& url, int rows) {
    wait_until("all requests are in the table, of which there are " + std::to_string(rows),
               [&] { return counted(url).rows >= rows; });
    BOOST_TEST(counted(url) == (Counted{rows, rows}));
}

// Requests for paths that nobody asks for twice, from several connections at once.
class Askers {
public:
    void ask(const GatewayProcess& gateway, int times) {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 4; ++thread)
            threads.emplace_back([&] {
                auto client = gateway.client();
                for (int i = 0; i < times / 4; ++i)
                    answered += client.get("/" + std::to_string(++asked)).status() == 200;
            });
    }
    std::atomic<int> asked{0}, answered{0};
};

double figure(const GatewayProcess& gateway, const std::string& name) {
    const std::string text = ask_admin(gateway, "GET", "/metrics").body;
    const auto at = text.find('\n' + name + ' ');
    return at == text.npos ? 0 : std::stod(text.substr(at + name.size() + 2));
}

const std::string written_down = "tollgate_logging_lines_total{to=\"database\"}";

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_request_log)

BOOST_AUTO_TEST_CASE(every_request_is_a_row_when_the_gateway_has_ended) {
    on_each_database([](const std::string& url) {
        const TemporaryFolder folder;
        Askers askers;
        {
            GatewayProcess gateway{routes(url, folder)};
            askers.ask(gateway, 200);
            auto client = gateway.client();
            client.send("nonsense\r\n\r\n");
            BOOST_TEST(client.answer().status() == 400);
            BOOST_TEST(gateway.stop() == 0);
        }
        BOOST_TEST(askers.answered == 200);
        BOOST_TEST(counted(url) == (Counted{201, 201}));
    });
}

BOOST_AUTO_TEST_CASE(a_row_says_who_asked_for_what_and_what_came_of_it) {
    on_each_database([](const std::string& url) {
        const TemporaryFolder folder;
        const std::string text = "database \"" + url + "\"\nalways { logging { database = true, spool = \"" +
                                 (folder / "spool").string() + R"(" } }
tier "gold" { rate = 1000 / second }
route "GET /**" { answer = "ok\n", plugins = auth { key = header "X-API-Key", file = "keys" } }
)";
        {
            GatewayProcess gateway{
                text, {}, {{"keys", "6163937e6547cc2853a333d323496f4d5608b3958a3bd3939752708bc9cb0feb alice gold\n"}}};
            auto client = gateway.client();
            BOOST_TEST(client.get("/orders?secret=1", "X-API-Key: gold-key\r\nX-Request-Id: mine\r\n").status() == 200);
            BOOST_TEST(client.get("/orders").status() == 401);
            BOOST_TEST(gateway.stop() == 0);
        }
        std::string problem;
        store::Database database{*store::DatabaseUrl::parse(url, "/", problem)};
        database.with([](Poco::Data::Session& session) {
            std::string user, tier, method, path, route, request_id, client_ip, reason;
            int status = 0;
            session << "SELECT user_id, tier, http_method, request_path, route, request_id, client_ip, status_code"
                       " FROM request_log WHERE status_code = 200",
                into(user), into(tier), into(method), into(path), into(route), into(request_id), into(client_ip),
                into(status), now;
            BOOST_TEST(
                (std::vector<std::string>{user, tier, method, path, route, request_id, client_ip}) ==
                    (std::vector<std::string>{"alice", "gold", "GET", "/orders", "GET /**", "mine", "127.0.0.1"}),
                boost::test_tools::per_element());
            session << "SELECT reason FROM request_log WHERE status_code = 401 AND user_id IS NULL AND key_id IS NULL",
                into(reason), now;
            BOOST_TEST(!reason.empty());
        });
    });
}

BOOST_AUTO_TEST_CASE(a_database_that_is_away_while_the_gateway_stops_and_starts_hears_of_each_request_once) {
    Postgres server;
    const std::string url = server.url();
    const TemporaryFolder folder;
    Askers askers;
    {
        GatewayProcess gateway{routes(url, folder)};
        askers.ask(gateway, 200);
        server.kill();
        askers.ask(gateway, 200);
        gateway.process().wait_for_line("requests wait in ");
        BOOST_TEST(gateway.stop() == 0);
    }
    GatewayProcess gateway{routes(url, folder)};
    askers.ask(gateway, 200);
    server.start();
    askers.ask(gateway, 200);
    BOOST_TEST(askers.answered == 800);
    wait_for_rows(url, 800);
    BOOST_TEST(gateway.stop() == 0);
    BOOST_TEST(counted(url) == (Counted{800, 800}));
}

BOOST_AUTO_TEST_CASE(a_database_that_hangs_delays_no_request) {
    Postgres server;
    const std::string url = server.url();
    const TemporaryFolder folder;
    Askers askers;
    GatewayProcess gateway{routes(url, folder)};
    askers.ask(gateway, 200);
    wait_for_rows(url, 200);
    server.hang();
    askers.ask(gateway, 400);
    BOOST_TEST(askers.answered == 600);
    wait_until("all is on the disk", [&] { return figure(gateway, written_down) == 600; });
    server.go_on();
    wait_for_rows(url, 600);
    BOOST_TEST(gateway.stop() == 0);
}

BOOST_AUTO_TEST_CASE(what_was_written_down_survives_a_kill) {
    Postgres server;
    const std::string url = server.url();
    const TemporaryFolder folder;
    Askers askers;
    for (int round = 1; round <= 2; ++round) {
        GatewayProcess gateway{routes(url, folder)};
        if (round == 1) server.kill();
        askers.ask(gateway, 200);
        wait_until("all is written down", [&] { return figure(gateway, written_down) == 200; });
        gateway.process().signal(SIGKILL);
        gateway.process().wait();
    }
    server.start();
    GatewayProcess gateway{routes(url, folder)};
    BOOST_TEST(askers.answered == 400);
    wait_for_rows(url, 400);
}

BOOST_AUTO_TEST_CASE(a_reload_that_names_another_database_is_followed) {
    const TemporaryFolder folder;
    const std::string one = "sqlite:" + (folder / "one.db").string(), other = "sqlite:" + (folder / "other.db").string();
    Askers askers;
    GatewayProcess gateway{routes(one, folder)};
    askers.ask(gateway, 40);
    wait_for_rows(one, 40);
    gateway.write_routes(routes(other, folder));
    BOOST_TEST(gateway.reload().find("reloaded") != std::string::npos);
    askers.ask(gateway, 40);
    wait_for_rows(other, 40);
    BOOST_TEST(gateway.stop() == 0);
    BOOST_TEST(counted(one) == (Counted{40, 40}));
}

BOOST_AUTO_TEST_CASE(old_requests_leave_the_table) {
    on_each_database([](const std::string& url) {
        const TemporaryFolder folder;
        Askers askers;
        {
            GatewayProcess gateway{routes(url, folder)};
            askers.ask(gateway, 40);
            BOOST_TEST(gateway.stop() == 0);
        }
        BOOST_TEST(counted(url).rows == 40);
        const GatewayProcess gateway{routes(url, folder, ", keep = 1 * seconds")};
        wait_until("they are gone", [&] { return counted(url).rows == 0; });
    });
}

BOOST_AUTO_TEST_CASE(checks_and_explanations_write_nothing_down) {
    const TemporaryFolder folder;
    std::ofstream{folder / "routes.lua"} << "listen \"127.0.0.1:0\"\nalways { logging { database = true } }\n"
                                            "route \"GET /**\" { answer = \"ok\\n\" }\n";
    const std::string file = (folder / "routes.lua").string();
    BOOST_TEST(run({tollgate_program(), "check", file}).code == 0);
    const Finished explained = run({"env", "-C", folder.path().string(), tollgate_program(), "explain", "GET", "/"});
    BOOST_TEST(explained.out.find("row in the database") != std::string::npos, explained.out + explained.err);
    BOOST_TEST(!std::filesystem::exists(folder / "tollgate.db"));
    BOOST_TEST(!std::filesystem::exists(folder / "request_log.spool"));
}

BOOST_AUTO_TEST_CASE(rotation_under_load_loses_no_line) {
    Askers askers;
    GatewayProcess gateway{
        "always { logging { logs = { { to = \"access.log\", rotate_size = 16 * kilobytes, rotate_keep = 1000 }, "
        "{ to = \"text.log\", format = \"text\", fields = { \"path\" } } } } }\n"
        "route \"GET /**\" { answer = \"ok\\n\" }\n"};
    askers.ask(gateway, 1000);
    BOOST_TEST(gateway.stop() == 0);
    std::set<std::string> paths;
    int lines = 0, files = 0;
    for (const auto& entry : std::filesystem::directory_iterator{gateway.folder()}) {
        if (!entry.path().filename().string().starts_with("access.log")) continue;
        BOOST_TEST(entry.file_size() <= 16 * 1024u);
        ++files;
        for (const std::string& line : gateway.log_lines(1, entry.path().filename().string())) {
            paths.insert(Poco::JSON::Parser{}.parse(line).extract<Object::Ptr>()->getValue<std::string>("path"));
            ++lines;
        }
    }
    BOOST_TEST(files > 10);
    BOOST_TEST(lines == 1000);
    BOOST_TEST(paths.size() == 1000u);
    BOOST_TEST(gateway.log_lines(1000, "text.log").size() == 1000u);
}

BOOST_AUTO_TEST_CASE(each_log_has_its_own_requests_and_words) {
    GatewayProcess gateway{R"(
always { logging { query = true, logs = {
    { to = "all.log", template = "{method} {path}?{query} {status} {header:X-Trace} {header:X-Secret-Thing}" },
    { to = "errors.log", only = "errors", fields = { "path", "status" } },
    { to = "refusals.log", only = "refusals", format = "text", fields = { "path" }, request_headers = "X-Trace" },
    { to = "none.log", sample = 0, fields = "status" },
} } }
route "GET /teapot" { answer = { status = 418 } }
route "GET /broken" { answer = { status = 503 } }
route "GET /fine"   { answer = "ok\n" }
)"};
    auto client = gateway.client();
    BOOST_TEST(client.get("/fine?a=1&api_key=7", "X-Trace: t1\r\nX-Secret-Thing: s\r\n").status() == 200);
    BOOST_TEST(client.get("/teapot", "X-Trace: t2\r\n").status() == 418);
    BOOST_TEST(client.get("/broken").status() == 503);
    BOOST_TEST(gateway.stop() == 0);
    BOOST_TEST(gateway.read_file("all.log") ==
               "GET /fine?a=1&api_key=(hidden) 200 t1 (hidden)\nGET /teapot?- 418 t2 -\nGET /broken?- 503 - -\n");
    BOOST_TEST(gateway.read_file("errors.log") == "{\"path\":\"/broken\",\"status\":503}\n");
    BOOST_TEST(gateway.read_file("refusals.log") == "Path: /teapot | X-Trace: t2\n");
    BOOST_TEST(gateway.read_file("none.log") == "{\"status\":503}\n");
}

BOOST_AUTO_TEST_SUITE_END()
