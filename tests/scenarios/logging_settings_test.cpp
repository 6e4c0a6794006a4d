// tests/scenarios/logging_settings_test.cpp - that the examples of the plugin logging's manual load.
#include "support/child_process.h"
#include "support/gateway_process.h"
#include "support/places.h"
#include "support/temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <string>

using namespace tollgate::test;

namespace {

Finished check(const std::string& words) {
    const TemporaryFolder folder;
    std::ofstream{folder / "routes.lua"} << words
                                         << "\nlisten \"127.0.0.1:0\"\nroute \"GET /\" { answer = \"ok\\n\" }\n";
    return run({tollgate_program(), "check", (folder / "routes.lua").string()});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_logging_settings)

BOOST_AUTO_TEST_CASE(the_manual_shows_what_loads) {
    std::ifstream page{source_folder() + "/plugins/logging/README.md"};
    std::string example;
    int examples = 0;
    bool inside = false;
    for (std::string line; std::getline(page, line);) {
        if (inside && line == "```") {
            const Finished finished = check(example);
            BOOST_TEST(finished.code == 0, example + finished.out + finished.err);
            ++examples;
            inside = false;
        }
        if (inside) example += line + '\n';
        if (line == "```lua") inside = true, example.clear();
    }
    BOOST_TEST(examples == 2);
}

BOOST_AUTO_TEST_SUITE_END()
