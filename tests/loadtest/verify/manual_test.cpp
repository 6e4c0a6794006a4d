// tests/loadtest/verify/manual_test.cpp - what docs/load-testing.md says of `verify`, and what there is.
#include "loadtest/verify/command_line.h"
#include "loadtest/verify/findings.h"
#include "support/places.h"

#include <CLI/CLI.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

using namespace tollgate::loadtest;
using namespace tollgate::loadtest::verify;

namespace {

// The section of `verify`.
std::string manual() {
    std::ifstream page{tollgate::test::source_folder() + "/docs/load-testing.md"};
    BOOST_TEST_REQUIRE(page.good());
    std::string text;
    bool of_verify = false;
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with("## ")) of_verify = line.ends_with("`verify`");
        if (of_verify) text += line + '\n';
    }
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(loadtest_verify_manual)

BOOST_AUTO_TEST_CASE(the_manual_and_the_help_tell_of_the_same_flags) {
    CLI::App app;
    VerifyWords words;
    words.attach(app);
    std::set<std::string> known, documented;
    for (const CLI::Option* option : app.get_options())
        for (const std::string& name : option->get_lnames())
            if (name != "help") known.insert("--" + name);
    std::istringstream lines{manual()};
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("| `-")) continue;
        const std::size_t at = line.find("`--");
        const std::string name = line.substr(at + 1, line.find_first_of(" `", at + 1) - at - 1);
        BOOST_TEST(documented.insert(name).second, name);
    }
    BOOST_TEST(documented == known, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_manual_tells_of_every_member_of_the_json) {
    Findings findings;
    Finding limit;
    limit.over = limit.under = Wrong{};
    findings.limits.push_back(limit);
    findings.not_verified.push_back({"what", "where", "why"});
    const std::string json = json_of(findings), page = manual();
    std::size_t members = 0;
    for (std::size_t colon = 0; (colon = json.find("\":", colon)) != json.npos; ++colon) {
        const std::string name = json.substr(json.rfind('"', colon - 1) + 1, colon - json.rfind('"', colon - 1) - 1);
        const auto documented = [&](const std::string& form) { return page.find(form) != page.npos; };
        const bool whole = documented("`" + name + "`") || documented("`" + name + "[]`");
        const bool part = documented("." + name + "`") || documented("." + name + "[]`");
        BOOST_TEST((whole || part || documented("`" + name + ".") || documented("`" + name + "[].") ||
                    documented("." + name + ".")), name);
        ++members;
    }
    BOOST_TEST(members > 30u);
}

BOOST_AUTO_TEST_SUITE_END()
