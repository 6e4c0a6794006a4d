// tests/scenarios/logging_settings_test.cpp - what `tollgate check` says of settings that do not go together, and its manual.
#include "support/child_process.h"
#include "support/gateway_process.h"
#include "support/temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <string>

using namespace tollgate::test;

namespace {

struct Mistake {
    const char *use, *message;
};
constexpr Mistake mistakes[] = {
    {R"lua(logging { to = "stdout", logs = { { syslog = "/dev/log" } } })lua",
     R"(logging: to: expected it in each of logs, got it beside them)"},
    {R"lua(logging { logs = { { database = true, fields = { "path" } } } })lua",
     R"(logging: logs: 1: fields: expected nothing where database is true: its columns are given)"},
    {R"lua(logging { request_headers = { "Refer er" } })lua",
     R"(logging: request_headers: expected the name of a header, got "Refer er")"},
    {R"lua(logging { only = { "errors", "slow" } })lua",
     R"(logging: slow: missing; expected a duration (500 * milliseconds), since only has "slow")"},
    {R"lua(logging { syslog = "logs.example.com" })lua",
     R"(logging: syslog: expected a path (/dev/log) or an address (udp://192.0.2.9:514, tcp://...), got "logs.example.com")"},
    {R"lua(logging { logs = { { to = "stdout" }, { to = "stderr", template = "{status} {colour}" } } })lua",
     R"(logging: logs: 2: template: expected words with members in braces ({status}, {header:Referer}), got {colour})"},
    {R"lua(logging { to = "stdout", syslog = "/dev/log" })lua",
     R"(logging: syslog: expected one of to, syslog and database, got more than one)"},
    {R"lua(logging { fields = { "status", "colour" } })lua",
     R"(logging: fields: expected some of time, request_id, client_ip, method, path, query, route, status, reason, detail, caller, owner, tier, upstream, target, attempts, hedged, upstream_status, cache, bytes_received, bytes_sent, duration_ms, upstream_ms, gateway_ms, complete, user_agent, host, scheme, protocol; got "colour")"},
    {R"lua(logging { severity = "loud" })lua",
     R"(logging: severity: expected one of "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug", got "loud")"},
    {R"lua(logging { only = { "mistakes" } })lua",
     R"(logging: only: expected true, false or a list of "errors", "refusals", "slow", got a list)"},
    {R"lua(logging { to = "/no/such/folder/access.log" })lua",
     R"(logging: to: /no/such/folder: no such file or directory)"},
    {R"lua(logging { database = true, spool = "/no/such/spool" })lua",
     R"(logging: spool: /no/such: no such file or directory)"},
};

Finished check(const std::string& words) {
    const TemporaryFolder folder;
    std::ofstream{folder / "routes.lua"} << words << "\nlisten \"127.0.0.1:0\"\nroute \"GET /\" { answer = \"ok\\n\" }\n";
    return run({tollgate_program(), "check", (folder / "routes.lua").string()});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_logging_settings)

BOOST_AUTO_TEST_CASE(mistakes_are_said) {
    for (const auto& [use, message] : mistakes) {
        const Finished finished = check(std::string{"always { "} + use + " }");
        const std::string said = finished.out + finished.err;
        BOOST_TEST(finished.code == 2, use);
        BOOST_TEST(said.find(std::string{"routes.lua:1: "} + message + '\n') != said.npos, said);
    }
}

BOOST_AUTO_TEST_CASE(the_manual_shows_what_loads) {
    std::ifstream page{TOLLGATE_SOURCE_DIR "/plugins/logging/README.md"};
    std::string example;
    int examples = 0;
    bool inside = false;
    for (std::string line; std::getline(page, line);) {
        if (inside && line == "```") {
            const Finished finished = check(example);
            BOOST_TEST(finished.code == 0, example + finished.out + finished.err);
            ++examples;
            inside = false;
        }
        if (inside) example += line + '\n';
        if (line == "```lua") inside = true, example.clear();
    }
    BOOST_TEST(examples == 2);
}

BOOST_AUTO_TEST_SUITE_END()
