// tests/scenarios/watch_test.cpp - `tollgate serve --watch` takes up edits by itself, and `tollgate diff` tells them before.
#include "support/gateway_process.h"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <string>
#include <vector>

using namespace tollgate;

namespace {

std::string answering(const std::string& body) { return "route \"GET /\" { answer = \"" + body + "\" }\n"; }

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string next_outcome(test::GatewayProcess& gateway) {
    const std::string line = gateway.process().wait_for_line("config: reload");
    return line.substr(line.find("config: ") + 8);
}

struct Files {
    test::TemporaryFolder folder;
    std::string write(const std::string& name, const std::string& text) const {
        std::ofstream{folder / name} << "listen \"127.0.0.1:8080\"\n" << text;
        return (folder / name).string();
    }
    test::Finished diff(const std::string& before, const std::string& after, std::vector<std::string> options = {}) const {
        options.insert(options.begin(), {test::tollgate_program(), "diff", write("old.lua", before), write("new.lua", after)});
        return test::run(options);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_watch)

BOOST_AUTO_TEST_CASE(an_edit_is_taken_up_by_itself) {
    test::GatewayProcess gateway{answering("before"), {"--watch"}};
    (void)gateway.process().wait_for_line("serve: watching 1 file");
    gateway.write_routes(answering("after"));  // renamed over the old one, as editors do
    BOOST_TEST(next_outcome(gateway).starts_with("reloaded"));
    BOOST_TEST(gateway.client().get("/").body == "after");
    {
        // In place.
        std::ofstream out{gateway.folder() / "routes.lua", std::ios::app};
        out << "route \"GET /more\" { answer = \"more\" }\n";
    }
    BOOST_TEST(next_outcome(gateway).starts_with("reloaded"));
    BOOST_TEST(gateway.client().get("/more").body == "more");
}

BOOST_AUTO_TEST_CASE(a_broken_edit_changes_nothing_and_its_repair_is_seen) {
    test::GatewayProcess gateway{answering("before"), {"--watch"}};
    (void)gateway.process().wait_for_line("serve: watching");
    gateway.write_routes("rout \"GET /\" {}\n");
    BOOST_TEST(next_outcome(gateway).starts_with("reload refused"));
    BOOST_TEST(gateway.client().get("/").body == "before");
    gateway.write_routes(answering("after"));
    BOOST_TEST(next_outcome(gateway).starts_with("reloaded"));
    BOOST_TEST(gateway.client().get("/").body == "after");
}

BOOST_AUTO_TEST_CASE(required_files_are_watched_also_those_that_come_later) {
    const std::string routes = "local body = require \"body\"\nroute \"GET /\" { answer = body }\n";
    test::GatewayProcess gateway{routes, {"--watch"}, {{"body.lua", "return \"one\""}}};
    (void)gateway.process().wait_for_line("serve: watching 2 files");
    gateway.write_file("body.lua", "return \"two\"");
    BOOST_TEST(next_outcome(gateway).starts_with("reloaded"));
    BOOST_TEST(gateway.client().get("/").body == "two");
    gateway.write_routes("local body = require \"other\"\nroute \"GET /\" { answer = body }\n");
    BOOST_TEST(next_outcome(gateway).starts_with("reload refused"));
    gateway.write_file("other.lua", "return \"three\"");
    BOOST_TEST(next_outcome(gateway).starts_with("reloaded"));
    BOOST_TEST(gateway.client().get("/").body == "three");
}

BOOST_AUTO_TEST_CASE(a_reload_says_what_changed) {
    test::GatewayProcess gateway{answering("before")};
    gateway.write_routes(answering("after") + "tier \"a\" { burst = 3 }\n");
    const auto done = gateway.reload_by_command();
    BOOST_TEST(done.code == 0);
    BOOST_TEST(contains(done.out, "reloaded: 1 route, 0 upstreams; 1 added, 1 changed\n"));
    BOOST_TEST(contains(done.out, "\n+ tier \"a\" (routes.lua:2)\n"));
    BOOST_TEST(contains(done.out, "\n~ route \"GET /\" (routes.lua:1): answer: \"before\" -> \"after\"\n"));
    (void)gateway.process().wait_for_line("info config: ~ route \"GET /\"");
    BOOST_TEST(gateway.reload() == "reloaded: 1 route, 0 upstreams; nothing changed");
}

BOOST_AUTO_TEST_CASE(what_a_reload_keeps_and_forgets_is_told) {
    const auto limited = [](const std::string& rest) {
        return "route \"GET /\" { answer = \"ok\", plugins = { ratelimit { by = client_ip, rate = 1 / hour" + rest + " } } }\n";
    };
    const Files files;
    const auto kept = files.diff(limited(""), limited(", burst = 7"));
    BOOST_TEST(kept.code == 0);
    BOOST_TEST(contains(kept.out, "burst: (not given) -> 7\n"));
    BOOST_TEST(contains(kept.out, "state: kept: ratelimit: "));
    const auto forgotten = files.diff(limited(""), answering("ok"));
    BOOST_TEST(contains(forgotten.out, "state: ratelimit: "));
    BOOST_TEST(contains(forgotten.out, ": forgotten\n"));
}

BOOST_AUTO_TEST_CASE(diff_exits_with_1_only_where_it_is_asked_to) {
    const Files files;
    BOOST_TEST(files.diff(answering("a"), answering("b")).code == 0);
    BOOST_TEST(files.diff(answering("a"), answering("b"), {"--exit-code"}).code == 1);
    const auto same = files.diff(answering("a"), answering("a"), {"--exit-code"});
    BOOST_TEST(same.code == 0);
    BOOST_TEST(same.out == "nothing changed\n");
    BOOST_TEST(contains(files.diff(answering("a"), answering("b"), {"--json"}).out, "\"setting\":\"answer\""));
}

BOOST_AUTO_TEST_CASE(diff_tells_of_the_mistakes_of_both_files) {
    const Files files;
    const auto broken = files.diff("rout \"GET /\" {}\n", "route \"GET /\" { anwser = \"\" }\n");
    BOOST_TEST(broken.code == 2);
    BOOST_TEST(contains(broken.out, "old.lua:2: unknown word \"rout\""));
    BOOST_TEST(contains(broken.out, "new.lua:2: route \"GET /\": unknown setting \"anwser\""));
}

BOOST_AUTO_TEST_SUITE_END()
