// tests/core/config/bad_configs_test.cpp - every file of tests/configs/bad gives exactly the errors it begins with.
#include "core/config/fake_plugins.h"
#include "support/certificates.h"
#include "support/places.h"
#include "support/temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace tollgate;

namespace {

constexpr std::string_view mark = "-- ERROR: ";

// A copy of the folder in which the certificates and keys that some files name have been made: a source tree is no place
// for keys, not even for these.
class BadConfigs {
public:
    BadConfigs() {
        const std::filesystem::path parts = folder() / "parts";
        std::filesystem::create_directories(folder().parent_path());
        std::filesystem::copy(test::source_folder() + "/tests/configs/bad", folder(), std::filesystem::copy_options::recursive);
        const test::Certificate site{{.names = "DNS:site.example"}}, other{{.names = "DNS:other.example"}};
        std::filesystem::copy_file(site.file(), parts / "site.pem");
        std::filesystem::copy_file(site.key_file(), parts / "site.key");
        std::filesystem::copy_file(other.key_file(), parts / "other.key");
        site.write_encrypted_key(parts / "encrypted.key");
    }
    std::filesystem::path folder() const { return copy_ / "tests/configs/bad"; }
    // Where the copy lies is no part of what a file expects.
    std::string without_place(std::string text) const {
        const std::string place = copy_.path().string() + "/";
        for (auto at = text.find(place); at != text.npos; at = text.find(place, at)) text.erase(at, place.size());
        return text;
    }

private:
    test::TemporaryFolder copy_;
};

std::vector<std::filesystem::path> bad_files(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator{folder})
        if (!entry.is_directory()) files.push_back(entry.path());  // parts/: what some of them require
    std::sort(files.begin(), files.end());
    return files;
}

// The first lines that bear the mark. Of a file that is no text, what stands in NAME.lua.expected would have to serve;
// bytecode begins with its signature, so its expectation is in the tests of the builder.
std::vector<std::string> expected_errors(const std::filesystem::path& file) {
    std::ifstream stream{file};
    std::vector<std::string> errors;
    for (std::string line; std::getline(stream, line) && line.starts_with(mark);)
        errors.push_back(line.substr(mark.size()));
    return errors;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config_bad_configs)

BOOST_AUTO_TEST_CASE(every_bad_file_gives_exactly_its_errors) {
    const BadConfigs bad;
    const auto files = bad_files(bad.folder());
    BOOST_REQUIRE(files.size() >= 40);
    for (const auto& file : files) {
        BOOST_TEST_CONTEXT(file.filename().string()) {
            BOOST_REQUIRE_MESSAGE(file.extension() == ".lua", "a stray file: it would never be tested");
            const auto expected = expected_errors(file);
            BOOST_REQUIRE_MESSAGE(!expected.empty(), "no -- ERROR: line");
            test::Workshop workshop;
            const auto loaded = workshop.load(file);
            std::vector<std::string> got;
            for (const auto& problem : loaded.problems) got.push_back(bad.without_place(problem.text()));
            BOOST_TEST(got == expected, boost::test_tools::per_element());
            BOOST_TEST(!loaded.snapshot);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
