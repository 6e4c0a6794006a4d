// tests/core/support/files_test.cpp - files written whole, or said why not.
#include "support/files.h"

#include "support/temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

using namespace tollgate;

BOOST_AUTO_TEST_SUITE(support_files)

BOOST_AUTO_TEST_CASE(what_a_file_held_is_replaced) {
    const test::TemporaryFolder folder;
    const auto file = folder.path() / "file";
    write_file(file, "longer than what follows");
    write_file(file, "a\r\nb");
    std::ifstream stream{file, std::ios::binary};
    BOOST_TEST((std::string{std::istreambuf_iterator<char>{stream}, {}} == "a\r\nb"));
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_written_is_named) {
    const test::TemporaryFolder folder;
    const auto file = folder.path() / "none" / "file";
    BOOST_CHECK_EXCEPTION(write_file(file, "a"), std::runtime_error, [&](const std::runtime_error& error) {
        return error.what() == file.string() + ": cannot be written: No such file or directory";
    });
}

BOOST_AUTO_TEST_SUITE_END()
