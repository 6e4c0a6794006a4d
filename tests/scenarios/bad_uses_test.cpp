// tests/scenarios/bad_uses_test.cpp - what `tollgate check` says of each mistake in a use of one of the gateway's plugins.
//
// As tests/configs/bad, with the plugin itself in place of a fake: the files are in tests/plugins/NAME/bad.
#include "support/gateway_process.h"
#include "support/places.h"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>

using namespace tollgate::test;

BOOST_AUTO_TEST_SUITE(scenarios_bad_uses)

BOOST_AUTO_TEST_CASE(every_bad_use_gives_exactly_the_error_it_begins_with) {
    const std::string mark = "-- ERROR: ";
    for (const char* plugin : {"auth", "cache", "logging", "ratelimit"}) {
        std::size_t files = 0;
        const auto folder = std::filesystem::path{source_folder() + "/tests/plugins"} / plugin / "bad";
        for (const auto& entry : std::filesystem::directory_iterator{folder}) {
            std::string expected;
            std::getline(std::ifstream{entry.path()} >> std::ws, expected);
            BOOST_REQUIRE_MESSAGE(expected.starts_with(mark), entry.path());
            const Finished checked = run({tollgate_program(), "check", entry.path().string()});
            BOOST_TEST(checked.code == 2, entry.path());
            BOOST_TEST(checked.out ==
                       expected.substr(mark.size()) + '\n' + entry.path().filename().string() + ": 1 problem\n");
            ++files;
        }
        BOOST_TEST(files >= 7u, plugin);
    }
}

BOOST_AUTO_TEST_SUITE_END()
