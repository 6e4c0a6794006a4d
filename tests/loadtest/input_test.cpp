// tests/loadtest/input_test.cpp - files that users name: read whole, or refused in a line.
#include "loadtest/input.h"
#include "loadtest/options.h"
#include "support/temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <fstream>

using namespace tollgate::loadtest;

namespace {

std::string problem_of(const std::string& path, std::size_t most) {
    try {
        read_input(path, most);
    } catch (const UsageError& error) {
        return error.what();
    }
    return "read";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(loadtest_input)

BOOST_AUTO_TEST_CASE(files_are_read_byte_by_byte) {
    const tollgate::test::TemporaryFolder folder;
    const std::string path = (folder / "file").string();
    std::string bytes = "a\r\n";
    bytes += '\0';
    bytes += std::string(200'000, 'b');
    std::ofstream{path, std::ios::binary} << bytes;
    BOOST_TEST((read_input(path, 1 << 20) == bytes));
    std::ofstream{path, std::ios::trunc};
    BOOST_TEST(read_input(path, 1 << 20) == "");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_said_why) {
    const tollgate::test::TemporaryFolder folder;
    const std::string there = folder.path().string(), missing = (folder / "none").string();
    BOOST_TEST(problem_of(there, 1).ends_with("Is a directory"));
    BOOST_TEST(problem_of(missing, 1) == "cannot read \"" + missing + "\": No such file or directory");
    BOOST_TEST(problem_of("", 1).ends_with("No such file or directory"));
}

BOOST_AUTO_TEST_CASE(names_of_files_steer_no_terminal) {
    BOOST_TEST(input_name("-") == "standard input");
    BOOST_TEST(input_name("keys\x1b[31m.txt") == "keys\\x1b[31m.txt");
}

BOOST_AUTO_TEST_CASE(files_without_end_are_refused) {
    BOOST_TEST(problem_of("/dev/zero", 1 << 20) == "cannot read \"/dev/zero\": it has more than 1 MiB");
}

BOOST_AUTO_TEST_CASE(lines_end_as_any_system_ends_them) {
    std::string_view text = "a\r\nb\n\n c";
    BOOST_TEST(take_line(text) == "a");
    BOOST_TEST(take_line(text) == "b");
    BOOST_TEST(take_line(text) == "");
    BOOST_TEST(take_line(text) == " c");
    BOOST_TEST(text.empty());
    BOOST_TEST(trimmed(" \t a b\t") == "a b");
    BOOST_TEST(trimmed(" ") == "");
}

BOOST_AUTO_TEST_SUITE_END()
