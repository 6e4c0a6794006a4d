// tests/plugins/logging/destinations.h - things to log to, and a tally that tests can wait on.
#pragma once

#include "output.h"
#include "writer.h"

#include "support/deadline.h"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>

namespace tollgate::logging::test {

inline std::string content(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

inline std::uint64_t line_count(const std::string& text) {
    return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

// What became of lines; outlives the writer. wait() gives up, with a failed check, when a test's patience ends.
class Board {
public:
    std::uint64_t written = 0, dropped = 0, failed = 0;
    std::size_t waiting = 0;  // as last told
    std::string last_report;

    template <class Condition>
    bool wait(Condition condition) {
        std::unique_lock lock{mutex_};
        const bool met = changed_.wait_for(lock, tollgate::test::patience, [&] { return condition(*this); });
        BOOST_TEST(met, "waited in vain: written " << written << ", dropped " << dropped << ", failed " << failed);
        return met;
    }
    bool wait_written(std::uint64_t lines) {
        return wait([lines](const Board& board) { return board.written >= lines; });
    }
    template <class Change>
    void change(Change change) {
        const std::lock_guard lock{mutex_};
        change(*this);
        changed_.notify_all();
    }

    // For the Writer's constructor.
    std::unique_ptr<Writer::Tally> tally() {
        struct OnBoard final : Writer::Tally {
            explicit OnBoard(Board& board) : board{board} {}
            void written(std::uint64_t n) noexcept override {
                board.change([n](Board& b) { b.written += n; });
            }
            void dropped(std::uint64_t n) noexcept override {
                board.change([n](Board& b) { b.dropped += n; });
            }
            void failed() noexcept override {
                board.change([](Board& b) { ++b.failed; });
            }
            void waiting(std::size_t bytes) noexcept override {
                board.change([bytes](Board& b) { b.waiting = bytes; });
            }
            Board& board;
        };
        return std::make_unique<OnBoard>(*this);
    }
    Report report() {
        return [this](bool, const std::string& text) { change([&](Board& b) { b.last_report = text; }); };
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
};

// A pipe in the file system; open for reading all the time, so that a writer finds a reader.
class Fifo {
public:
    explicit Fifo(std::string path) : path_{std::move(path)} {
        BOOST_REQUIRE(::mkfifo(path_.c_str(), 0600) == 0);
        reader_ = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        BOOST_REQUIRE(reader_ >= 0);
    }
    ~Fifo() { close_reader(); }
    Fifo(const Fifo&) = delete;
    Fifo& operator=(const Fifo&) = delete;

    const std::string& path() const { return path_; }
    void close_reader() {
        if (reader_ >= 0) ::close(std::exchange(reader_, -1));
    }
    // Reads until `enough(all that was read)`; false where no byte comes in a test's patience.
    template <class Enough>
    bool read_until(std::string& text, Enough enough) {
        char piece[65536];
        while (!enough(text)) {
            pollfd wanted{reader_, POLLIN, 0};
            if (::poll(&wanted, 1, static_cast<int>(tollgate::test::patience.count())) <= 0) return false;
            const ssize_t got = ::read(reader_, piece, sizeof piece);
            if (got > 0) text.append(piece, static_cast<std::size_t>(got));
        }
        return true;
    }
    std::string read_lines(std::uint64_t lines) {
        std::string text;
        BOOST_TEST(read_until(text, [lines](const std::string& all) { return line_count(all) >= lines; }));
        return text;
    }

private:
    std::string path_;
    int reader_ = -1;
};

// Puts another descriptor in the place of standard output while it lives. No checks meanwhile: they print there.
class StandardOutput {
public:
    explicit StandardOutput(int descriptor) {
        std::fflush(stdout);
        saved_ = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
        ::dup2(descriptor, STDOUT_FILENO);
    }
    ~StandardOutput() {
        ::dup2(saved_, STDOUT_FILENO);
        ::close(saved_);
    }
    StandardOutput(const StandardOutput&) = delete;
    StandardOutput& operator=(const StandardOutput&) = delete;

private:
    int saved_;
};

}  // namespace tollgate::logging::test
