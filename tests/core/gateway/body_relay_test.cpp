// tests/core/gateway/body_relay_test.cpp - a body that is watched and held on its way.
#include "gateway/body_relay.h"

#include "support/log.h"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace tollgate;

namespace {

// Pieces, of which those at odd places need waiting for (as far as try_read() goes); may be cut at the end.
struct Pieces final : BodySource {
    explicit Pieces(std::vector<std::string> all, bool cut = false, std::optional<std::uint64_t> size = {})
        : all{std::move(all)}, cut{cut}, size{size} {}
    Task<std::string_view> read() override {
        if (next < all.size()) co_return all[next++];
        if (cut) throw std::runtime_error("cut short");
        co_return std::string_view{};
    }
    bool try_read(std::string_view& piece) override {
        if (next % 2 == 1 || (next == all.size() && cut)) return false;
        piece = next < all.size() ? std::string_view{all[next++]} : std::string_view{};
        return true;
    }
    std::optional<std::uint64_t> length() const override { return size; }
    std::vector<std::string> all;
    std::size_t next = 0;
    bool cut;
    std::optional<std::uint64_t> size;
};

struct Tap final : BodyTap {
    explicit Tap(std::string& told, int throws_at = -1) : told{told}, throws_at{throws_at} {}
    void on_piece(std::string_view piece) override {
        if (throws_at-- == 0) throw std::runtime_error("tap broke");
        told.append(piece).append("|");
    }
    void on_end(BodyEnd end) override { told += end == BodyEnd::complete ? "complete" : "cut"; }
    std::string& told;
    int throws_at;
};

struct OddTap final : BodyTap {  // throws what nobody should
    void on_piece(std::string_view) override {}
    void on_end(BodyEnd) override { throw 42; }
};

template <class T>
T run(Task<T> task) {
    task.start();
    BOOST_REQUIRE(task.done());
    return task.take();
}

std::string drain(BodyRelay& relay) {
    std::string all;
    for (;;) {
        const auto piece = run(relay.read());
        if (piece.empty()) return all;
        all.append(piece).append("|");
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gateway_body_relay)

BOOST_AUTO_TEST_CASE(taps_see_each_piece_and_the_end) {
    std::string one, two;
    BodyRelay relay{std::make_unique<Pieces>(std::vector<std::string>{"a", "b", "c"})};
    relay.add_tap(std::make_unique<Tap>(one));
    relay.add_tap(std::make_unique<Tap>(two));
    BOOST_TEST(drain(relay) == "a|b|c|");
    BOOST_TEST(one == "a|b|c|complete");
    BOOST_TEST(two == one);
    BOOST_TEST(run(relay.read()) == "");  // and stays ended
}

BOOST_AUTO_TEST_CASE(body_that_is_cut_is_told_as_cut) {
    std::string thrown, left;
    {
        BodyRelay relay{std::make_unique<Pieces>(std::vector<std::string>{"a"}, true)};
        relay.add_tap(std::make_unique<Tap>(thrown));
        BOOST_CHECK_THROW(drain(relay), std::runtime_error);
        BodyRelay dropped{std::make_unique<Pieces>(std::vector<std::string>{"a", "b"})};
        dropped.add_tap(std::make_unique<Tap>(left));
        run(dropped.read());
    }
    BOOST_TEST(thrown == "a|cut");
    BOOST_TEST(left == "a|cut");
}

BOOST_AUTO_TEST_CASE(body_of_known_length_is_complete_with_its_last_byte) {
    std::string told;
    {
        Pieces source{{"hello"}, false, 5};
        BodyRelay relay{source};
        relay.add_tap(std::make_unique<Tap>(told));
        std::string_view piece;
        BOOST_TEST(relay.try_read(piece));
        BOOST_TEST(piece == "hello");
    }
    BOOST_TEST(told == "hello|complete");
}

BOOST_AUTO_TEST_CASE(tap_that_throws_is_logged_and_hears_no_more) {
    const log::Capture log;
    std::string broken, whole;
    BodyRelay relay{std::make_unique<Pieces>(std::vector<std::string>{"a", "b", "c"})};
    relay.add_tap(std::make_unique<Tap>(broken, 1));
    relay.add_tap(std::make_unique<Tap>(whole));
    BOOST_TEST(drain(relay) == "a|b|c|");
    BOOST_TEST(broken == "a|");
    BOOST_TEST(whole == "a|b|c|complete");
    BOOST_TEST(log.has("tap broke"));
}

BOOST_AUTO_TEST_CASE(tap_that_throws_no_exception_harms_nobody) {
    const log::Capture log;
    {
        BodyRelay relay{std::make_unique<Pieces>(std::vector<std::string>{"a"})};
        relay.add_tap(std::make_unique<OddTap>());
    }
    BOOST_TEST(log.has("a body tap failed"));
}

BOOST_AUTO_TEST_CASE(whole_body_is_held_up_to_the_limit_and_flows_on) {
    for (const std::size_t max : {3u, 4u, 5u, 6u, 100u}) {
        std::string told;
        BodyRelay relay{std::make_unique<Pieces>(std::vector<std::string>{"he", "ll", "o"})};
        relay.add_tap(std::make_unique<Tap>(told));
        const auto held = run(relay.whole(max));
        BOOST_TEST(held.has_value() == (max >= 5), max);
        if (held) BOOST_TEST(*held == "hello");
        if (const auto again = run(relay.whole(max)); again) BOOST_TEST(*again == "hello");
        std::string all = drain(relay);
        std::erase(all, '|');
        BOOST_TEST(all == "hello");
        std::erase(told, '|');
        BOOST_TEST(told == "hellocomplete");
    }
}

BOOST_AUTO_TEST_CASE(larger_limit_may_follow_a_smaller_one) {
    BodyRelay relay{std::make_unique<Pieces>(std::vector<std::string>{"he", "ll", "o"})};
    BOOST_TEST(!run(relay.whole(1)));
    BOOST_TEST(run(relay.whole(10)).value() == "hello");
    BOOST_TEST(drain(relay) == "hello|");
}

BOOST_AUTO_TEST_CASE(empty_body_is_whole_at_once) {
    std::string told;
    BodyRelay relay{std::make_unique<Pieces>(std::vector<std::string>{})};
    relay.add_tap(std::make_unique<Tap>(told));
    BOOST_TEST(run(relay.whole(0)).value() == "");
    BOOST_TEST(drain(relay) == "");
    BOOST_TEST(told == "complete");
}

BOOST_AUTO_TEST_CASE(body_taken_whole_that_goes_no_further_was_complete) {
    std::string told;
    {
        BodyRelay relay{std::make_unique<Pieces>(std::vector<std::string>{"he", "llo"})};
        relay.add_tap(std::make_unique<Tap>(told));
        run(relay.whole(10));
        relay.keep_from_going_on();
    }
    std::erase(told, '|');
    BOOST_TEST(told == "hellocomplete");
}

BOOST_AUTO_TEST_CASE(body_not_taken_whole_that_goes_no_further_was_cut) {
    std::string told;
    {
        BodyRelay relay{std::make_unique<Pieces>(std::vector<std::string>{"he", "llo"})};
        relay.add_tap(std::make_unique<Tap>(told));
        run(relay.whole(1));
        relay.keep_from_going_on();
    }
    BOOST_TEST(told == "cut");
}

BOOST_AUTO_TEST_CASE(whole_body_that_is_cut_throws) {
    BodyRelay relay{std::make_unique<Pieces>(std::vector<std::string>{"a"}, true)};
    BOOST_CHECK_THROW(run(relay.whole(10)), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()
