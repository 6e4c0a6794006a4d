// tests/scenarios/guides_test.cpp - follows each guide of docs/guides as its reader does: what it shows is what comes.
#include "guide.h"
#include "guide_shell.h"
#include "support/places.h"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>
#include <thread>

using namespace tollgate::test;
namespace fs = std::filesystem;

namespace {

const fs::path folder = source_folder() + "/docs/guides";

// What runs in the background, and what shows later, is waited for.
void play(GuideShell& shell, const GuideStep& step) {
    const bool background = step.text.ends_with('&'), later = background || step.repeated;
    const Deadline deadline;
    shell.run(step.text);
    while (!is_as_shown(shell.printed(), step.output, background)) {
        if (!later || deadline.passed()) {
            BOOST_ERROR("$ " << step.text << "\nis shown to print\n" << step.output << "but prints\n"
                             << shell.printed());
            return;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
        if (step.repeated) shell.run(step.text);
    }
}

// What begins with "broken" has mistakes to be shown.
void check(GuideShell& shell, const std::string& name) {
    shell.run("tollgate check " + name + "; echo \"exit $?\"");
    BOOST_TEST(shell.printed().ends_with(name.starts_with("broken") ? "exit 2\n" : "exit 0\n"), shell.printed());
}

void follow(const std::string& name) {
    const Guide guide{folder / name};
    BOOST_TEST(!guide.steps().empty());
    GuideShell shell;
    for (const auto& step : guide.steps()) {
        BOOST_TEST_CONTEXT(name << ':' << step.line) {
            if (step.kind == GuideStep::Kind::command) {
                play(shell, step);
                continue;
            }
            shell.write(step.name, step.text, step.kind == GuideStep::Kind::addition);
            if (step.name.ends_with(".lua")) check(shell, step.name);
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_guides)

BOOST_AUTO_TEST_CASE(a_first_route) { follow("first-route.md"); }
BOOST_AUTO_TEST_CASE(keys_and_tiers) { follow("keys-and-tiers.md"); }
BOOST_AUTO_TEST_CASE(limits_that_hold) { follow("limits-that-hold.md"); }
BOOST_AUTO_TEST_CASE(caching) { follow("caching.md"); }
BOOST_AUTO_TEST_CASE(surviving_failures) { follow("surviving-failures.md"); }
BOOST_AUTO_TEST_CASE(watching) { follow("watching.md"); }
BOOST_AUTO_TEST_CASE(a_plugin) { follow("a-plugin.md"); }
BOOST_AUTO_TEST_CASE(deploying) { follow("deploying.md"); }
BOOST_AUTO_TEST_CASE(moving_from_nginx) { follow("moving-from-nginx.md"); }
BOOST_AUTO_TEST_CASE(moving_from_kong) { follow("moving-from-kong.md"); }
BOOST_AUTO_TEST_CASE(moving_from_the_five) { follow("moving-from-the-five.md"); }

BOOST_AUTO_TEST_CASE(no_guide_is_left_out) {
    const std::set<std::string> followed{"a-plugin.md",           "caching.md",           "deploying.md",
                                         "first-route.md",        "keys-and-tiers.md",    "limits-that-hold.md",
                                         "moving-from-kong.md",   "moving-from-nginx.md", "moving-from-the-five.md",
                                         "surviving-failures.md", "watching.md"};
    std::set<std::string> there;
    for (const auto& entry : fs::directory_iterator{folder}) there.insert(entry.path().filename().string());
    BOOST_TEST(there == followed, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(dots_stand_for_any_text_and_any_lines) {
    BOOST_TEST(is_as_shown("a 1 b\n", "a ... b\n"));
    BOOST_TEST(!is_as_shown("a 1 c\n", "a ... b\n"));
    BOOST_TEST(!is_as_shown("a 1 b\n", "a ...\nb\n"));
    BOOST_TEST(is_as_shown("one\ntwo\nthree\n", "one\n...\nthree\n"));
    BOOST_TEST(is_as_shown("one\nthree\n", "one\n...\nthree\n"));
    BOOST_TEST(!is_as_shown("one\ntwo\n", "one\n...\nthree\n"));
    BOOST_TEST(is_as_shown("one\ntwo\n", "...\n"));
    BOOST_TEST(!is_as_shown("one\ntwo\n", "one\n"));
    BOOST_TEST(is_as_shown("one\ntwo\n", "one\n", true));
    BOOST_TEST(!is_as_shown("one", "one\n", true));
    BOOST_TEST(!is_as_shown("", "one\n", true));
}

BOOST_AUTO_TEST_SUITE_END()
