// tests/core/plugins/catalogue_test.cpp - which plugins there are, and files that are none.
#include "plugins/catalogue.h"

#include "support/places.h"
#include "support/temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <fstream>

using namespace tollgate;
using plugins::Catalogue;

namespace {

struct Nothing final : Plugin {
    Nothing(const Settings&, Host&) {}
};
const Descriptor beta{.name = "beta", .summary = "second", .create = make<Nothing>};
const Descriptor alpha{.name = "alpha", .summary = "first", .create = make<Nothing>};

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(plugins_catalogue)

BOOST_AUTO_TEST_CASE(a_plugin_is_found_by_its_name) {
    Catalogue catalogue;
    catalogue.add(beta);
    catalogue.add(alpha);
    BOOST_REQUIRE(catalogue.find("beta"));
    BOOST_TEST(catalogue.find("beta")->descriptor->summary == std::string_view{"second"});
    BOOST_TEST(!catalogue.find("gamma"));
}

BOOST_AUTO_TEST_CASE(plugins_are_listed_by_name) {
    Catalogue catalogue;
    catalogue.add(beta);
    catalogue.add(alpha);
    const auto all = catalogue.all();
    BOOST_REQUIRE(all.size() == 2u);
    BOOST_TEST(all[0].descriptor->name == std::string_view{"alpha"});
}

BOOST_AUTO_TEST_CASE(an_entry_stays_where_it_is_when_others_come) {
    Catalogue catalogue;
    catalogue.add(beta);
    const plugins::Entry* const before = catalogue.find("beta");
    catalogue.add(alpha);
    BOOST_TEST(catalogue.find("beta") == before);
}

BOOST_AUTO_TEST_CASE(a_name_is_taken_once) {
    Catalogue catalogue;
    catalogue.add(alpha);
    BOOST_CHECK_EXCEPTION(catalogue.add(alpha), std::invalid_argument, [](const std::exception& e) {
        return contains(e.what(), "plugin \"alpha\" is already loaded from the program");
    });
}

BOOST_AUTO_TEST_CASE(a_missing_file_is_a_problem) {
    Catalogue catalogue;
    BOOST_TEST(catalogue.load_file("/nowhere/hello.so") ==
               "/nowhere/hello.so: cannot be read: No such file or directory");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_library_says_so) {
    const test::TemporaryFolder folder;
    std::ofstream{folder / "words.so"} << "not a library";
    Catalogue catalogue;
    const std::string problem = catalogue.load_file(folder / "words.so");
    BOOST_TEST(contains(problem, "words.so: cannot be loaded: "));
    BOOST_TEST(contains(problem, "file too short"));
    BOOST_TEST(catalogue.all().empty());
}

BOOST_AUTO_TEST_CASE(a_library_that_is_no_plugin_says_so) {
    // libtollgate itself is a library that is surely there and exports no tollgate_plugin.
    Catalogue catalogue;
    const std::string problem = catalogue.load_file(test::build_folder() + "/lib/libtollgate.so");
    BOOST_TEST(contains(problem, "libtollgate.so: is no plugin of Tollgate: "));
}

BOOST_AUTO_TEST_CASE(a_folder_reports_every_file_that_does_not_load) {
    const test::TemporaryFolder folder;
    std::ofstream{folder / "b.so"} << "x";
    std::ofstream{folder / "a.so"} << "x";
    std::ofstream{folder / "README.md"} << "x";
    Catalogue catalogue;
    const auto problems = catalogue.load_folder(folder.path(), false);
    BOOST_REQUIRE(problems.size() == 2u);
    BOOST_TEST(contains(problems[0], "a.so: "));
    BOOST_TEST(contains(problems[1], "b.so: "));
}

BOOST_AUTO_TEST_CASE(a_missing_folder_is_fine_only_where_it_is_optional) {
    Catalogue catalogue;
    BOOST_TEST(catalogue.load_folder("/nowhere/plugins", true).empty());
    const auto problems = catalogue.load_folder("/nowhere/plugins", false);
    BOOST_REQUIRE(problems.size() == 1u);
    BOOST_TEST(problems[0] == "/nowhere/plugins: cannot be read: No such file or directory");
}

BOOST_AUTO_TEST_SUITE_END()
