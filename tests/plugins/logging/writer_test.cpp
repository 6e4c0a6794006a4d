// tests/plugins/logging/writer_test.cpp - lines that arrive, wait, are counted when lost, and never hold anybody up.
#include "output.h"
#include "writer.h"

#include "destinations.h"
#include "support/temporary_folder.h"

#include <sys/resource.h>

#include <filesystem>
#include <thread>
#include <vector>

using namespace tollgate::logging;
using namespace tollgate::logging::test;
using namespace std::chrono_literals;
using tollgate::test::patience;
using tollgate::test::TemporaryFolder;

namespace {

constexpr std::size_t small_ring = 4096;

// Never naps by itself within a test: what arrives has woken the thread.
constexpr Writer::Times no_naps{.nap = 3600s, .first_retry = 10ms, .last_retry = 20ms, .grace = 100ms};
constexpr Writer::Times quick{.nap = 5ms, .first_retry = 5ms, .last_retry = 20ms, .grace = 100ms};

std::string note(std::uint64_t dropped) {
    return "dropped " + std::to_string(dropped) + '\n';
}

// "<lane> <number> ...", always 32 bytes.
std::string numbered(std::size_t lane, int number) {
    std::string line = std::to_string(lane) + ' ' + std::to_string(number) + ' ';
    line.resize(31, '.');
    return line + '\n';
}

// What a log of numbered lines and notes adds up to.
struct Reading {
    std::uint64_t lines = 0, notes = 0, noted = 0;
    bool whole = true;  // no line torn, none out of its lane's order
};

Reading read(const std::string& text, std::size_t lanes) {
    Reading reading;
    std::vector<int> last(lanes, -1);
    reading.whole = text.empty() || text.back() == '\n';
    for (std::size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
        const std::string line = text.substr(begin, end - begin + 1);
        if (line.starts_with("dropped ")) {
            ++reading.notes;
            reading.noted += std::stoull(line.substr(8));
            continue;
        }
        ++reading.lines;
        std::size_t lane = 0;
        int number = -1;
        if (std::sscanf(line.c_str(), "%zu %d ", &lane, &number) != 2 || lane >= lanes || number <= last[lane] ||
            line != numbered(lane, number)) {
            reading.whole = false;
            continue;
        }
        last[lane] = number;
    }
    return reading;
}

// Processes may write this much to a file while it lives.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) {
        before_handler_ = ::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit now{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &now);
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        ::signal(SIGXFSZ, before_handler_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    rlimit before_{};
    void (*before_handler_)(int);
};

}  // namespace

BOOST_AUTO_TEST_SUITE(logging_writer)

BOOST_AUTO_TEST_CASE(what_waits_is_written_before_the_end) {
    const TemporaryFolder folder;
    const std::string path = (folder / "log").string();
    Board board;
    {
        Writer writer{std::make_unique<Output>(path), 2, 1 << 20, board.tally(), no_naps};
        for (int i = 0; i < 10'000; ++i) writer.write(static_cast<std::size_t>(i % 3), numbered(std::size_t(i % 3), i));
    }
    const Reading reading = read(content(path), 3);
    BOOST_TEST(reading.lines == 10'000u);
    BOOST_TEST(reading.whole);
    BOOST_TEST(board.written == 10'000u);
    BOOST_TEST(board.dropped == 0u);
}

BOOST_AUTO_TEST_CASE(a_sleeping_thread_is_woken_by_a_line) {
    const TemporaryFolder folder;
    Board board;
    Writer writer{std::make_unique<Output>((folder / "log").string()), 1, small_ring, board.tally(), no_naps};
    writer.write(0, "first\n");
    board.wait_written(1);
}

BOOST_AUTO_TEST_CASE(a_napping_thread_is_woken_by_a_ring_half_full) {
    const TemporaryFolder folder;
    Board board;
    Writer writer{std::make_unique<Output>((folder / "log").string()), 1, small_ring, board.tally(), no_naps};
    writer.write(0, numbered(0, 0));
    board.wait_written(1);  // and now it naps for an hour

    for (int i = 1; i <= 65; ++i) writer.write(0, numbered(0, i));

    board.wait_written(66);
    BOOST_TEST(board.dropped == 0u);
}

BOOST_AUTO_TEST_CASE(a_nap_ends_by_itself) {
    const TemporaryFolder folder;
    Board board;
    Writer writer{std::make_unique<Output>((folder / "log").string()), 1, small_ring, board.tally(), quick};
    for (std::uint64_t i = 1; i <= 20; ++i) {
        writer.write(0, "a line\n");
        if (i % 2 == 0) board.wait_written(i);
    }
}

BOOST_AUTO_TEST_CASE(nothing_is_made_before_the_first_line) {
    const TemporaryFolder folder;
    const std::string path = (folder / "log").string();
    Board board;
    {
        Writer writer{std::make_unique<Output>(path), 1, small_ring, board.tally(), quick};
        BOOST_TEST(writer.reopen(patience) == "");
    }
    BOOST_TEST(!std::filesystem::exists(path));
    BOOST_TEST(board.failed == 0u);
}

BOOST_AUTO_TEST_CASE(an_existing_file_is_continued) {
    const TemporaryFolder folder;
    const std::string path = (folder / "log").string();
    Board board;
    for (int i = 0; i < 2; ++i) Writer{std::make_unique<Output>(path), 1, small_ring, board.tally(), quick}.write(0, numbered(0, i));
    BOOST_TEST(content(path) == numbered(0, 0) + numbered(0, 1));
}

BOOST_AUTO_TEST_CASE(two_loops_and_a_guest_write_side_by_side) {
    const TemporaryFolder folder;
    const std::string path = (folder / "log").string();
    Board board;
    std::uint64_t refused[3] = {};
    {
        Writer writer{std::make_unique<Output>(path), 2, small_ring, board.tally(), quick};
        writer.set_note(note);
        std::vector<std::thread> loops;
        for (std::size_t lane = 0; lane < 3; ++lane)
            loops.emplace_back([&, lane] {
                for (int i = 0; i < 50'000; ++i) refused[lane] += !writer.write(lane, numbered(lane, i));
            });
        for (std::thread& loop : loops) loop.join();
    }
    const Reading reading = read(content(path), 3);
    BOOST_TEST(reading.whole);
    BOOST_TEST(reading.lines + reading.noted == 150'000u);
    BOOST_TEST(reading.noted == refused[0] + refused[1] + refused[2]);
    BOOST_TEST(board.dropped == reading.noted);
    BOOST_TEST(board.written == reading.lines);
}

BOOST_AUTO_TEST_CASE(rings_grow_under_a_producers_hands) {
    const TemporaryFolder folder;
    const std::string path = (folder / "log").string();
    Board board;
    std::uint64_t refused = 0;
    {
        Writer writer{std::make_unique<Output>(path), 1, small_ring, board.tally(), quick};
        writer.set_note(note);
        std::thread loop{[&] {
            for (int i = 0; i < 50'000; ++i) refused += !writer.write(0, numbered(0, i));
        }};
        for (std::size_t bytes = small_ring; bytes <= 64 * small_ring; bytes *= 2) writer.grow(bytes);
        loop.join();
    }
    const Reading reading = read(content(path), 1);
    BOOST_TEST(reading.lines + refused == 50'000u);
    BOOST_TEST(reading.noted == refused);
}

BOOST_AUTO_TEST_CASE(a_stalled_pipe_holds_nobody_up_and_what_was_dropped_is_said) {
    const TemporaryFolder folder;
    Fifo fifo{(folder / "log").string()};
    Board board;
    Writer writer{std::make_unique<Output>(fifo.path()), 1, small_ring, board.tally(), quick};
    writer.set_note(note);

    // Nobody reads: pipe and ring fill, and the rest is dropped at once.
    std::uint64_t dropped = 0;
    for (int i = 0; i < 100'000; ++i) dropped += !writer.write(0, numbered(0, i));

    BOOST_TEST(dropped > 90'000u);
    std::string text;
    const auto accounted = [](std::uint64_t lines) {
        return [lines](const std::string& all) {
            const Reading reading = read(all, 1);
            return reading.lines + reading.noted == lines && all.ends_with('\n');
        };
    };
    BOOST_TEST(fifo.read_until(text, accounted(100'000)));
    // The reader is back, and so are we.
    BOOST_TEST(writer.write(0, numbered(0, 100'000)));
    BOOST_TEST(fifo.read_until(text, accounted(100'001)));
    const Reading reading = read(text, 1);
    BOOST_TEST(reading.whole);
    BOOST_TEST(reading.noted == dropped);
    BOOST_TEST(board.dropped == dropped);
}

BOOST_AUTO_TEST_CASE(what_waits_is_told_until_it_is_written) {
    const TemporaryFolder folder;
    Fifo fifo{(folder / "log").string()};
    Board board;
    Writer writer{std::make_unique<Output>(fifo.path()), 1, small_ring, board.tally(), quick};
    writer.set_note(note);
    std::size_t waiting = 0;
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    for (int i = 0; waiting == 0 && std::chrono::steady_clock::now() < give_up; ++i) {
        writer.write(0, numbered(0, i));
        board.change([&](const Board& b) { waiting = b.waiting; });
    }
    BOOST_TEST(waiting > 0u);
    std::string text;
    BOOST_TEST(fifo.read_until(text, [&](const std::string&) {
        board.change([&](const Board& b) { waiting = b.waiting; });
        return waiting == 0;
    }));
}

BOOST_AUTO_TEST_CASE(a_pipe_that_stalls_at_the_end_is_given_up_and_the_rest_counted) {
    const TemporaryFolder folder;
    Fifo fifo{(folder / "log").string()};
    Board board;
    const auto begun = std::chrono::steady_clock::now();
    {
        Writer writer{std::make_unique<Output>(fifo.path()), 1, 1 << 20, board.tally(), quick};
        for (int i = 0; i < 10'000; ++i) writer.write(0, numbered(0, i));
    }
    BOOST_TEST((std::chrono::steady_clock::now() - begun >= quick.grace));
    BOOST_TEST(board.written > 0u);
    BOOST_TEST(board.written + board.dropped == 10'000u);
    BOOST_TEST(fifo.read_lines(board.written).size() >= board.written * 32);
}

BOOST_AUTO_TEST_CASE(a_slow_reader_gets_every_line_whole) {
    const TemporaryFolder folder;
    Fifo fifo{(folder / "log").string()};
    Board board;
    Writer writer{std::make_unique<Output>(fifo.path()), 2, 1 << 20, board.tally(), quick};
    for (int i = 0; i < 20'000; ++i) writer.write(static_cast<std::size_t>(i % 2), numbered(std::size_t(i % 2), i));

    // 640 kB through a pipe of 64 kB: the writer stalls in the middle of lines, over and over.
    const Reading reading = read(fifo.read_lines(20'000), 2);
    BOOST_TEST(reading.whole);
    BOOST_TEST(reading.lines == 20'000u);
}

BOOST_AUTO_TEST_CASE(a_reader_that_leaves_is_an_error_like_others) {
    const TemporaryFolder folder;
    Fifo fifo{(folder / "log").string()};
    Board board;
    Writer writer{std::make_unique<Output>(fifo.path()), 1, small_ring, board.tally(), quick};
    writer.attach(&board, board.report());
    writer.write(0, numbered(0, 0));
    BOOST_TEST(fifo.read_lines(1) == numbered(0, 0));

    fifo.close_reader();
    writer.write(0, numbered(0, 1));

    board.wait([](const Board& b) { return b.failed > 0 && !b.last_report.empty(); });
    BOOST_TEST(board.last_report ==
               fifo.path() + ": broken pipe; lines wait in memory, and are dropped when that is full");
    writer.detach(&board);
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_told_once_counted_and_survived) {
    Board board;
    std::uint64_t refused = 0;
    {
        Writer writer{std::make_unique<Output>("/dev/full"), 1, small_ring, board.tally(), quick};
        writer.set_note(note);
        writer.attach(&board, board.report());
        writer.write(0, numbered(0, 0));
        board.wait([](const Board& b) { return b.failed >= 3; });  // tried again and again
        for (int i = 1; i < 1000; ++i) refused += !writer.write(0, numbered(0, i));
        BOOST_TEST(board.last_report ==
                   "/dev/full: no space left on device; lines wait in memory, and are dropped when that is full");
        writer.detach(&board);
    }
    BOOST_TEST(refused == 1000 - small_ring / 32);
    BOOST_TEST(board.written == 0u);
    BOOST_TEST(board.dropped == 1000u);
}

BOOST_AUTO_TEST_CASE(a_destination_that_comes_back_gets_what_waited) {
    const TemporaryFolder folder;
    const std::string path = (folder / "there" / "log").string();
    Board board;
    Writer writer{std::make_unique<Output>(path), 1, small_ring, board.tally(), quick};
    writer.set_note(note);
    writer.attach(&board, board.report());
    for (int i = 0; i < 200; ++i) writer.write(0, numbered(0, i));
    board.wait([](const Board& b) { return b.failed > 0; });

    std::filesystem::create_directory(folder / "there");

    board.wait_written(small_ring / 32);
    board.wait([](const Board& b) { return b.last_report.find("written again") != std::string::npos; });
    BOOST_TEST(writer.reopen(patience) == "");  // it has ended its round
    const Reading reading = read(content(path), 1);
    BOOST_TEST(reading.whole);
    BOOST_TEST(reading.lines == small_ring / 32);
    BOOST_TEST(reading.noted == 200 - small_ring / 32);
    writer.detach(&board);
}

BOOST_AUTO_TEST_CASE(a_renamed_file_is_written_to_until_it_is_reopened) {
    const TemporaryFolder folder;
    const std::string path = (folder / "log").string(), old = (folder / "log.1").string();
    Board board;
    Writer writer{std::make_unique<Output>(path), 1, small_ring, board.tally(), quick};
    writer.write(0, numbered(0, 0));
    board.wait_written(1);

    std::filesystem::rename(path, old);
    writer.write(0, numbered(0, 1));
    BOOST_TEST(writer.reopen(patience) == "");
    writer.write(0, numbered(0, 2));
    board.wait_written(3);

    BOOST_TEST(content(old) == numbered(0, 0) + numbered(0, 1));
    BOOST_TEST(content(path) == numbered(0, 2));
}

BOOST_AUTO_TEST_CASE(a_removed_file_is_made_again) {
    const TemporaryFolder folder;
    const std::string path = (folder / "log").string();
    Board board;
    Writer writer{std::make_unique<Output>(path), 1, small_ring, board.tally(), quick};
    writer.write(0, numbered(0, 0));
    board.wait_written(1);

    std::filesystem::remove(path);
    BOOST_TEST(writer.reopen(patience) == "");
    writer.write(0, numbered(0, 1));
    board.wait_written(2);

    BOOST_TEST(content(path) == numbered(0, 1));
}

BOOST_AUTO_TEST_CASE(a_reopening_that_fails_keeps_the_old_file_and_says_so) {
    const TemporaryFolder folder;
    const std::string path = (folder / "log").string(), old = (folder / "log.1").string();
    Board board;
    Writer writer{std::make_unique<Output>(path), 1, small_ring, board.tally(), quick};
    writer.write(0, numbered(0, 0));
    board.wait_written(1);

    std::filesystem::rename(path, old);
    std::filesystem::create_directory(path);
    BOOST_TEST(writer.reopen(patience) == path + ": is a directory; the old file is still written to");
    writer.write(0, numbered(0, 1));
    board.wait_written(2);

    BOOST_TEST(content(old) == numbered(0, 0) + numbered(0, 1));
    BOOST_TEST(board.failed == 1u);
}

BOOST_AUTO_TEST_CASE(reopening_under_load_loses_and_tears_nothing) {
    const TemporaryFolder folder;
    const std::string path = (folder / "log").string();
    Board board;
    int files = 0;
    {
        Writer writer{std::make_unique<Output>(path), 1, 4 << 20, board.tally(), quick};
        std::atomic<bool> enough{false};
        int lines = 0;
        std::thread loop{[&] {
            for (; lines < 100'000 && !enough; ++lines) writer.write(0, numbered(0, lines));
        }};
        for (; files < 20; ++files) {
            std::error_code none_yet;
            std::filesystem::rename(path, path + '.' + std::to_string(files), none_yet);
            BOOST_TEST(writer.reopen(patience) == "");
        }
        enough = true;
        loop.join();
        board.wait_written(static_cast<std::uint64_t>(lines));
        BOOST_TEST(board.written == std::uint64_t(lines));
    }
    std::string all;
    for (int i = 0; i < files; ++i) {
        const std::string one = content(path + '.' + std::to_string(i));
        BOOST_TEST((one.empty() || one.back() == '\n'));
        all += one;
    }
    all += content(path);
    const Reading reading = read(all, 1);
    BOOST_TEST(reading.whole);
    BOOST_TEST(reading.lines == board.written);
}

BOOST_AUTO_TEST_CASE(a_line_half_written_when_the_file_changes_is_not_continued_in_the_new_one) {
    const TemporaryFolder folder;
    const std::string path = (folder / "log").string(), old = (folder / "log.1").string();
    Board board;
    Writer writer{std::make_unique<Output>(path), 1, small_ring, board.tally(), quick};
    writer.set_note(note);
    const FileSizeLimit limit{100};  // three lines, and four bytes of the next
    for (int i = 0; i < 5; ++i) writer.write(0, numbered(0, i));
    board.wait([](const Board& b) { return b.written == 3 && b.failed > 0; });

    std::filesystem::rename(path, old);
    BOOST_TEST(writer.reopen(patience) == "");
    board.wait_written(4);
    BOOST_TEST(writer.reopen(patience) == "");  // it has ended its round

    BOOST_TEST(content(old) == numbered(0, 0) + numbered(0, 1) + numbered(0, 2) + numbered(0, 3).substr(0, 4));
    BOOST_TEST(content(path) == numbered(0, 4) + note(1));
    BOOST_TEST(board.dropped == 1u);
}

BOOST_AUTO_TEST_CASE(nobody_is_told_after_leaving) {
    Board board;
    Writer writer{std::make_unique<Output>("/dev/full"), 1, small_ring, board.tally(), quick};
    Board leaver;
    writer.attach(&leaver, leaver.report());
    writer.detach(&leaver);
    writer.write(0, numbered(0, 0));
    board.wait([](const Board& b) { return b.failed > 1; });
    BOOST_TEST(leaver.last_report == "");
}

BOOST_AUTO_TEST_SUITE_END()
