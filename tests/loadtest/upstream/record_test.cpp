// tests/loadtest/upstream/record_test.cpp - lines reach the file whole, and what does not is counted.
#include "loadtest/upstream/record.h"

#include "support/temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>
#include <system_error>

using namespace tollgate;
using loadtest::Record;
using loadtest::RecordLines;

BOOST_AUTO_TEST_SUITE(loadtest_upstream_record)

namespace {

std::string slurp(const std::filesystem::path& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

constexpr std::chrono::system_clock::time_point start_of_time{};

}  // namespace

BOOST_AUTO_TEST_CASE(a_line_has_its_parts_between_tabs) {
    const test::TemporaryFolder folder;
    net::EventLoop loop{0};
    Record record{(folder / "asked").string()};
    RecordLines lines{loop, record};
    lines.add(start_of_time, "one", "GET", "/orders/7?x=1", "r-1", "200");
    lines.add(start_of_time, "one", "POST", "/", "", "hang");
    lines.flush();
    BOOST_TEST(slurp(folder / "asked") == "1970-01-01T00:00:00.000Z\tone\tGET\t/orders/7?x=1\tr-1\t200\n"
                                          "1970-01-01T00:00:00.000Z\tone\tPOST\t/\t-\thang\n");
    BOOST_TEST(record.lost() == 0);
}

BOOST_AUTO_TEST_CASE(an_id_cannot_break_the_line) {
    const test::TemporaryFolder folder;
    net::EventLoop loop{0};
    Record record{(folder / "asked").string()};
    RecordLines lines{loop, record};
    lines.add(start_of_time, "one", "GET", "/", "a\tb", "200");
    lines.flush();
    BOOST_TEST(slurp(folder / "asked") == "1970-01-01T00:00:00.000Z\tone\tGET\t/\ta\\tb\t200\n");
}

BOOST_AUTO_TEST_CASE(what_was_there_stays) {
    const test::TemporaryFolder folder;
    const std::string path = (folder / "asked").string();
    Record{path}.write("first\n", 1);
    Record{path}.write("second\n", 1);
    BOOST_TEST(slurp(path) == "first\nsecond\n");
}

BOOST_AUTO_TEST_CASE(many_lines_are_written_before_anybody_asks) {
    const test::TemporaryFolder folder;
    net::EventLoop loop{0};
    Record record{(folder / "asked").string()};
    RecordLines lines{loop, record};
    for (int i = 0; i < 10'000; ++i) lines.add(start_of_time, "one", "GET", "/", std::to_string(i), "200");
    BOOST_TEST(slurp(folder / "asked").size() > 128u << 10);
    lines.flush();
    const std::string all = slurp(folder / "asked");
    BOOST_TEST(std::count(all.begin(), all.end(), '\n') == 10'000);
}

BOOST_AUTO_TEST_CASE(lines_that_cannot_be_written_are_counted) {
    net::EventLoop loop{0};
    Record record{"/dev/full"};
    RecordLines lines{loop, record};
    lines.add(start_of_time, "one", "GET", "/", "", "200");
    lines.add(start_of_time, "one", "GET", "/", "", "200");
    lines.flush();
    BOOST_TEST(record.lost() == 2);
    BOOST_TEST(record.problem() == "No space left on device");
    lines.flush();
    BOOST_TEST(record.lost() == 2);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_opened_is_an_error) {
    BOOST_CHECK_THROW(Record{"/nowhere/asked"}, std::system_error);
}

BOOST_AUTO_TEST_SUITE_END()
