// tests/scenarios/examples_test.cpp - plays the REQUEST and EXPECT lines of examples/*.lua (form: examples/README.md).
#include "support/gateway_process.h"
#include "support/places.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace tollgate::test;
namespace fs = std::filesystem;

namespace {

struct Step {
    std::string request, expect;
};

std::string text_of(const fs::path& path) {
    std::ifstream in{path, std::ios::binary};
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

std::vector<fs::path> lessons() {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator{source_folder() + "/examples"})
        if (entry.path().extension() == ".lua") found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<Step> steps_of(const std::string& lesson) {
    const std::string request = "-- REQUEST: ", expect = "-- EXPECT: ";
    std::vector<Step> steps;
    std::istringstream in{lesson};
    bool asked = false;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with(request)) {
            BOOST_REQUIRE_MESSAGE(!asked, "two REQUEST lines without an EXPECT between: " << line);
            steps.push_back({line.substr(request.size()), {}});
            asked = true;
        } else if (line.starts_with(expect)) {
            BOOST_REQUIRE_MESSAGE(asked, "an EXPECT line without a REQUEST: " << line);
            steps.back().expect = line.substr(expect.size());
            asked = false;
        }
    }
    BOOST_REQUIRE_MESSAGE(!asked, "a REQUEST line without an EXPECT");
    return steps;
}

// The first word, taken off `text` with the blank behind it.
std::string take_word(std::string& text) {
    const auto end = text.find(' ');
    std::string word = text.substr(0, end);
    text.erase(0, end == std::string::npos ? end : end + 1);
    return word;
}

std::string unquoted(const std::string& quoted) {
    BOOST_REQUIRE_MESSAGE(quoted.size() >= 2 && quoted.front() == '"' && quoted.back() == '"', "no quotes: " << quoted);
    std::string text;
    for (std::size_t i = 1; i + 1 < quoted.size(); ++i) {
        if (quoted[i] == '\\' && i + 2 < quoted.size()) ++i;
        text += quoted[i];
    }
    return text;
}

Message ask(const std::string& address, std::string request) {
    const std::string method = take_word(request), target = take_word(request);
    RawClient client{address};
    if (request.starts_with("Host: "))
        client.send(method + ' ' + target + " HTTP/1.1\r\n" + request + "\r\n\r\n");
    else
        client.send(RawClient::head(method, target, request.empty() ? "" : request + "\r\n"));
    return client.answer(method == "HEAD");
}

void judge(const Message& answer, std::string expect) {
    const std::string status = take_word(expect), contains = "body contains ";
    BOOST_TEST(std::to_string(answer.status()) == status);
    if (expect.empty()) return;
    if (expect.starts_with(contains)) {
        const std::string wanted = unquoted(expect.substr(contains.size()));
        BOOST_TEST(answer.body.find(wanted) != std::string::npos, "\"" << wanted << "\" is not in: " << answer.body);
        return;
    }
    const auto colon = expect.find(": ");
    BOOST_REQUIRE_MESSAGE(colon != std::string::npos, "neither a body nor a header: " << expect);
    BOOST_TEST(answer.header(expect.substr(0, colon)) == expect.substr(colon + 2));
}

ScriptedUpstream::Script target(const std::string& port) {
    return [port](UpstreamConnection& connection) {
        while (const auto request = connection.read_request())
            connection.answer(200, "target " + port + ": " + request->method() + ' ' + request->target() + '\n');
    };
}

void replace(std::string& text, const std::string& what, const std::string& by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_examples)

BOOST_AUTO_TEST_CASE(every_lesson_does_what_its_first_lines_say) {
    const auto files = lessons();
    BOOST_REQUIRE(!files.empty());
    for (const auto& file : files) {
        BOOST_TEST_CONTEXT(file.filename().string()) {
            std::string lesson = text_of(file);
            const auto steps = steps_of(lesson);
            BOOST_TEST(!steps.empty());
            ScriptedUpstream first{target("9001")}, second{target("9002")};
            replace(lesson, "127.0.0.1:8080", "127.0.0.1:0");
            replace(lesson, "127.0.0.1:9001", first.address());
            replace(lesson, "127.0.0.1:9002", second.address());
            GatewayProcess gateway{lesson, {}, {{"keys", text_of(source_folder() + "/examples/keys")}}};
            for (const auto& step : steps)
                BOOST_TEST_CONTEXT(step.request) judge(ask(gateway.address(), step.request), step.expect);
        }
    }
}

// A lesson with a misspelt name would be found by nobody, and never played.
BOOST_AUTO_TEST_CASE(nothing_else_lies_beside_the_lessons) {
    for (const auto& entry : fs::directory_iterator{source_folder() + "/examples"}) {
        const std::string name = entry.path().filename().string();
        const bool lesson = name.size() > 7 && name.ends_with(".lua") && std::isdigit(static_cast<unsigned char>(name[0])) &&
                            std::isdigit(static_cast<unsigned char>(name[1])) && name[2] == '_';
        BOOST_TEST((lesson || name == "README.md" || name == "keys" || name == "plugins" || name == "compat"), name);
    }
}

BOOST_AUTO_TEST_CASE(lessons_are_right_as_they_stand) {
    for (const auto& file : lessons()) {
        const Finished checked = run({tollgate_program(), "check", file.string()});
        BOOST_TEST(checked.code == 0, file.filename().string() << ": " << checked.err);
    }
    const Finished specimen = run({tollgate_program(), "check", source_folder() + "/scripts/routes.lua"});
    BOOST_TEST(specimen.code == 0, specimen.err);
}

BOOST_AUTO_TEST_CASE(the_readmes_configuration_is_right) {
    const std::string readme = text_of(source_folder() + "/README.md"), fence = "```lua\n";
    const auto begin = readme.find(fence);
    BOOST_REQUIRE(begin != std::string::npos);
    const TemporaryFolder folder;
    fs::copy(source_folder() + "/examples/keys", folder / "keys");
    std::ofstream{folder / "routes.lua"} << readme.substr(begin + fence.size(), readme.find("```", begin + 3) - begin - fence.size());
    const Finished checked = run({tollgate_program(), "check", (folder / "routes.lua").string()});
    BOOST_TEST(checked.code == 0, checked.err);
}

BOOST_AUTO_TEST_SUITE_END()
