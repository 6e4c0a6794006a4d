// tests/scenarios/request_log_test.cpp - each request in the database once, files and forms of lines, and reloads.
#include "scenarios/request_rows.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

using namespace tollgate;
using namespace tollgate::test;

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
            wait_until("the table is there", [&] { return counted(url).rows >= 0; });
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
            wait_until("the table is there", [&] { return counted(url).rows >= 0; });
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

BOOST_AUTO_TEST_CASE(a_reload_that_is_refused_changes_nothing) {
    const TemporaryFolder folder;
    const std::string one = "sqlite:" + (folder / "one.db").string(), other = "sqlite:" + (folder / "other.db").string();
    const auto with_file = [](const std::string& text, const std::string& more) {
        return "route \"GET /file\" { answer = \"ok\", plugins = { logging { to = \"file.log\"" + more + " } } }\n" + text;
    };
    Askers askers;
    GatewayProcess gateway{with_file(routes(one, folder), "")};
    askers.ask(gateway, 40);
    wait_for_rows(one, 40);
    const std::string wrong = "upstream \"nobody\" { targets = { \"nowhere\" } }\n";
    for (const std::string& text : {with_file(routes(other, folder, ", keep = 1 * seconds"), ", rotate_size = 4 * kilobytes"),
                                    "database \"" + one + "\"\nalways { logging { database = true, spool = \"" +
                                        (folder / "new.spool").string() + "\" } }\n"}) {
        gateway.write_routes(wrong + text);
        BOOST_TEST(gateway.reload().find("reload refused") != std::string::npos);
    }
    askers.ask(gateway, 40);
    for (int i = 0; i < 40; ++i) BOOST_TEST(gateway.client().get("/file").status() == 200);
    BOOST_TEST(gateway.log_lines(40, "file.log").size() == 40u);
    wait_until("all are in the first database", [&] { return counted(one).rows >= 120; });
    BOOST_TEST(gateway.stop() == 0);
    BOOST_TEST(counted(one).rows == 120);
    BOOST_TEST(!std::filesystem::exists(folder / "other.db"));
    BOOST_TEST(!std::filesystem::exists(folder / "new.spool"));
    BOOST_TEST(!std::filesystem::exists(gateway.folder() / "file.log.1"));
}

BOOST_AUTO_TEST_CASE(what_an_old_spool_holds_is_said_when_it_is_left) {
    const TemporaryFolder folder;
    const std::string away = "postgresql://tollgate:secret@127.0.0.1:1/none";
    const auto with = [&](const std::string& more) { return routes(away, folder, more); };
    Askers askers;
    GatewayProcess gateway{with("")};
    askers.ask(gateway, 40);
    gateway.process().wait_for_line("requests wait in ");
    gateway.write_routes("always { logging { to = \"stdout\" } }\nroute \"GET /**\" { answer = \"ok\\n\" }\n");
    BOOST_TEST(gateway.reload().find("reloaded") != std::string::npos);
    const std::string told = gateway.process().wait_for_line(" bytes of requests wait in ");
    BOOST_TEST(told.find((folder / "spool").string()) != std::string::npos);
    const std::string url = "sqlite:" + (folder / "one.db").string();
    gateway.write_routes(routes(url, folder));
    BOOST_TEST(gateway.reload().find("reloaded") != std::string::npos);
    wait_for_rows(url, 40);
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
            wait_until("the table is there", [&] { return counted(url).rows >= 0; });
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
    { to = "all.log", template = "{method} {path}?{query} {status} {header:X-Trace} {header:X-Secret-Thing} {header:Referer}" },
    { to = "errors.log", only = "errors", fields = { "path", "status" } },
    { to = "refusals.log", only = "refusals", format = "text", fields = { "path" }, request_headers = "X-Trace" },
    { to = "none.log", sample = 0, fields = "status" },
} } }
route "GET /teapot" { answer = { status = 418 } }
route "GET /broken" { answer = { status = 503 } }
route "GET /fine"   { answer = "ok\n" }
)"};
    auto client = gateway.client();
    BOOST_TEST(client.get("/fine?a=1&api_key=7", "X-Trace: t1\r\nX-Secret-Thing: s\r\nReferer: https://a/?token=7\r\n").status() == 200);
    BOOST_TEST(client.get("/teapot", "X-Trace: t2\r\n").status() == 418);
    BOOST_TEST(client.get("/broken").status() == 503);
    BOOST_TEST(gateway.stop() == 0);
    BOOST_TEST(gateway.read_file("all.log") ==
               "GET /fine?a=1&api_key=(hidden) 200 t1 (hidden) https://a/?token=(hidden)\n"
               "GET /teapot?- 418 t2 - -\nGET /broken?- 503 - - -\n");
    BOOST_TEST(gateway.read_file("errors.log") == "{\"path\":\"/broken\",\"status\":503}\n");
    BOOST_TEST(gateway.read_file("refusals.log") == "Path: /teapot | X-Trace: t2\n");
    BOOST_TEST(gateway.read_file("none.log") == "{\"status\":503}\n");
}

BOOST_AUTO_TEST_SUITE_END()
