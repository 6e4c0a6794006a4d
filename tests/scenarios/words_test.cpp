// tests/scenarios/words_test.cpp - `tollgate words`, and that what it wrote into this repository is what it would write.
#include "support/gateway_process.h"
#include "support/places.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace tollgate;
namespace fs = std::filesystem;

namespace {

const fs::path root = test::source_folder();

std::string text_of(const fs::path& file) {
    std::ifstream stream{file, std::ios::binary};
    BOOST_REQUIRE_MESSAGE(stream, file << " cannot be read");
    return {std::istreambuf_iterator<char>{stream}, {}};
}

test::Finished words(std::vector<std::string> options) {
    options.insert(options.begin(), {test::tollgate_program(), "words"});
    return test::run(options);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_words)

BOOST_AUTO_TEST_CASE(every_word_is_listed_with_its_settings) {
    const auto listed = words({});
    BOOST_TEST(listed.code == 0);
    for (const char* part : {"\nroute ", "\ntrusted_proxies ", "\nlimits { ... }\n", "    header_time "})
        BOOST_TEST(('\n' + listed.out).find(part) != std::string::npos, part);
}

BOOST_AUTO_TEST_CASE(annotations_of_this_repository_are_up_to_date) {
    const test::TemporaryFolder folder;
    const auto written = words({"--annotations", folder.path().string()});
    BOOST_TEST(written.code == 0, written.err);
    for (const char* name : {"words.d.lua", "plugins.d.lua"})
        BOOST_TEST((text_of(folder / name) == text_of(root / "scripts/tollgate" / name)),
                   name << " differs: build/release/bin/tollgate words --annotations scripts/tollgate");
}

BOOST_AUTO_TEST_CASE(tables_of_the_manual_and_the_readmes_are_up_to_date) {
    std::vector<fs::path> pages{root / "docs/configuration.md"};
    for (const auto& plugin : fs::directory_iterator{root / "plugins"})
        if (fs::exists(plugin.path() / (plugin.path().filename().string() + ".cpp")))  // redis is what plugins share
            pages.push_back(plugin.path() / "README.md");
    BOOST_TEST(pages.size() >= 5u);
    for (const auto& page : pages) {
        const test::TemporaryFolder folder;
        BOOST_TEST(text_of(page).find("<!-- settings of ") != std::string::npos, page);
        fs::copy(page, folder / "page.md");
        const auto written = words({"--tables", (folder / "page.md").string()});
        BOOST_TEST(written.code == 0, written.err);
        BOOST_TEST((text_of(folder / "page.md") == text_of(page)),
                   page << " differs: build/release/bin/tollgate words --tables " << page);
    }
}

BOOST_AUTO_TEST_CASE(a_page_that_cannot_be_read_is_a_failure) {
    const auto failed = words({"--tables", "/nowhere/page.md"});
    BOOST_TEST(failed.code == 1);
    BOOST_TEST(failed.err.find("/nowhere/page.md: cannot be read") != std::string::npos, failed.err);
}

BOOST_AUTO_TEST_SUITE_END()
