// tests/plugins/cache/arriving_test.cpp - one writes, many read, each on a loop of his own.
#include "arriving.h"
#include "made_kept.h"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace tollgate::cache;
using tollgate::Task;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t all = std::numeric_limits<std::uint64_t>::max();

// A loop that runs, and has its time go on, when it is told to. post() is for any thread.
class Steps final : public Loop {
public:
    Instant now() const override { return now_; }
    Task<void> sleep(std::chrono::nanoseconds time) override {
        const Instant until = now_ + time;
        while (now_ < until) {
            std::uint64_t turn = 0;
            {
                const std::lock_guard lock{clock_};
                turn = sleepers_.turn();
            }
            Waiters::Change change{sleepers_, *this, turn};
            co_await change;
        }
    }
    void pass(std::chrono::nanoseconds time) {
        now_ += time;
        {
            const std::lock_guard lock{clock_};
            sleepers_.wake_all();
        }
        run();
    }
    void post(std::function<void()> work) override {
        const std::lock_guard lock{mutex_};
        work_.push_back(std::move(work));
    }
    std::size_t run() {
        std::deque<std::function<void()>> work;
        {
            const std::lock_guard lock{mutex_};
            work.swap(work_);
        }
        for (auto& one : work) one();
        return work.size();
    }

private:
    Instant now_{std::chrono::hours{1}};
    std::mutex clock_;
    Waiters sleepers_{clock_};
    std::mutex mutex_;
    std::deque<std::function<void()>> work_;
};

struct Made {
    explicit Made(std::size_t largest = 1'000'000) : arriving{std::make_shared<Arriving>(largest, held)} {}
    void open(std::optional<std::uint64_t> length = {}) const { arriving->open({make_kept(), nullptr}, length); }

    std::shared_ptr<Held> held = std::make_shared<Held>(10'000'000);
    std::shared_ptr<Arriving> arriving;
};

// Reads to the end, as a request does.
struct Follower {
    Follower(const std::shared_ptr<Arriving>& arriving, Loop& loop, std::uint64_t most = all)
        : reader{arriving, loop}, left{most}, task{follow()} {
        task.start();
    }
    Task<void> follow() {
        for (;;) {
            const auto piece = co_await reader.read(left);
            if (piece.empty()) co_return;
            text += piece;
        }
    }
    bool was_cut() {
        try {
            task.take();
        } catch (const Arriving::Reader::Cut&) {
            return true;
        }
        return false;
    }
    Arriving::Reader reader;
    std::uint64_t left;
    std::string text;
    Task<void> task;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_arriving)

BOOST_AUTO_TEST_CASE(everybody_reads_what_has_come_and_waits_for_the_rest) {
    const Made made;
    Steps loop, another;
    made.open();
    made.arriving->append("one ");
    Follower early{made.arriving, loop}, elsewhere{made.arriving, another};
    BOOST_TEST(early.text == "one ");
    made.arriving->append("two ");
    BOOST_TEST(early.text == "one ");
    BOOST_TEST(loop.run() == 1u);
    BOOST_TEST(another.run() == 1u);
    Follower late{made.arriving, loop};
    for (Follower* one : {&early, &elsewhere, &late}) BOOST_TEST(one->text == "one two ");
    BOOST_TEST(*made.arriving->collect() == "one two ");
    made.arriving->finish();
    loop.run();
    another.run();
    for (Follower* one : {&early, &elsewhere, &late}) BOOST_TEST(one->task.done());
}

BOOST_AUTO_TEST_CASE(who_sleeps_on_one_loop_is_woken_by_one_message) {
    const Made made;
    Steps loop;
    made.open();
    Follower a{made.arriving, loop}, b{made.arriving, loop}, c{made.arriving, loop};
    made.arriving->append("x");
    BOOST_TEST(loop.run() == 1u);
    for (Follower* one : {&a, &b, &c}) BOOST_TEST(one->text == "x");
}

BOOST_AUTO_TEST_CASE(who_leaves_is_not_woken) {
    const Made made;
    Steps loop;
    made.open();
    auto leaver = std::make_unique<Follower>(made.arriving, loop);
    Follower stays{made.arriving, loop};
    made.arriving->append("x");
    leaver.reset();
    loop.run();
    BOOST_TEST(stays.text == "x");
}

BOOST_AUTO_TEST_CASE(of_a_known_length_the_end_is_shown_when_all_is_done) {
    const Made made;
    Steps loop;
    made.open(6);
    made.arriving->append("abc");
    Follower follower{made.arriving, loop};
    made.arriving->append("def");
    loop.run();
    BOOST_TEST(follower.text == "abc");
    const auto body = made.arriving->collect();
    made.arriving->finish();
    loop.run();
    BOOST_TEST(follower.text == "abcdef");
    BOOST_TEST(*body == "abcdef");
    BOOST_TEST(follower.task.done());
}

BOOST_AUTO_TEST_CASE(what_is_cut_is_cut_for_all) {
    const Made made;
    Steps loop;
    made.open(6);
    made.arriving->append("abc");
    Follower follower{made.arriving, loop};
    made.arriving->cut();
    loop.run();
    BOOST_TEST(follower.was_cut());
    BOOST_TEST(follower.text == "abc");
}

BOOST_AUTO_TEST_CASE(a_part_ends_where_it_ends) {
    const Made made;
    Steps loop;
    made.open();
    made.arriving->append("abcdef");
    Follower follower{made.arriving, loop, 4};
    BOOST_TEST(follower.text == "abcd");
    BOOST_TEST(follower.task.done());
}

BOOST_AUTO_TEST_CASE(what_is_too_long_passes_through_a_window_at_the_pace_of_the_slowest) {
    const Made made{40'000};
    Steps loop, slow_loop, writer;
    made.open();
    auto slow = std::make_unique<Arriving::Reader>(made.arriving, slow_loop);
    Follower quick{made.arriving, loop};
    std::size_t sent = 0;
    for (bool waits = false; !waits; loop.run()) {
        made.arriving->append(std::string(10'000, 'x'));
        sent += 10'000;
        Task<void> room = made.arriving->room(writer);
        room.start();
        waits = !room.done();
        BOOST_REQUIRE(sent < 200'000);
    }
    BOOST_TEST(sent == 50'000u);
    BOOST_TEST(quick.text.size() == sent);
    BOOST_TEST(!made.arriving->collect());
    Task<void> room = made.arriving->room(writer);
    room.start();
    std::uint64_t left = all;
    while (!room.done()) {
        BOOST_TEST_REQUIRE(slow->try_read(left).has_value());
        writer.run();
    }
    slow.reset();
    Arriving::Reader late{made.arriving, loop};
    BOOST_TEST(!late.in_time());
}

// A writer who appends as fast as there is room, and one who reads on at once.
struct Window {
    explicit Window(std::size_t largest) : made{largest}, slow{made.arriving, slow_loop}, quick{made.arriving, loop} {
        made.open();
    }

    // Until there is no room any more. How much was sent.
    std::size_t fill() {
        const std::size_t before = sent;
        while (!room || room.done()) {
            made.arriving->append(std::string(10'000, 'x'));
            sent += 10'000;
            loop.run();
            room = made.arriving->room(writer);
            room.start();
        }
        return sent - before;
    }
    std::size_t take(std::size_t most) { return slow.try_read(most).value_or("").size(); }

    Made made;
    Steps loop, slow_loop, writer;
    Arriving::Reader slow;
    Follower quick;
    std::size_t sent = 0;
    Task<void> room;
};

BOOST_AUTO_TEST_CASE(one_who_trickles_is_cut_and_the_others_read_on) {
    Window window{100'000};
    window.fill();
    const auto before = std::chrono::nanoseconds{Arriving::slowness} / 2;
    window.writer.pass(before);
    BOOST_TEST(!window.room.done());
    BOOST_TEST(window.take(1000) == 1000u);
    window.writer.run();
    window.writer.pass(before);
    BOOST_TEST(window.room.done());
    BOOST_CHECK_THROW(window.take(1000), Arriving::Reader::Cut);
    window.made.arriving->append("end");
    window.made.arriving->finish();
    window.loop.run();
    BOOST_TEST(window.quick.task.done());
    BOOST_TEST(window.quick.text.ends_with("xend"));
}

BOOST_AUTO_TEST_CASE(one_who_is_slow_but_goes_on_is_waited_for) {
    Window window{100'000};
    for (int round = 0; round < 5; ++round) {
        window.fill();
        for (std::size_t taken = 0; taken < 30'000;) taken += window.take(30'000 - taken);
        window.writer.run();
        window.writer.pass(Arriving::slowness);
    }
    BOOST_TEST(window.take(1000) > 0u);
}

// The larger the window, the less he holds up anybody.
BOOST_AUTO_TEST_CASE(what_a_slow_one_has_to_take_does_not_grow_with_the_window) {
    Window window{10'000'000};
    for (int round = 0; round < 5; ++round) {
        window.fill();
        for (std::size_t taken = 0; taken < 30'000;) taken += window.take(30'000 - taken);
        window.writer.run();
        window.writer.pass(Arriving::slowness);
    }
    BOOST_TEST(window.take(1000) > 0u);
}

BOOST_AUTO_TEST_CASE(one_who_reads_alone_takes_his_time) {
    const Made made{100'000};
    Steps loop, writer;
    made.open();
    Arriving::Reader slow{made.arriving, loop};
    made.arriving->append(std::string(200'000, 'x'));
    Task<void> room = made.arriving->room(writer);
    room.start();
    writer.pass(10 * Arriving::slowness);
    BOOST_TEST(!room.done());
    BOOST_TEST(slow.try_read(10).has_value());
}

BOOST_AUTO_TEST_CASE(nobody_goes_on_for_nobody) {
    const Made made{1000};
    Steps loop;
    made.open();
    {
        const Arriving::Coming coming{made.arriving};
        made.arriving->append(std::string(2000, 'x'));
        BOOST_TEST(!made.arriving->in_vain(loop.now(), 5s));
        Follower follower{made.arriving, loop};
        BOOST_TEST(follower.text.size() == 2000u);
    }
    BOOST_TEST(made.arriving->in_vain(loop.now(), 5s));
}

BOOST_AUTO_TEST_CASE(what_has_no_known_end_is_read_for_a_while_once_nobody_is_there) {
    const Made endless, measured;
    Steps loop;
    endless.open();
    measured.open(1000);
    {
        const Arriving::Reader reader{endless.arriving, loop};
        BOOST_TEST(!endless.arriving->in_vain(loop.now(), 5s));
    }
    BOOST_TEST(!endless.arriving->in_vain(loop.now() + 60s, 5s));  // the first time that it is seen
    BOOST_TEST(!endless.arriving->in_vain(loop.now() + 65s, 5s));
    { const Arriving::Reader reader{endless.arriving, loop}; }  // somebody looks in
    BOOST_TEST(!endless.arriving->in_vain(loop.now() + 66s, 5s));
    BOOST_TEST(!endless.arriving->in_vain(loop.now() + 71s, 5s));
    BOOST_TEST(endless.arriving->in_vain(loop.now() + 72s, 5s));
    for (int hour = 0; hour < 3; ++hour)
        BOOST_TEST(!measured.arriving->in_vain(loop.now() + std::chrono::hours{hour}, 5s));
}

BOOST_AUTO_TEST_CASE(memory_on_its_way_is_counted_until_nobody_reads_it_there_or_it_is_gone) {
    std::shared_ptr<const std::string> body;
    std::shared_ptr<Held> held;
    Steps loop;
    {
        Made made;
        held = made.held;
        BOOST_TEST(made.arriving->reserve(100'000));
        BOOST_TEST(held->bytes() == 100'000u);
        made.open(100'000);
        made.arriving->append(std::string(100'000, 'x'));
        BOOST_TEST(held->bytes() == 100'000u);
        body = made.arriving->collect();
        made.arriving->finish();
        const Arriving::Reader slow{std::exchange(made.arriving, nullptr), loop};
        BOOST_TEST(held->bytes() == 100'000u);  // the store may send it away: it is still there
    }
    BOOST_TEST(held->bytes() == 0u);
    BOOST_TEST(body->size() == 100'000u);
    body.reset();
    BOOST_TEST(held->bytes() == 0u);
    {
        const Made never_came;
        held = never_came.held;
        BOOST_TEST(never_came.arriving->reserve(100'000));
    }
    BOOST_TEST(held->bytes() == 0u);
}

BOOST_AUTO_TEST_CASE(who_would_take_more_than_there_is_does_not_begin_to_be_kept) {
    const auto held = std::make_shared<Held>(250'000);
    Arriving one{1'000'000, held}, two{1'000'000, held}, three{1'000'000, held};
    BOOST_TEST(one.reserve(100'000));
    BOOST_TEST(two.reserve(100'000));
    BOOST_TEST(!three.reserve(100'000));
    BOOST_TEST(held->bytes() == 200'000u);
    BOOST_TEST(three.reserve({}));
}

BOOST_AUTO_TEST_CASE(where_memory_is_short_what_has_no_known_length_passes) {
    const Made made;
    Steps loop, writer;
    made.open();
    Arriving::Reader slow{made.arriving, loop};
    made.arriving->append(std::string(16 * 1024, 'x'));
    BOOST_TEST(!made.arriving->passes());
    made.held->set_bound(1000);
    made.arriving->append("x");
    BOOST_TEST(made.arriving->passes());
    BOOST_TEST(!made.arriving->too_long());
    BOOST_TEST(!made.arriving->collect());
    made.arriving->append(std::string(100'000, 'x'));
    Task<void> room = made.arriving->room(writer);
    room.start();
    BOOST_TEST(!room.done());
    std::size_t read = 0;
    for (int i = 0; !room.done(); ++i, writer.run()) {
        BOOST_REQUIRE(i < 100);
        read += slow.try_read(10'000).value_or("").size();
    }
    BOOST_TEST(read < 100'000u);
}

BOOST_AUTO_TEST_CASE(where_memory_is_short_what_passes_takes_small_pieces) {
    const Made made;
    made.open();
    made.arriving->append(std::string(400'000, 'x'));
    made.held->set_bound(1000);
    for (int i = 0; i < 10; ++i) made.arriving->append(std::string(60'000, 'x'));
    BOOST_TEST(made.arriving->passes());
    BOOST_TEST(made.held->bytes() <= 64u * 1024);  // nobody reads: what was there is gone
}

BOOST_AUTO_TEST_CASE(the_head_is_waited_for_no_longer_than_until_the_alarm) {
    const Made made;
    Steps loop;
    Task<bool> waiting = head_came(made.arriving, loop, {});
    waiting.start();
    BOOST_TEST(!waiting.done());
    made.open();
    loop.run();
    BOOST_TEST(waiting.done());
    BOOST_TEST(waiting.take());

    const Made silent;
    std::mutex mutex;
    Waiters bell{mutex};
    const auto alarm = [&]() -> Task<void> {
        Waiters::Change change{bell, loop, 0};
        co_await change;
    };
    Task<bool> in_vain = head_came(silent.arriving, loop, alarm());
    in_vain.start();
    {
        const std::lock_guard lock{mutex};
        bell.wake_all();
    }
    loop.run();
    BOOST_TEST(in_vain.done());
    BOOST_TEST(!in_vain.take());
}

// For the thread sanitizer: the writer and its readers on threads of their own.
BOOST_AUTO_TEST_CASE(threads_see_the_same_bytes) {
    const std::string piece = "0123456789abcdef";
    constexpr int pieces = 20'000;
    const Made made{piece.size() * pieces};
    made.open();
    std::vector<std::thread> threads;
    std::vector<std::size_t> right(4);
    for (std::size_t& count : right)
        threads.emplace_back([&] {
            Steps loop;
            Follower follower{made.arriving, loop};
            while (!follower.task.done()) loop.run();
            for (std::size_t at = 0; at < follower.text.size(); at += piece.size())
                count += follower.text.compare(at, piece.size(), piece) == 0;
        });
    for (int i = 0; i < pieces; ++i) made.arriving->append(piece);
    made.arriving->finish();
    for (auto& thread : threads) thread.join();
    for (const std::size_t count : right) BOOST_TEST(count == std::size_t(pieces));
}

BOOST_AUTO_TEST_SUITE_END()
