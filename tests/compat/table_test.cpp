// tests/compat/table_test.cpp - docs/compat.md has every row once, and each names tests that exist or a reason for none.
#include "support/places.h"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

struct Row {
    std::string id, tests;
};

// `| R1 | what | here | tests |`; a bar within a cell is written \|.
std::vector<Row> rows_of_page() {
    static const std::regex row{R"(^\| *([RGOFS][0-9]+) *\|(?:(?:[^|\\]|\\.)*\|){2}((?:[^|\\]|\\.)*)\| *$)"};
    std::vector<Row> rows;
    std::ifstream page{tollgate::test::source_folder() + "/docs/compat.md"};
    for (std::string line; std::getline(page, line);)
        if (std::smatch found; std::regex_match(line, found, row)) rows.push_back({found[1], found[2]});
    return rows;
}

// "suite/case" of Boost.Test; "dashboard/name" of tests/dashboard; "ctest/name" of tests that are programs of their
// own. With each, what CTest has to run for it.
std::map<std::string, std::string> tests_of(const fs::path& folder) {
    static const std::regex suite{R"(^BOOST_AUTO_TEST_SUITE\((\w+).*)"};
    static const std::regex test{R"(^BOOST_(?:AUTO|FIXTURE|DATA)_TEST_CASE\((\w+).*)"};
    static const std::regex of_page{R"(^test\("([^"]+)\".*)"}, of_ctest{R"(.*add_test\(NAME (\w+).*)"};
    std::map<std::string, std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator{folder}) {
        std::ifstream source{entry.path()};
        const std::string stem = entry.path().stem().string();
        std::string in_suite;
        std::smatch match;
        for (std::string line; std::getline(source, line);) {
            if (std::regex_match(line, match, suite)) in_suite = match[1];
            if (std::regex_match(line, match, test)) found[in_suite + '/' + match[1].str()] = in_suite;
            if (std::regex_match(line, match, of_page))
                found["dashboard/" + match[1].str()] = "dashboard_" + stem.substr(0, stem.rfind("_test"));
            if (std::regex_match(line, match, of_ctest)) found["ctest/" + match[1].str()] = match[1];
        }
    }
    return found;
}

// What CTest runs of this build: a source that no program is made of is no test.
std::set<std::string> run_by_ctest() {
    static const std::regex entry{R"(^add_test\((?:\[=*\[)?(\w+).*)"};
    const fs::path folder = fs::path{tollgate::test::build_folder()} / "tests";
    std::set<std::string> names;
    for (const char* part : {"", "dashboard", "deploy"}) {
        std::ifstream list{folder / part / "CTestTestfile.cmake"};
        std::smatch match;
        for (std::string line; std::getline(list, line);)
            if (std::regex_match(line, match, entry)) names.insert(match[1]);
    }
    return names;
}

std::vector<std::string> quoted(const std::string& cell) {
    static const std::regex code{"`([^`]+)`"};
    std::vector<std::string> words;
    for (std::sregex_iterator at{cell.begin(), cell.end(), code}; at != std::sregex_iterator{}; ++at) words.push_back((*at)[1]);
    return words;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(compat_table)

BOOST_AUTO_TEST_CASE(every_row_is_there_once) {
    std::map<std::string, int> times;
    for (const auto& row : rows_of_page()) ++times[row.id];
    const std::map<char, int> last{{'R', 45}, {'G', 20}, {'O', 18}, {'F', 24}, {'S', 18}};
    for (const auto& [letter, count] : last)
        for (int number = 1; number <= count; ++number) {
            const std::string id = letter + std::to_string(number);
            BOOST_TEST(times[id] == 1, id << " is there " << times[id] << " times");
        }
    BOOST_TEST(times.size() == 125u);
}

BOOST_AUTO_TEST_CASE(every_row_names_tests_that_exist_or_says_why_not) {
    const auto tests = tests_of(tollgate::test::source_folder() + "/tests");
    const auto run = run_by_ctest();
    BOOST_TEST(run.contains("compat_table"));
    int without = 0;
    for (const auto& row : rows_of_page()) {
        const auto named = quoted(row.tests);
        for (const auto& test : named) {
            const auto found = tests.find(test);
            BOOST_TEST((found != tests.end()), row.id << " names " << test << ", which is none");
            if (found != tests.end())
                BOOST_TEST(run.contains(found->second), row.id << " names " << test << ", which nothing runs");
        }
        if (!named.empty()) continue;
        ++without;
        BOOST_TEST(row.tests.find("none: ") != std::string::npos, row.id << " has neither a test nor `none: ` and a reason");
    }
    BOOST_TEST(without <= 6, without << " rows have no test: they were to be few");
}

// A scenario of tests/compat that carries a row's id (r4_an_unknown_api_...), or several (s11_to_s13_...), stands
// there.
BOOST_AUTO_TEST_CASE(every_scenario_stands_in_its_row) {
    std::map<std::string, std::set<std::string>> named;
    for (const auto& row : rows_of_page())
        for (const auto& test : quoted(row.tests)) named[row.id].insert(test);
    static const std::regex with_id{R"(\w+/([rgofs])([0-9]+)(?:_to_\1([0-9]+))?_.*)"};
    for (const auto& [test, entry] : tests_of(tollgate::test::source_folder() + "/tests/compat")) {
        std::smatch match;
        if (!std::regex_match(test, match, with_id)) continue;
        const int first = std::stoi(match[2]), last = match[3].matched ? std::stoi(match[3]) : first;
        BOOST_TEST(first <= last, test);
        for (int number = first; number <= last; ++number) {
            const std::string id = static_cast<char>(match[1].str()[0] - 'a' + 'A') + std::to_string(number);
            BOOST_TEST(named[id].contains(test), test << " does not stand in row " << id);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
