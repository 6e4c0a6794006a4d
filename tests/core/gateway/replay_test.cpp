// tests/core/gateway/replay_test.cpp - a body that is sent, and sent again.
#include "gateway/replay.h"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace tollgate;

namespace {

// Pieces, of which those at odd places need waiting for.
struct Pieces final : BodySource {
    explicit Pieces(std::vector<std::string> all) : all{std::move(all)} {}
    Task<std::string_view> read() override {
        ++reads;
        co_return next < all.size() ? std::string_view{all[next++]} : std::string_view{};
    }
    bool try_read(std::string_view& piece) override {
        if (next % 2 == 1) return false;
        ++reads;
        piece = next < all.size() ? std::string_view{all[next++]} : std::string_view{};
        return true;
    }
    std::optional<std::uint64_t> length() const override { return 11; }
    const Headers* trailers() const override { return &lines; }
    std::vector<std::string> all;
    std::size_t next = 0;
    int reads = 0;
    Headers lines;
};

template <class T>
T run(Task<T> task) {
    task.start();
    BOOST_REQUIRE(task.done());
    return task.take();
}

std::string read_all(Replay& replay) {
    std::string all;
    for (;;) {
        const auto piece = run(replay.read());
        if (piece.empty()) return all;
        all.append(piece).append("|");
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gateway_replay)

BOOST_AUTO_TEST_CASE(what_was_read_comes_again_and_its_source_is_read_once) {
    Pieces source{{"one", "two", "three"}};
    Replay replay{source, 11};
    BOOST_TEST(read_all(replay) == "one|two|three|");
    const int reads = source.reads;
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(replay.whole());
        replay.rewind();
        BOOST_TEST(read_all(replay) == "onetwothree|");
    }
    BOOST_TEST(source.reads == reads);
}

BOOST_AUTO_TEST_CASE(what_was_not_yet_read_follows_what_was) {
    Pieces source{{"one", "two", "three"}};
    Replay replay{source, 100};
    BOOST_TEST(run(replay.read()) == "one");
    replay.rewind();
    BOOST_TEST(read_all(replay) == "one|two|three|");
    replay.rewind();
    BOOST_TEST(run(replay.read()) == "onetwothree");
}

BOOST_AUTO_TEST_CASE(larger_than_the_bound_it_flows_on_and_is_not_kept) {
    Pieces source{{"one", "two", "three"}};
    Replay replay{source, 10};
    BOOST_TEST(run(replay.read()) == "one");
    BOOST_TEST(run(replay.read()) == "two");
    BOOST_TEST(replay.whole());
    BOOST_TEST(read_all(replay) == "three|");
    BOOST_TEST(!replay.whole());
}

BOOST_AUTO_TEST_CASE(the_bound_holds_for_what_a_second_reader_adds) {
    Pieces source{{"one", "two", "three"}};
    Replay replay{source, 10};
    BOOST_TEST(run(replay.read()) == "one");
    replay.rewind();
    BOOST_TEST(read_all(replay) == "one|two|three|");
    BOOST_TEST(!replay.whole());
}

BOOST_AUTO_TEST_CASE(without_waiting_it_gives_what_its_source_does) {
    Pieces source{{"one", "two"}};
    Replay replay{source, 10};
    std::string_view piece;
    BOOST_TEST(replay.try_read(piece));
    BOOST_TEST(piece == "one");
    BOOST_TEST(!replay.try_read(piece));
    replay.rewind();
    BOOST_TEST(replay.try_read(piece));
    BOOST_TEST(piece == "one");
    BOOST_TEST(!replay.try_read(piece));
    BOOST_TEST(run(replay.read()) == "two");
    BOOST_TEST(replay.try_read(piece));
    BOOST_TEST(piece == "");
}

BOOST_AUTO_TEST_CASE(it_is_complete_when_it_has_ended_or_has_its_length) {
    Pieces source{{"hello ", "world"}};
    Replay replay{source, 11};
    BOOST_TEST(run(replay.read()) == "hello ");
    BOOST_TEST(!replay.complete());
    BOOST_TEST(run(replay.read()) == "world");
    BOOST_TEST(replay.complete());
    Pieces other{{"one"}};  // which is not of the length that it says
    Replay ended{other, 11};
    BOOST_TEST(read_all(ended) == "one|");
    BOOST_TEST(ended.complete());
    Pieces large{{"hello ", "world"}};
    Replay forgotten{large, 10};
    read_all(forgotten);
    BOOST_TEST(!forgotten.complete());
}

BOOST_AUTO_TEST_CASE(a_second_reader_has_all_of_it_and_moves_nobody) {
    Pieces source{{"hello ", "world"}};
    Replay replay{source, 11};
    run(replay.read());
    run(replay.read());
    replay.rewind();
    SecondReading second{replay};
    std::string_view piece;
    BOOST_TEST(second.try_read(piece));
    BOOST_TEST(piece == "hello world");
    BOOST_TEST(run(second.read()) == "");
    BOOST_TEST(run(second.read()) == "");
    BOOST_TEST((second.length() == 11u));
    BOOST_TEST(second.trailers() == &source.lines);
    BOOST_TEST(run(replay.read()) == "hello world");
}

BOOST_AUTO_TEST_CASE(length_and_trailers_are_the_sources) {
    Pieces source{{}};
    Replay replay{source, 10};
    BOOST_TEST((replay.length() == 11u));
    BOOST_TEST(replay.trailers() == &source.lines);
}

BOOST_AUTO_TEST_CASE(a_large_one_comes_again_in_pieces) {
    const std::string large(100'000, 'x');
    Pieces source{{large}};
    Replay replay{source, large.size()};
    read_all(replay);
    replay.rewind();
    std::string again;
    int pieces = 0;
    for (auto piece = run(replay.read()); !piece.empty(); piece = run(replay.read())) {
        BOOST_TEST(piece.size() <= 32u << 10);
        again += piece;
        ++pieces;
    }
    BOOST_TEST((again == large));
    BOOST_TEST(pieces == 4);
}

BOOST_AUTO_TEST_CASE(what_a_source_broke_off_does_not_come_again) {
    struct Broken final : BodySource {
        Task<std::string_view> read() override {
            if (first) {
                first = false;
                co_return "half";
            }
            throw std::runtime_error{"the client left"};
        }
        bool try_read(std::string_view&) override { return false; }
        std::optional<std::uint64_t> length() const override { return 8; }
        const Headers* trailers() const override { return nullptr; }
        bool first = true;
    } source;
    Replay replay{source, 100};
    BOOST_TEST(run(replay.read()) == "half");
    BOOST_TEST(replay.whole());
    BOOST_CHECK_THROW(run(replay.read()), std::runtime_error);
    BOOST_TEST(!replay.whole());
}

BOOST_AUTO_TEST_CASE(a_body_that_is_empty_may_come_again) {
    Pieces source{{}};
    Replay replay{source, 0};
    BOOST_TEST(read_all(replay) == "");
    BOOST_TEST(replay.whole());
    replay.rewind();
    BOOST_TEST(read_all(replay) == "");
}

BOOST_AUTO_TEST_SUITE_END()
