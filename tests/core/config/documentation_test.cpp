// tests/core/config/documentation_test.cpp - what docs, examples and scripts show is a configuration that loads.
#include "core/config/fake_plugins.h"
#include "support/certificates.h"
#include "support/places.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

using namespace tollgate;

namespace {

const std::filesystem::path root = test::source_folder();

// "-- shared/tiers.lua": the example is a file that the ones after it require.
std::string required_name(const std::string& example) {
    const auto line = example.substr(0, example.find('\n'));
    return line.starts_with("-- ") && line.ends_with(".lua") && line.find(' ', 3) == line.npos ? line.substr(3) : "";
}

// The ```lua blocks of a page.
std::vector<std::string> examples_of(const std::filesystem::path& page) {
    std::ifstream stream{page};
    BOOST_REQUIRE_MESSAGE(stream, page << " cannot be read");
    std::vector<std::string> blocks;
    bool inside = false;
    for (std::string line; std::getline(stream, line);) {
        if (line == "```lua") {
            inside = true;
            blocks.emplace_back();
        } else if (line == "```") {
            inside = false;
        } else if (inside) {
            blocks.back() += line + '\n';
        }
    }
    return blocks;
}

std::vector<std::filesystem::path> lessons() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator{root / "examples"})
        if (entry.path().extension() == ".lua") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

// What examples of `tls` name.
void lay_certificates(const std::filesystem::path& folder) {
    static const test::Certificate certificate{{.names = "DNS:site.example"}};
    std::filesystem::create_directories(folder);
    for (const char* name : {"site", "other", "clients"}) {
        std::filesystem::copy_file(certificate.file(), folder / (std::string{name} + ".pem"));
        std::filesystem::copy_file(certificate.key_file(), folder / (std::string{name} + ".key"));
    }
}

void expect_no_problems(const config::Loaded& loaded) {
    for (const auto& problem : loaded.problems) BOOST_ERROR(problem.text());
    BOOST_TEST(loaded.snapshot);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config_documentation)

BOOST_AUTO_TEST_CASE(every_example_of_the_manual_loads) {
    const auto examples = examples_of(root / "docs/configuration.md");
    BOOST_REQUIRE(examples.size() >= 12);
    std::map<std::string, std::string> required;
    for (const auto& example : examples) {
        if (const auto name = required_name(example); !name.empty()) {
            required[name] = example;
            continue;
        }
        BOOST_TEST_CONTEXT(example) {
            test::Workshop workshop;
            std::ofstream{workshop.folder() / "keys"} << "";
            lay_certificates(workshop.folder() / "tls");
            for (const auto& [name, text] : required) {
                std::filesystem::create_directories((workshop.folder() / name).parent_path());
                std::ofstream{workshop.folder() / name} << text;
            }
            expect_no_problems(workshop.load_text(example));
        }
    }
}

BOOST_AUTO_TEST_CASE(every_lesson_loads_and_says_what_to_try) {
    const auto files = lessons();
    BOOST_REQUIRE(files.size() >= 6);
    for (const auto& file : files) {
        BOOST_TEST_CONTEXT(file.filename().string()) {
            test::Workshop workshop;
            expect_no_problems(workshop.load(file));
            std::ifstream stream{file};
            int requests = 0, expectations = 0;
            for (std::string line; std::getline(stream, line);) {
                if (line.starts_with("-- REQUEST: ")) {
                    BOOST_TEST(requests == expectations, "an EXPECT line before the next REQUEST");
                    ++requests;
                }
                if (line.starts_with("-- EXPECT: ")) ++expectations;
            }
            BOOST_TEST(requests > 0);
            BOOST_TEST(requests == expectations);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_specimen_loads) {
    test::Workshop workshop;
    expect_no_problems(workshop.load(root / "scripts/routes.lua"));
}

BOOST_AUTO_TEST_SUITE_END()
