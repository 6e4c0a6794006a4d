// tests/plugins/logging/rotated_file_test.cpp - files that make room, and every line whole in one of them.
#include "rotated_file.h"

#include "destinations.h"

#include "support/no_more_files.h"
#include "support/temporary_folder.h"

#include <filesystem>
#include <fstream>

using namespace tollgate::logging;
using namespace std::chrono_literals;
using tollgate::logging::test::content;
using tollgate::test::NoMoreFiles;

namespace {

struct Site {
    tollgate::test::TemporaryFolder folder;
    std::string path = (folder / "access.log").string();
    RotatedFile::Clock::time_point now = RotatedFile::Clock::now();
    RotatedFile file{path, [this] { return now; }};

    explicit Site(const Rotation& rotation) {
        file.set_rotation(rotation);
        BOOST_REQUIRE(file.open() == 0);
    }
    void write(std::string_view first, std::string_view second = {}) {
        while (!first.empty() || !second.empty()) {
            const ssize_t count = first.empty() ? file.write(second, {}) : file.write(first, second);
            BOOST_REQUIRE(count > 0);
            const auto taken = std::min(first.size(), std::size_t(count));
            first.remove_prefix(taken);
            second.remove_prefix(std::size_t(count) - taken);
        }
    }
    std::string at(int number) const { return content(number == 0 ? path : path + '.' + std::to_string(number)); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(logging_rotated_file)

BOOST_AUTO_TEST_CASE(a_full_file_makes_room_at_the_end_of_a_line) {
    Site site{{.size = 10}};
    site.write("one\ntwo\nthree\nfour\n");
    BOOST_TEST(site.at(2) == "one\ntwo\n");
    BOOST_TEST(site.at(1) == "three\n");
    BOOST_TEST(site.at(0) == "four\n");
}

BOOST_AUTO_TEST_CASE(two_processes_that_write_to_one_file_move_it_once) {
    Site site{{.size = 10}};
    RotatedFile other{site.path, [&] { return site.now; }};
    other.set_rotation({.size = 10});
    BOOST_REQUIRE(other.open() == 0);
    site.write("one\ntwo\n");
    BOOST_TEST(other.write("three\n", {}) == 6);
    site.write("four\n");  // this one moves it
    BOOST_TEST(other.write("five\n", {}) == 5);  // and that one sees it
    BOOST_TEST(site.at(0) == "four\nfive\n");
    BOOST_TEST(site.at(1) == "one\ntwo\nthree\n");
    BOOST_TEST(site.at(2) == "");
}

BOOST_AUTO_TEST_CASE(a_line_longer_than_a_file_has_one_of_its_own) {
    Site site{{.size = 10}};
    site.write("one\na very long line\ntwo\n");
    BOOST_TEST(site.at(2) == "one\n");
    BOOST_TEST(site.at(1) == "a very long line\n");
    BOOST_TEST(site.at(0) == "two\n");
}

BOOST_AUTO_TEST_CASE(lines_that_wrap_around_the_end_of_a_ring_stay_whole) {
    Site site{{.size = 10}};
    site.write("one\nlong", "est\ntwo\nthr");
    site.write("ee\n");
    BOOST_TEST(site.at(2) == "one\n");
    BOOST_TEST(site.at(1) == "longest\n");
    BOOST_TEST(site.at(0) == "two\nthree\n");
}

BOOST_AUTO_TEST_CASE(only_so_many_are_kept) {
    Site site{{.size = 4, .keep = 2}};
    site.write("one\ntwo\nthr\nfou\nfiv\n");
    BOOST_TEST(site.at(0) == "fiv\n");
    BOOST_TEST(site.at(1) == "fou\n");
    BOOST_TEST(site.at(2) == "thr\n");
    BOOST_TEST(!std::filesystem::exists(site.path + ".3"));
}

BOOST_AUTO_TEST_CASE(old_ones_go_by_their_age) {
    Site site{{.size = 4, .age = 1h}};
    site.write("one\ntwo\nthr\n");
    std::filesystem::last_write_time(site.path + ".2", std::filesystem::file_time_type::clock::now() - 2h);
    site.write("fou\n");
    BOOST_TEST(site.at(1) == "thr\n");
    BOOST_TEST(site.at(2) == "two\n");
    BOOST_TEST(!std::filesystem::exists(site.path + ".3"));
}

BOOST_AUTO_TEST_CASE(a_file_ends_with_its_time_by_the_clock) {
    Site site{{.every = 24h}};
    site.write("today\n");
    site.now += 24h;
    site.write("tomorrow\n");
    site.now += 1s;
    BOOST_TEST(site.at(1) == "today\n");
    BOOST_TEST(site.at(0) == "tomorrow\n");
}

BOOST_AUTO_TEST_CASE(a_file_of_yesterday_that_is_there_makes_room_too) {
    Site site{{.every = 1h}};
    site.write("before\n");
    std::filesystem::last_write_time(site.path, std::filesystem::file_time_type::clock::now() - 2h);
    RotatedFile again{site.path};
    again.set_rotation({.every = 1h});
    BOOST_REQUIRE(again.open() == 0);
    BOOST_TEST(again.write("after\n", {}) == 6);
    BOOST_TEST(site.at(1) == "before\n");
    BOOST_TEST(site.at(0) == "after\n");
}

BOOST_AUTO_TEST_CASE(rules_that_come_later_hold_from_the_next_line_on) {
    Site site{{}};
    site.write("one\ntwo\n");
    site.file.set_rotation({.size = 8});
    site.write("three\n");
    BOOST_TEST(site.at(1) == "one\ntwo\n");
    BOOST_TEST(site.at(0) == "three\n");
}

BOOST_AUTO_TEST_CASE(a_longer_or_shorter_time_that_comes_later_holds_for_the_file_that_is_there) {
    Site site{{.every = 1h}};
    site.write("one\n");
    site.file.set_rotation({.every = std::chrono::days{1}});
    site.now += std::chrono::days{1};
    site.write("two\n");
    BOOST_TEST(site.at(1) == "one\n");
    BOOST_TEST(site.at(0) == "two\n");
    for (const auto every : {1h, 0h, 24h}) {
        site.file.set_rotation({.every = every});
        site.write("now\n");
    }
    BOOST_TEST(site.at(0) == "two\nnow\nnow\nnow\n");
}

BOOST_AUTO_TEST_CASE(fewer_older_files_leave_none_of_those_before) {
    Site site{{.size = 4, .keep = 5}};
    site.write("one\ntwo\nthr\nfou\nfiv\n");
    BOOST_TEST(site.at(4) == "one\n");
    site.file.set_rotation({.size = 4, .keep = 2});
    site.write("six\n");
    BOOST_TEST(site.at(1) == "fiv\n");
    BOOST_TEST(site.at(2) == "fou\n");
    for (const int number : {3, 4, 5})
        BOOST_TEST(!std::filesystem::exists(site.path + '.' + std::to_string(number)), number);
}

BOOST_AUTO_TEST_CASE(rotations_that_fail_cost_no_older_file_and_no_line) {
    Site site{{.size = 4, .keep = 2}};
    site.write("one\ntwo\nthr\n");
    {
        const NoMoreFiles none;
        for (int minute = 0; minute < 4; ++minute, site.now += 61s) site.write("fou\n");
        BOOST_TEST(site.file.take_remark().find("too many open files") != std::string::npos);
    }
    BOOST_TEST(site.at(0) == "thr\nfou\nfou\nfou\nfou\n");
    site.write("fiv\n");
    BOOST_TEST(site.at(0) == "fiv\n");
    BOOST_TEST(site.at(1) == "thr\nfou\nfou\nfou\nfou\n");
    BOOST_TEST(site.at(2) == "two\n");
}

// Root may do anything in any folder, so the way is blocked by something that cannot be replaced.
BOOST_AUTO_TEST_CASE(where_it_cannot_be_rotated_lines_go_on_into_the_file) {
    Site site{{.size = 4, .keep = 1}};
    std::ofstream{site.path + ".1"} << "old\n";
    std::filesystem::create_directories(site.path + ".2/full");
    site.write("one\ntwo\nthr\n");
    BOOST_TEST(site.at(0) == "one\ntwo\nthr\n");
    BOOST_TEST(site.at(1) == "old\n");
    BOOST_TEST(site.file.take_remark() ==
               site.path + ": cannot be rotated: is a directory; lines go on into the file that is open");
    BOOST_TEST(site.file.take_remark() == "");
    std::filesystem::remove_all(site.path + ".2");
    site.now += 61s;
    site.write("fou\n");
    BOOST_TEST(site.at(1) == "one\ntwo\nthr\n");
    BOOST_TEST(site.at(0) == "fou\n");
}

BOOST_AUTO_TEST_CASE(what_is_no_file_is_never_rotated) {
    const tollgate::test::TemporaryFolder folder;
    tollgate::logging::test::Fifo fifo{(folder / "pipe").string()};
    RotatedFile file{fifo.path()};
    file.set_rotation({.size = 4});
    BOOST_REQUIRE(file.open() == 0);
    BOOST_TEST(file.write("one\ntwo\n", {}) == 8);
    BOOST_TEST(fifo.read_lines(2) == "one\ntwo\n");
}

BOOST_AUTO_TEST_SUITE_END()
