// tests/core/support/log_test.cpp - the gateway's own log: the form of a line, and a reader who stopped reading.
#include "support/log.h"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <new>
#include <regex>
#include <string>
#include <thread>
#include <vector>

using namespace tollgate;
using namespace std::chrono_literals;

namespace {

// The log goes into a pipe while this lives.
struct Pipe {
    Pipe() {
        BOOST_REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        log::set_descriptor(ends[1]);
    }
    ~Pipe() {
        log::set_descriptor(STDERR_FILENO);
        ::close(ends[0]);
        if (ends[1] >= 0) ::close(ends[1]);
    }
    std::string read_once() const {
        std::string text(1 << 20, '\0');
        const ssize_t length = ::read(ends[0], text.data(), text.size());
        text.resize(length > 0 ? std::size_t(length) : 0);
        return text;
    }
    std::array<int, 2> ends{-1, -1};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(support_log)

BOOST_AUTO_TEST_CASE(a_line_has_time_level_area_and_message) {
    const Pipe pipe;
    log::info("gateway", "listening on 127.0.0.1:8080");
    const std::regex form{R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info gateway: listening on 127\.0\.0\.1:8080\n)"};
    BOOST_TEST(std::regex_match(pipe.read_once(), form));
}

BOOST_AUTO_TEST_CASE(times_are_utc_with_milliseconds) {
    BOOST_TEST(log::timestamp(std::chrono::system_clock::time_point{1'795'251'600s + 7ms}) ==
               "2026-11-21T09:00:00.007Z");
    BOOST_TEST(log::timestamp(std::chrono::system_clock::time_point{-1ms}) == "1969-12-31T23:59:59.999Z");
}

BOOST_AUTO_TEST_CASE(a_message_cannot_forge_a_second_line) {
    const Pipe pipe;
    log::error("auth", "key \"a\n2026-11-21T09:00:00.000Z info auth: all is well\"");
    const std::string text = pipe.read_once();
    BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 1);
    BOOST_TEST(text.find("key \"a\\n2026") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(lines_below_the_threshold_are_not_written) {
    const Pipe pipe;
    log::debug("net", "not this one");
    log::set_threshold(Level::debug);
    log::debug("net", "but this one");
    log::set_threshold(Level::info);
    const std::string text = pipe.read_once();
    BOOST_TEST(text.find("not this") == std::string::npos);
    BOOST_TEST(text.find("debug net: but this one") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_long_line_is_cut_to_what_a_pipe_takes_whole) {
    const Pipe pipe;
    log::info("plugin", std::string(100'000, 'x'));
    const std::string text = pipe.read_once();
    BOOST_TEST(text.size() == 4096u);
    BOOST_TEST(text.ends_with("x...\n"));
}

BOOST_AUTO_TEST_CASE(a_reader_who_stalls_costs_lines_and_not_time) {
    const Pipe pipe;
    const auto before = std::chrono::steady_clock::now();
    for (int i = 0; i < 2000; ++i) log::info("gateway", std::string(1000, 'x'));
    BOOST_TEST((std::chrono::steady_clock::now() - before < 5s));

    BOOST_TEST(pipe.read_once().size() < 1'000'000u);  // one read takes all that a pipe holds
    log::info("gateway", "back again");
    const std::string text = pipe.read_once();
    BOOST_TEST(std::regex_search(text, std::regex{R"(warning log: \d+ lines dropped here: nobody read the log, or no memory was left\n)"}));
    BOOST_TEST(text.ends_with("info gateway: back again\n"));
}

BOOST_AUTO_TEST_CASE(who_may_not_fail_loses_a_line_at_worst) {
    const Pipe pipe;
    log::tell(Level::warning, "upstream", [] { return std::string{"a line"}; });
    log::tell(Level::warning, "upstream", []() -> std::string { throw std::bad_alloc{}; });
    log::info("gateway", "the next");
    const std::string text = pipe.read_once();
    BOOST_TEST(std::regex_search(text, std::regex{R"(warning upstream: a line\n\S+ warning log: 1 line dropped here)"}), text);
    BOOST_TEST(text.ends_with("info gateway: the next\n"));
}

BOOST_AUTO_TEST_CASE(lines_of_many_threads_do_not_mix) {
    const Pipe pipe;
    std::string all;
    std::thread reader{[&] {
        for (std::string piece = pipe.read_once(); !piece.empty(); piece = pipe.read_once()) all += piece;
    }};
    std::vector<std::thread> writers;
    for (int w = 0; w < 4; ++w)
        writers.emplace_back([w] {
            for (int i = 0; i < 200; ++i) log::info("w" + std::to_string(w), std::string(100, char('a' + w)) + "|");
        });
    for (auto& writer : writers) writer.join();
    log::set_descriptor(STDERR_FILENO);
    ::close(pipe.ends[1]);
    const_cast<Pipe&>(pipe).ends[1] = -1;
    reader.join();

    const std::regex form{R"(\S+Z info w(\d): (a+|b+|c+|d+)\|)"};
    std::size_t lines = 0, start = 0;
    for (std::size_t end = all.find('\n'); end != std::string::npos; start = end + 1, end = all.find('\n', start)) {
        const std::string line = all.substr(start, end - start);
        BOOST_TEST((std::regex_match(line, form) || line.find("dropped here") != std::string::npos));
        ++lines;
    }
    BOOST_TEST(lines > 0u);
}

BOOST_AUTO_TEST_CASE(a_capture_takes_every_line_while_it_lives) {
    const log::Capture capture;
    log::debug("net", "quiet");
    log::warning("upstream", "orders: no target is available");
    BOOST_TEST(capture.lines().size() == 2u);
    BOOST_TEST(capture.has("upstream: orders"));
    BOOST_TEST(!capture.has("something else"));
}

BOOST_AUTO_TEST_SUITE_END()
