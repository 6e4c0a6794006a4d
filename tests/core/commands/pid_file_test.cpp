// tests/core/commands/pid_file_test.cpp - whose number the file has, and who removes it.
#include "commands/pid_file.h"

#include "support/temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>

using tollgate::commands::PidFile;
using tollgate::test::TemporaryFolder;

namespace {

struct Fixture {
    TemporaryFolder folder;
    std::filesystem::path path = folder / "pid";
    std::optional<PidFile> file{std::in_place, path};
    long said() const {
        long number = 0;
        std::ifstream{path} >> number;
        return number;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(commands_pid_file)

BOOST_FIXTURE_TEST_CASE(it_names_this_process_and_goes_with_it, Fixture) {
    BOOST_TEST(file->write() == "");
    BOOST_TEST(said() == ::getpid());
    file.reset();
    BOOST_TEST(!std::filesystem::exists(path));
}

BOOST_FIXTURE_TEST_CASE(what_names_another_process_stays, Fixture) {
    BOOST_TEST(file->write() == "");
    std::ofstream{path} << "1\n";
    file.reset();
    BOOST_TEST(said() == 1);
}

BOOST_FIXTURE_TEST_CASE(what_another_process_is_about_to_write_stays, Fixture) {
    BOOST_TEST(file->write() == "");
    file->leave();
    file.reset();
    BOOST_TEST(said() == ::getpid());
}

BOOST_FIXTURE_TEST_CASE(a_folder_that_is_not_there_is_told, Fixture) {
    PidFile lost{folder / "none" / "pid"};
    BOOST_TEST(lost.write().find("cannot be written: No such file or directory") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
