// tests/plugins/logging/spool_test.cpp - lines on a disk: in order, whole, there again after any end.
#include "spool.h"
#include "spooled.h"
#include "writer.h"

#include "destinations.h"

#include "support/no_more_files.h"
#include "support/temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

using namespace tollgate::logging;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t much = 1 << 20;

std::string take(Spool& spool, std::size_t most = much) {
    const std::string lines = spool.next(most);
    if (!lines.empty()) spool.done();
    return lines;
}

std::string take_all(Spool& spool) {
    std::string all;
    for (std::string lines = take(spool); !lines.empty(); lines = take(spool)) all += lines;
    return all;
}

// The newest file of a spool.
std::filesystem::path last_file(const std::string& folder) {
    std::filesystem::path last;
    for (const auto& entry : std::filesystem::directory_iterator{folder})
        if (entry.path().extension() == ".lines" && entry.path() > last) last = entry.path();
    BOOST_REQUIRE(!last.empty());
    return last;
}

struct Site {
    tollgate::test::TemporaryFolder outer;
    std::string folder = (outer / "spool").string();
};

}  // namespace

BOOST_AUTO_TEST_SUITE(logging_spool)

BOOST_AUTO_TEST_CASE(lines_come_out_in_the_order_they_went_in) {
    const Site site;
    Spool spool{site.folder};
    BOOST_REQUIRE(spool.open() == 0);
    BOOST_TEST(spool.next(much) == "");
    BOOST_TEST(spool.append("one\ntwo\n") == 0);
    BOOST_TEST(spool.append("three\n") == 0);
    BOOST_TEST(spool.waiting() > 14u);
    BOOST_TEST(spool.next(much) == "one\ntwo\nthree\n");
    BOOST_TEST(spool.append("four\n") == 0);
    BOOST_TEST(spool.next(10) == "one\ntwo\n");  // not done: the same again, now no more than that
    spool.done();
    BOOST_TEST(take(spool) == "three\nfour\n");
    BOOST_TEST(take(spool) == "");
    BOOST_TEST(spool.waiting() == 0u);
}

BOOST_AUTO_TEST_CASE(what_was_appended_is_there_after_any_end) {
    const Site site;
    {
        Spool spool{site.folder};
        BOOST_REQUIRE(spool.open() == 0);
        BOOST_TEST(spool.append("one\n") == 0);
        BOOST_TEST(spool.append("two\n") == 0);
        BOOST_TEST(take(spool, 1) == "one\n");
    }
    Spool spool{site.folder};
    BOOST_REQUIRE(spool.open() == 0);
    BOOST_TEST(spool.append("three\n") == 0);
    BOOST_TEST(take_all(spool) == "two\nthree\n");
}

BOOST_AUTO_TEST_CASE(what_was_read_does_not_come_again_after_a_kill) {
    const Site site, copy;
    Spool spool{site.folder};
    BOOST_REQUIRE(spool.open() == 0);
    for (const char* line : {"one\n", "two\n", "three\n"}) BOOST_TEST(spool.append(line) == 0);
    BOOST_TEST(take(spool, 8) == "one\ntwo\n");
    std::filesystem::copy(site.folder, copy.folder);  // as a kill would leave it
    {
        Spool next{copy.folder};
        BOOST_REQUIRE(next.open() == 0);
        BOOST_TEST(take_all(next) == "three\n");
    }
    // What was remembered of a file that is gone is not held against the next one of its number.
    std::filesystem::copy(site.folder + "/read", copy.folder + "/read");
    Spool last{copy.folder};
    BOOST_REQUIRE(last.open() == 0);
    BOOST_TEST(last.append("a new one\n") == 0);
    BOOST_TEST(last.append("and another\n") == 0);
    const Site again;
    std::filesystem::copy(copy.folder, again.folder);
    Spool lastly{again.folder};
    BOOST_REQUIRE(lastly.open() == 0);
    BOOST_TEST(take_all(lastly) == "a new one\nand another\n");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_just_now_is_neither_damaged_nor_removed) {
    const Site site;
    for (const char* line : {"one\n", "two\n"}) {
        Spool spool{site.folder};
        BOOST_REQUIRE(spool.open() == 0);
        BOOST_TEST(spool.append(line) == 0);
    }
    Spool spool{site.folder};
    BOOST_REQUIRE(spool.open() == 0);
    {
        const tollgate::test::NoMoreFiles none;
        for (int i = 0; i < 3; ++i) BOOST_TEST(spool.next(much) == "");
        BOOST_TEST(spool.failure() == EMFILE);
    }
    BOOST_TEST(spool.next(much) == "one\n");
    BOOST_TEST(spool.failure() == 0);
    {
        const tollgate::test::NoMoreFiles none;
        BOOST_TEST(take(spool) == "one\n");  // it is open
    }
    const auto file = last_file(site.folder);
    std::filesystem::rename(file, file.string() + ".away");
    std::filesystem::create_directory(file);
    BOOST_TEST(spool.next(much) == "");
    BOOST_TEST(spool.failure() == EISDIR);
    std::filesystem::remove(file);
    std::filesystem::rename(file.string() + ".away", file);
    BOOST_TEST(take_all(spool) == "two\n");
    BOOST_TEST(spool.take_damaged() == 0u);
}

BOOST_AUTO_TEST_CASE(a_folder_that_somebody_removed_is_made_anew) {
    const Site site;
    Spool spool{site.folder};
    BOOST_REQUIRE(spool.open() == 0);
    BOOST_TEST(spool.append("one\n") == 0);
    BOOST_TEST(spool.next(much) == "one\n");
    std::filesystem::remove_all(site.folder);
    BOOST_TEST(spool.append("two\n") == 0);
    BOOST_TEST(take_all(spool) == "one\ntwo\n");  // what was open can be read still
    BOOST_TEST(spool.take_damaged() == 0u);
    Spool other{site.folder};
    BOOST_TEST(other.open() == 0);
    BOOST_TEST(std::filesystem::exists(site.folder + "/2/lock"));  // the folder itself is taken
}

BOOST_AUTO_TEST_CASE(what_comes_after_can_be_looked_at) {
    const Site site;
    {
        Spool spool{site.folder};
        BOOST_REQUIRE(spool.open() == 0);
        BOOST_TEST(spool.append("one\n") == 0);
        BOOST_TEST(spool.append("two\n") == 0);
    }
    Spool spool{site.folder};
    BOOST_REQUIRE(spool.open() == 0);
    BOOST_TEST(spool.next(1) == "one\n");
    BOOST_TEST(spool.after() == "two\n");
    BOOST_TEST(spool.next(much) == "one\ntwo\n");
    BOOST_TEST(spool.after() == "");
    BOOST_TEST(spool.append("three\n") == 0);
    BOOST_TEST(spool.after() == "three\n");
    BOOST_TEST(take_all(spool) == "one\ntwo\nthree\n");
}

BOOST_AUTO_TEST_CASE(a_spool_that_was_read_leaves_no_files) {
    const Site site;
    {
        Spool spool{site.folder};
        BOOST_REQUIRE(spool.open() == 0);
        BOOST_TEST(spool.append("one\n") == 0);
        BOOST_TEST(take(spool) == "one\n");
    }
    for (const auto& entry : std::filesystem::directory_iterator{site.folder})
        BOOST_TEST(entry.path().filename() == "lock");
}

BOOST_AUTO_TEST_CASE(a_torn_end_is_passed_over) {
    for (const int cut : {1, 5, 12, 19}) {
        const Site site;
        {
            Spool spool{site.folder};
            BOOST_REQUIRE(spool.open() == 0);
            BOOST_TEST(spool.append("one\n") == 0);
            BOOST_TEST(spool.append("two\n") == 0);
        }
        const auto file = last_file(site.folder);
        std::filesystem::resize_file(file, std::filesystem::file_size(file) - std::uintmax_t(cut));
        Spool spool{site.folder};
        BOOST_REQUIRE(spool.open() == 0);
        BOOST_TEST(spool.append("three\n") == 0);
        BOOST_TEST(take_all(spool) == "one\nthree\n");
        BOOST_TEST(spool.take_damaged() == std::uint64_t(20 - cut));
    }
}

BOOST_AUTO_TEST_CASE(damage_costs_the_rest_of_its_file_and_no_more) {
    const Site site;
    {
        Spool spool{site.folder};
        BOOST_REQUIRE(spool.open() == 0);
        for (const char* line : {"one\n", "two\n", "six\n"}) BOOST_TEST(spool.append(line) == 0);
    }
    std::fstream file{last_file(site.folder), std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(20 + 17);
    file << 'W';
    file.close();
    Spool spool{site.folder};
    BOOST_REQUIRE(spool.open() == 0);
    BOOST_TEST(spool.append("seven\n") == 0);
    BOOST_TEST(take_all(spool) == "one\nseven\n");
    BOOST_TEST(spool.take_damaged() == 40u);
    BOOST_TEST(spool.take_damaged() == 0u);
}

BOOST_AUTO_TEST_CASE(many_files_are_one_row) {
    const Site site;
    Spool spool{site.folder};
    BOOST_REQUIRE(spool.open() == 0);
    std::string expected;
    const std::string padding(1000, '.');
    for (int i = 0; i < 10'000; ++i) {
        const std::string line = std::to_string(i) + padding + '\n';
        BOOST_REQUIRE(spool.append(line) == 0);
        expected += line;
    }
    BOOST_TEST((last_file(site.folder).filename() > "000000000002.lines"));
    BOOST_TEST((take_all(spool) == expected));
    BOOST_TEST(std::distance(std::filesystem::directory_iterator{site.folder}, {}) ==
               3);  // the lock, how far it was read, and the last one
}

BOOST_AUTO_TEST_CASE(no_more_waits_than_may) {
    const Site site;
    Spool spool{site.folder};
    spool.set_bound(100);
    BOOST_REQUIRE(spool.open() == 0);
    BOOST_TEST(spool.append(std::string(79, 'x') + '\n') == 0);
    BOOST_TEST(spool.append("y\n") == EDQUOT);
    BOOST_TEST(take(spool).size() == 80u);
    BOOST_TEST(spool.append("y\n") == 0);
}

BOOST_AUTO_TEST_CASE(processes_have_a_place_each) {
    const Site site;
    Spool one{site.folder}, two{site.folder};
    BOOST_REQUIRE(one.open() == 0);
    BOOST_REQUIRE(two.open() == 0);
    BOOST_TEST(one.open() == 0);
    BOOST_TEST(one.append("one\n") == 0);
    BOOST_TEST(two.append("two\n") == 0);
    BOOST_TEST(take_all(one) == "one\n");
    BOOST_TEST(take_all(two) == "two\n");
}

BOOST_AUTO_TEST_CASE(there_are_so_many_places) {
    const Site site;
    std::vector<std::unique_ptr<Spool>> spools;
    for (int i = 0; i < Spool::places; ++i) BOOST_TEST(spools.emplace_back(std::make_unique<Spool>(site.folder))->open() == 0);
    BOOST_TEST(Spool{site.folder}.open() == EBUSY);
    spools.erase(spools.begin() + 3);
    BOOST_TEST(Spool{site.folder}.open() == 0);
}

BOOST_AUTO_TEST_CASE(what_is_left_in_other_places_is_taken_along_by_who_has_the_folder) {
    const Site site;
    {
        Spool one{site.folder}, two{site.folder}, three{site.folder};
        BOOST_REQUIRE((one.open() == 0 && two.open() == 0 && three.open() == 0));
        BOOST_TEST(one.append("one\n") == 0);
        BOOST_TEST(two.append("two\n") == 0);
        BOOST_TEST(three.append("three\n") == 0);
        BOOST_TEST(take_all(three) == "three\n");
    }
    Spool next{site.folder};
    BOOST_REQUIRE(next.open() == 0);
    BOOST_TEST(next.waiting() > 0u);
    BOOST_TEST(next.append("four\n") == 0);
    BOOST_TEST(take_all(next) == "one\ntwo\nfour\n");
    BOOST_TEST(!std::filesystem::exists(site.folder + "/2"));
    BOOST_TEST(!std::filesystem::exists(site.folder + "/3"));
}

BOOST_AUTO_TEST_CASE(a_place_that_is_in_use_is_left_alone) {
    const Site site;
    auto one = std::make_unique<Spool>(site.folder);
    Spool two{site.folder};
    BOOST_REQUIRE((one->open() == 0 && two.open() == 0));
    BOOST_TEST(two.append("two\n") == 0);
    one.reset();
    Spool next{site.folder};
    BOOST_REQUIRE(next.open() == 0);
    BOOST_TEST(take_all(next) == "");
    BOOST_TEST(two.append("more\n") == 0);
    BOOST_TEST(take_all(two) == "two\nmore\n");
}

BOOST_AUTO_TEST_CASE(who_comes_to_a_place_finds_what_was_left_there) {
    const Site site;
    Spool one{site.folder};
    BOOST_REQUIRE(one.open() == 0);
    {
        Spool two{site.folder};
        BOOST_REQUIRE(two.open() == 0);
        BOOST_TEST(two.append("two\n") == 0);
    }
    Spool three{site.folder};
    BOOST_REQUIRE(three.open() == 0);
    BOOST_TEST(take_all(three) == "two\n");
}

BOOST_AUTO_TEST_CASE(a_reader_is_woken_by_lines_and_by_the_end) {
    const Site site;
    Spool spool{site.folder};
    BOOST_REQUIRE(spool.open() == 0);
    std::string got;
    std::jthread reader{[&] {
        while (got.size() < 4) {
            spool.wait(std::chrono::steady_clock::now() + 60s);
            got += take(spool);
        }
        spool.wait(std::chrono::steady_clock::now() + 60s);  // interrupted
    }};
    BOOST_TEST(spool.append("one\n") == 0);
    spool.interrupt();
    reader.join();
    BOOST_TEST(got == "one\n");
}

BOOST_AUTO_TEST_CASE(a_reader_and_an_appender_at_once_lose_nothing) {
    const Site site;
    Spool spool{site.folder};
    BOOST_REQUIRE(spool.open() == 0);
    std::string got, expected;
    for (int i = 0; i < 20'000; ++i) expected += std::to_string(i) + std::string(i % 500, '.') + '\n';
    std::jthread reader{[&] {
        while (got.size() < expected.size()) {
            spool.wait(std::chrono::steady_clock::now() + 60s);
            got += take(spool, 10'000);
        }
    }};
    for (std::size_t at = 0; at < expected.size();) {
        const std::size_t end = expected.find('\n', std::min(at + 3000, expected.size() - 1)) + 1;
        BOOST_REQUIRE(spool.append(std::string_view{expected}.substr(at, end - at)) == 0);
        at = end;
    }
    reader.join();
    BOOST_TEST((got == expected));
}

BOOST_AUTO_TEST_CASE(what_stands_in_the_way_is_said) {
    const Site site;
    std::ofstream{site.folder} << "a file";
    Spooled there{"database", std::make_shared<Spool>(site.folder)};
    BOOST_TEST(there.open() == ENOTDIR);
    BOOST_TEST(there.explain(ENOTDIR) == site.folder + ": not a directory");
    BOOST_TEST(there.explain(EDQUOT) == site.folder + ": the spool is full");
}

BOOST_AUTO_TEST_CASE(what_finds_no_room_is_counted_and_that_is_said) {
    const Site site;
    test::Board board;
    const auto spool = std::make_shared<Spool>(site.folder);
    spool->set_bound(100'000);
    Writer writer{std::make_unique<Spooled>("database", spool),
                  1,
                  1 << 14,
                  board.tally(),
                  {.nap = 1ms, .first_retry = 1ms, .last_retry = 5ms, .grace = 10ms}};
    writer.attach(&board, board.report());
    const std::string line(99, 'x');
    std::uint64_t dropped = 0, lines = 0;
    const auto write = [&] {
        dropped += !writer.write(0, line + '\n');
        ++lines;
    };
    tollgate::test::wait_until("the spool is full", [&] {
        write();
        bool full = false;
        board.change([&](test::Board& b) { full = !b.last_report.empty(); });
        return full;
    });
    const std::uint64_t before = dropped;
    while (dropped < before + 10) write();  // the ring is full too
    BOOST_TEST(board.last_report == "database: " + site.folder +
                                        ": the spool is full; lines wait in memory, and are dropped when that is full");
    std::uint64_t read = 0;
    tollgate::test::wait_until("all others came", [&] {
        read += test::line_count(take(*spool));
        return read == lines - dropped;
    });
    board.wait([&](const test::Board& b) {
        return b.dropped == dropped && b.last_report.starts_with("database: written again; lines dropped meanwhile: ");
    });
}

BOOST_AUTO_TEST_CASE(lines_that_wrap_around_a_ring_are_whole_in_the_spool) {
    const Site site;
    const auto spool = std::make_shared<Spool>(site.folder);
    Spooled there{"database", spool};
    BOOST_REQUIRE(there.open() == 0);
    BOOST_TEST(there.write("one\ntw", "o\nthree\n") == 4);
    BOOST_TEST(there.write("tw", "o\nthree\n") == 4);
    BOOST_TEST(there.write("three\n", {}) == 6);
    BOOST_TEST(there.write("a\n", "b\n") == 2);
    BOOST_TEST(take(*spool) == "one\ntwo\nthree\na\n");
    const std::string many = [] {
        std::string lines;
        while (lines.size() < 2 * Spooled::longest_frame) lines += "some words on a line\n";
        return lines;
    }();
    const ssize_t taken = there.write(many, {});
    BOOST_TEST(taken > 0);
    BOOST_TEST(taken <= ssize_t(Spooled::longest_frame));
    BOOST_TEST((take(*spool) == many.substr(0, std::size_t(taken))));
}

BOOST_AUTO_TEST_SUITE_END()
