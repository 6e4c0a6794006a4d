// tests/scenarios/explain_test.cpp - `tollgate explain`: what docs/explain.md shows, and what it does not show.
#include "support/gateway_process.h"
#include "support/places.h"

#include <boost/test/unit_test.hpp>

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

using namespace tollgate::test;
using Poco::JSON::Object;

namespace {

std::string file_of(const std::filesystem::path& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

struct Block {
    std::string command, output;
};

// A page's configuration, and its ```console blocks: "$ command" and what it prints.
struct Page {
    std::string routes;
    std::vector<Block> blocks;

    explicit Page(const std::filesystem::path& path) {
        std::istringstream in{file_of(path)};
        std::string inside;
        for (std::string line; std::getline(in, line);) {
            if (line.starts_with("```")) {
                inside = inside.empty() ? line.substr(3) + ' ' : "";
            } else if (inside == "lua ") {
                routes += line + '\n';
            } else if (inside == "console " && line.starts_with("$ ")) {
                blocks.push_back({line.substr(2), {}});
            } else if (inside == "console " && !blocks.empty()) {
                blocks.back().output += line + '\n';
            }
        }
    }
};

// A folder with routes.lua and keys, and what a shell in it says.
struct Desk {
    TemporaryFolder folder;
    explicit Desk(std::string_view routes) {
        std::ofstream{folder / "routes.lua"} << routes;
        std::filesystem::copy_file(source_folder() + "/scripts/demo-keys", folder / "keys");
    }
    Finished shell(const std::string& command) const {
        const std::string program = tollgate_program();
        return run({"sh", "-c",
                    "cd '" + folder.path().string() + "' && PATH='" + program.substr(0, program.rfind('/')) +
                        "':\"$PATH\" && " + command});
    }
    Finished explain(std::vector<std::string> words) const {
        words.insert(words.begin(), {"env", "-C", folder.path().string(), tollgate_program(), "explain"});
        return run(words);
    }
    Object::Ptr json(std::vector<std::string> words) const {
        words.emplace_back("--json");
        const auto finished = explain(words);
        BOOST_TEST(finished.code == 0);
        Poco::JSON::Parser parser;
        return parser.parse(finished.out).extract<Object::Ptr>();
    }
};

// The wall's time is all that differs from run to run.
std::string timeless(const std::string& text) {
    return std::regex_replace(text, std::regex{"X-RateLimit-Reset: [0-9]+"}, "X-RateLimit-Reset: TIME");
}

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
    return found;
}

constexpr auto limited = R"(listen "127.0.0.1:0"
tier "free" { rate = 60 / minute, burst = 3 }
tier "premium" { rate = 60 / minute, burst = 3 }
always { logging { to = "access.log" } }
route "GET /x" { answer = "ok\n", plugins = { auth { file = "keys" }, ratelimit { by = caller } } }
route "GET /fails" { answer = "never\n", when = function(request) return request.nonsense.deep end }
route "GET /fails" { answer = "never\n" }
)";
constexpr auto alice = "X-API-Key: tollgate-demo-free";

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_explain)

BOOST_AUTO_TEST_CASE(what_the_page_shows_is_what_is_printed) {
    const Page page{source_folder() + "/docs/explain.md"};
    BOOST_REQUIRE(page.blocks.size() >= 7);
    const Desk desk{page.routes};
    for (const auto& block : page.blocks) {
        const auto finished = desk.shell(block.command);
        BOOST_TEST(!block.output.empty(), block.command);
        BOOST_TEST(timeless(finished.out) == timeless(block.output), block.command << "\n"
                                                                                   << finished.out << finished.err);
    }
}

BOOST_AUTO_TEST_CASE(a_limit_bites_while_the_clock_stands_and_not_while_it_moves) {
    const Desk desk{limited};
    const auto still = desk.explain({"GET", "/x", "-H", alice, "--times", "5"});
    BOOST_TEST(still.code == 0);
    BOOST_TEST(count(still.out, "429 rate_limited") >= 2u);
    BOOST_TEST(still.out.find("#4  GET /x") != std::string::npos);  // another end: told whole
    const auto moving = desk.explain({"GET", "/x", "-H", alice, "--times", "5", "--every", "1s"});
    BOOST_TEST(moving.out.find("429") == std::string::npos);
    BOOST_TEST(moving.out.find("#5  4 s  200") != std::string::npos);
    const auto faster = desk.explain({"GET", "/x", "-H", alice, "--times", "8", "--every", "500ms", "--json"});
    // 3 at once, and half a one every half second: the sixth is one too many.
    BOOST_TEST(count(faster.out, "\"status\": 200") == 6u);
    BOOST_TEST(count(faster.out, "\"reason\": \"rate_limited\"") == 2u);
}

BOOST_AUTO_TEST_CASE(nothing_is_left_behind) {
    const Desk desk{limited};
    // What may be repeated may be: folders of plugins as well as headers.
    const std::string folder = desk.folder.path().string();
    BOOST_TEST(desk.explain({"GET", "/x", "-H", alice, "-H", "A: 1", "--plugins", folder, "--plugins", folder}).code ==
               0);
    BOOST_TEST(!std::filesystem::exists(desk.folder / "access.log"));
}

BOOST_AUTO_TEST_CASE(keys_are_shown_nowhere) {
    const Desk desk{limited};
    for (const char* key : {"tollgate-demo-free", "not-a-key-of-ours"})
        for (const bool json : {false, true}) {
            std::vector<std::string> words{"GET", "/x?token=another-secret", "-H", std::string{"X-API-Key: "} + key,
                                           "-H",  "Cookie: id=and-a-cookie"};
            if (json) words.emplace_back("--json");
            const auto finished = desk.explain(words);
            BOOST_TEST(finished.code == 0);
            for (const std::string secret : {key, "another-secret", "and-a-cookie"})
                BOOST_TEST((finished.out + finished.err).find(secret) == std::string::npos, finished.out);
        }
}

BOOST_AUTO_TEST_CASE(a_refused_key_is_explained_to_programs) {
    const Desk desk{limited};
    const auto json = desk.json({"GET", "http://a.example/x", "-H", "X-API-Key: not-a-key-of-ours"});
    BOOST_TEST(json->getObject("answer")->getValue<int>("status") == 401);
    BOOST_TEST(json->getObject("answer")->getValue<std::string>("reason") == "key_unknown");
    BOOST_TEST(json->isNull("caller"));
    BOOST_TEST(json->isNull("upstream"));
    BOOST_TEST(json->getObject("route")->getValue<std::string>("where") == "routes.lua:5");
    const auto candidates = json->getArray("candidates");
    BOOST_REQUIRE(candidates->size() == 1u);
    BOOST_TEST(candidates->getObject(0)->getValue<std::string>("fate") == "taken");
    const auto last = json->getArray("steps");
    std::string outcomes;
    for (unsigned i = 0; i < last->size(); ++i)
        if (!last->getObject(i)->isNull("outcome")) outcomes += last->getObject(i)->getValue<std::string>("outcome");
    BOOST_TEST(outcomes == "refuses: 401 key_unknown: the API key is not known");
}

BOOST_AUTO_TEST_CASE(a_caller_is_told_with_tier_and_fill) {
    const Desk desk{limited};
    const auto json = desk.json({"GET", "/x", "-H", alice});
    BOOST_TEST(json->getObject("caller")->getValue<std::string>("owner") == "alice");
    BOOST_TEST(json->getObject("caller")->getValue<std::string>("tier") == "free");
    const auto steps = json->getArray("steps");
    for (unsigned i = 0; i < steps->size(); ++i) {
        const auto step = steps->getObject(i);
        if (step->getValue<std::string>("who") != "ratelimit") continue;
        BOOST_TEST(step->getValue<std::string>("door") == "on_request");
        BOOST_TEST(step->getObject("facts")->getValue<std::string>("remaining") == "2");
        BOOST_TEST(step->getObject("facts")->getValue<std::string>("burst") == "3");
        return;
    }
    BOOST_ERROR("ratelimit says nothing");
}

BOOST_AUTO_TEST_CASE(no_route_another_method_and_a_condition_that_fails) {
    const Desk desk{limited};
    BOOST_TEST(desk.explain({"GET", "/nowhere"}).out.find("no route takes this path") != std::string::npos);
    const auto method = desk.json({"POST", "/x"});
    BOOST_TEST(method->getObject("answer")->getValue<int>("status") == 405);
    BOOST_TEST(method->getArray("candidates")->getObject(0)->getValue<std::string>("why") ==
               "method: wanted another, got POST");
    const auto fails = desk.json({"GET", "/fails"});
    BOOST_TEST(fails->getObject("answer")->getValue<int>("status") == 500);
    BOOST_TEST(fails->getObject("answer")->getValue<std::string>("reason") == "script_failed");
    BOOST_TEST(fails->getArray("candidates")->getObject(0)->getValue<std::string>("why") == "`when` fails");
}

BOOST_AUTO_TEST_CASE(wrong_words_are_told_apart) {
    const Desk desk{limited};
    const std::vector<std::pair<std::vector<std::string>, std::string>> mistakes{
        {{"GET", "orders/7"}, "tollgate: expected http://host/path or /path, got \"orders/7\""},
        {{"GET", "/x", "--client", "somebody"},
         "tollgate: --client: expected an IP address or unix:, got \"somebody\""},
        {{"GET", "/x", "--every", "5"},
         "tollgate: --every: expected a time of at most 31 days (100ms, 1s, 2m, 1h, 1d), got \"5\""},
        {{"GET", "/x", "-H", "nothing"}, "tollgate: -H: expected 'Name: value', got \"nothing\""},
        {{"GET", "/x", "-H", "A: 1\r\nB: 2"}, "tollgate: -H: expected one line, got \"A: 1\\r\\nB: 2\""},
        {{"GET"}, "url"},
        {{"GET", "/x", "--times", "0"}, "--times"},
        {{"GET", "/x", "nowhere.lua"}, "tollgate: nowhere.lua: no such file"}};
    for (const auto& [words, message] : mistakes) {
        const auto finished = desk.explain(words);
        BOOST_TEST(finished.code == 2, message);
        BOOST_TEST(finished.out == "");
        BOOST_TEST(finished.err.find(message) != std::string::npos, finished.err);
    }
    std::ofstream{desk.folder / "routes.lua"} << "rout \"x\" {}\n";
    const auto broken = desk.explain({"GET", "/x"});
    BOOST_TEST(broken.code == 2);
    BOOST_TEST(broken.err.find("routes.lua:1: unknown word \"rout\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_default_rate_needs_no_tier) {
    const Desk desk{R"(
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { ratelimit { by = client_ip, default_rate = 2 / hour } } }
)"};
    const auto explained = desk.explain({"GET", "/"});
    BOOST_TEST(explained.code == 0, explained.err);
    BOOST_TEST(explained.out.find(" by default: key ") != std::string::npos, explained.out);
}

BOOST_AUTO_TEST_SUITE_END()
