// tests/scenarios/reference_test.cpp - docs/reference has what the sources have, and links lead somewhere.
#include "support/gateway_process.h"
#include "support/places.h"

#include <boost/test/unit_test.hpp>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

using namespace tollgate::test;
namespace fs = std::filesystem;

namespace {

const fs::path root = source_folder();

std::string text_of(const fs::path& file) {
    std::ifstream in{file, std::ios::binary};
    BOOST_REQUIRE_MESSAGE(in, file << " cannot be read");
    return {std::istreambuf_iterator<char>{in}, {}};
}

// Sources as one text. The admin listener's are left out: it answers operators, in words of its own.
std::string sources(const std::vector<std::string>& folders = {"core", "plugins"}) {
    std::string all;
    for (const auto& folder : folders)
        for (const auto& entry : fs::recursive_directory_iterator{root / folder}) {
            const auto path = entry.path().lexically_relative(root).string();
            const bool code = path.ends_with(".cpp") || path.ends_with(".h");
            if (code && !path.starts_with("core/admin/")) all += text_of(entry);
        }
    return all;
}

// What a regular expression finds in a text, its group `group`.
std::set<std::string> all_of(const std::string& text, const std::string& expression, int group = 1) {
    const std::regex pattern{expression};
    std::set<std::string> found;
    for (std::sregex_iterator at{text.begin(), text.end(), pattern}, end; at != end; ++at) found.insert(at->str(group));
    return found;
}

struct Row {
    std::string status, reasons;
};
std::vector<Row> rows_of_errors() {
    std::vector<Row> rows;
    const std::regex pattern{R"((?:^|\n)\| ([0-9]{3}) \| ([^|]+) \|)"};
    const auto page = text_of(root / "docs/reference/errors.md");
    for (std::sregex_iterator at{page.begin(), page.end(), pattern}, end; at != end; ++at)
        rows.push_back({at->str(1), at->str(2)});
    return rows;
}

std::vector<fs::path> pages() {
    std::vector<fs::path> found{root / "README.md", root / "CONTRIBUTING.md", root / "examples/README.md"};
    for (const auto& entry : fs::recursive_directory_iterator{root / "docs"})
        if (entry.path().extension() == ".md") found.push_back(entry.path());
    for (const auto& entry : fs::directory_iterator{root / "plugins"})
        if (fs::exists(entry.path() / "README.md")) found.push_back(entry.path() / "README.md");
    return found;
}

// As GitHub makes them of headings: lower case, blanks as dashes, without other signs.
std::set<std::string> anchors_of(const fs::path& page) {
    std::set<std::string> anchors;
    for (const auto& heading : all_of(text_of(page), "(?:^|\n)#+ ([^\n]+)")) {
        std::string anchor;
        for (const char c : heading) {
            if (std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-') anchor += char(std::tolower(c));
            if (c == ' ') anchor += '-';
        }
        anchors.insert(anchor);
    }
    return anchors;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_reference)

BOOST_AUTO_TEST_CASE(every_error_of_the_sources_is_on_the_page_with_its_status) {
    std::set<std::string> told;
    for (const auto& row : rows_of_errors())
        for (const auto& reason : all_of(row.reasons, "`([a-z_]+)`")) told.insert(row.status + ", \"" + reason + '"');
    BOOST_REQUIRE(told.size() >= 60u);
    const auto said = all_of(sources(), "([45][0-9]{2}, \"[a-z]+(?:_[a-z]+)*\")");
    BOOST_REQUIRE(said.size() >= 40u);
    for (const auto& error : said) BOOST_TEST(told.contains(error), error << " is not in docs/reference/errors.md");
}

BOOST_AUTO_TEST_CASE(every_error_of_the_page_is_in_the_sources) {
    const auto words = all_of(sources(), R"re("([a-z]+(?:_[a-z]+)*)"|\\"error\\":\\"([a-z_]+)\\")re", 0);
    for (const auto& row : rows_of_errors())
        for (const auto& reason : all_of(row.reasons, "`([a-z_]+)`")) {
            const bool whole =
                words.contains('"' + reason + '"') || words.contains(R"(\"error\":\")" + reason + R"(\")");
            // auth puts `key_` before how looking a key up came out.
            const bool of_a_key = reason.starts_with("key_") && words.contains('"' + reason.substr(4) + '"');
            BOOST_TEST((whole || of_a_key), reason << " is in no source");
        }
}

BOOST_AUTO_TEST_CASE(every_variable_of_the_environment_is_on_the_page) {
    const auto page = text_of(root / "docs/reference/environment.md");
    const auto told = all_of(page, "`([A-Z][A-Z_]+)`");
    const auto code = sources({"core", "plugins", "loadtest"});
    auto read = all_of(code, R"re(getenv\("([A-Z_]+)"\))re");
    read.merge(all_of(code, R"re(envname\("([A-Z_]+)"\))re"));
    for (const auto& names : all_of(code, R"re(\.environment = "([^"]+)")re"))
        read.merge(all_of(names, "([A-Z_]+)"));
    BOOST_REQUIRE(read.size() >= 7u);
    for (const auto& name : read) BOOST_TEST(told.contains(name), name << " is not in docs/reference/environment.md");
}

// Links of pages to files of this repository, and to headings of theirs.
BOOST_AUTO_TEST_CASE(links_of_the_documentation_lead_somewhere) {
    const auto all = pages();
    BOOST_REQUIRE(all.size() >= 30u);
    for (const auto& page : all)
        for (const auto& link : all_of(text_of(page), R"re(\]\(([^): ]+)\))re")) {
            const auto name = link.substr(0, link.find('#'));
            const auto file = name.empty() ? page : page.parent_path() / name;
            BOOST_TEST(fs::exists(file), page.lexically_relative(root) << ": " << link);
            if (name.size() < link.size() && file.extension() == ".md" && fs::exists(file))
                BOOST_TEST(anchors_of(file).contains(link.substr(name.size() + 1)),
                           page.lexically_relative(root) << ": " << link << ": there is no such heading");
        }
}

BOOST_AUTO_TEST_SUITE_END()
