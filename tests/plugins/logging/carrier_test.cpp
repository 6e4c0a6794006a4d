// tests/plugins/logging/carrier_test.cpp - lines carried once, whatever the database does meanwhile.
#include "carrier.h"

#include "support/deadline.h"
#include "support/no_more_files.h"
#include "support/temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

using namespace tollgate;
using namespace tollgate::logging;
using namespace std::chrono_literals;

namespace {

constexpr Carrier::Times quick{
    .pace = 1ms, .first_retry = 1ms, .last_retry = 5ms, .grace = 2000ms, .first_sweep = 1ms, .sweep = 1ms};

// A database in memory, with the troubles of one.
class FakeTable final : public RequestTable {
public:
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> lines;
    std::function<void(std::string_view)> trouble = [](std::string_view) {};  // throws
    std::string moment;
    std::uint64_t old = 0;
    std::vector<std::string> forgotten_before;
    bool stopped = false;

    void add(std::string_view more) override {
        std::unique_lock lock{mutex};
        if (stopped) throw DatabaseUnavailable{"stopped"};
        trouble(more);
        for (; !more.empty(); more.remove_prefix(more.find('\n') + 1)) {
            std::string line{more.substr(0, more.find('\n'))};
            if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(std::move(line));
        }
    }
    std::string moment_of(std::uint64_t) override {
        const std::lock_guard lock{mutex};
        return moment;
    }
    std::uint64_t forget(std::string_view before, std::uint64_t most) override {
        const std::lock_guard lock{mutex};
        forgotten_before.emplace_back(before);
        const std::uint64_t gone = std::min(old, most);
        old -= gone;
        return gone;
    }
    void stop() noexcept override {
        const std::lock_guard lock{mutex};
        stopped = true;
    }
    std::vector<std::string> taken() {
        const std::lock_guard lock{mutex};
        return lines;
    }
    void set_trouble(std::function<void(std::string_view)> next) {
        const std::lock_guard lock{mutex};
        trouble = std::move(next);
    }
};

struct Figures {
    std::atomic<std::uint64_t> stored{0}, refused{0}, failed{0}, waiting{0};
};

struct Site {
    test::TemporaryFolder folder;
    std::shared_ptr<Spool> spool = std::make_shared<Spool>((folder / "spool").string());
    std::shared_ptr<FakeTable> table = std::make_shared<FakeTable>();
    Figures figures;
    std::mutex mutex;
    std::vector<std::string> reports;

    Site() { BOOST_REQUIRE(spool->open() == 0); }
    std::unique_ptr<Carrier> carrier(const Carrier::Times& times = quick) {
        struct Tally final : Carrier::Tally {
            explicit Tally(Figures& figures) : f{figures} {}
            void stored(std::uint64_t n) noexcept override { f.stored += n; }
            void refused(std::uint64_t n) noexcept override { f.refused += n; }
            void failed() noexcept override { ++f.failed; }
            void waiting(std::uint64_t n) noexcept override { f.waiting = n; }
            Figures& f;
        };
        auto made = std::make_unique<Carrier>(spool, table, std::make_unique<Tally>(figures), times);
        made->reports()->attach(this, [this](bool, const std::string& text) {
            const std::lock_guard lock{mutex};
            reports.push_back(text);
        });
        made->begin();
        return made;
    }
    std::vector<std::string> said() {
        const std::lock_guard lock{mutex};
        return reports;
    }
    void put(const std::string& lines) { BOOST_REQUIRE(spool->append(lines) == 0); }
};

[[noreturn]] void away(std::string_view) { throw DatabaseUnavailable{"nobody answers"}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(logging_carrier)

BOOST_AUTO_TEST_CASE(lines_are_carried_in_their_order) {
    Site site;
    const auto carrier = site.carrier();
    site.put("one\ntwo\n");
    site.put("three\n");
    test::wait_until("all are there", [&] { return site.figures.stored == 3; });
    BOOST_TEST(site.table->taken() == (std::vector<std::string>{"one", "two", "three"}),
               boost::test_tools::per_element());
    test::wait_until("nothing waits", [&] { return site.spool->waiting() == 0; });
}

BOOST_AUTO_TEST_CASE(while_the_database_is_away_lines_wait_and_that_is_said_once) {
    Site site;
    site.table->set_trouble(away);
    const auto carrier = site.carrier();
    site.put("one\n");
    test::wait_until("it was tried some times", [&] { return site.figures.failed >= 3; });
    site.put("two\n");
    BOOST_TEST(site.table->taken().empty());
    BOOST_TEST(site.said().size() == 1u);
    BOOST_TEST(site.said()[0] == "nobody answers; requests wait in " + site.spool->folder());
    site.table->set_trouble([](std::string_view) {});
    test::wait_until("all are there", [&] { return site.figures.stored == 2; });
    BOOST_TEST(site.table->taken() == (std::vector<std::string>{"one", "two"}), boost::test_tools::per_element());
    test::wait_until("that is said", [&] { return site.said().size() == 2; });
    BOOST_TEST(site.said()[1] == "requests go to the database again");
}

BOOST_AUTO_TEST_CASE(what_waits_from_before_is_carried_at_once) {
    Site site;
    site.put("one\n");
    const auto carrier = site.carrier();
    test::wait_until("it is there", [&] { return site.figures.stored == 1; });
}

BOOST_AUTO_TEST_CASE(the_end_carries_what_waits) {
    Site site;
    Carrier::Times slow = quick;
    slow.pace = 60s;
    auto carrier = site.carrier(slow);
    site.put("one\n");
    test::wait_until("one is there", [&] { return site.figures.stored == 1; });
    site.put("two\n");
    carrier.reset();
    BOOST_TEST(site.table->taken() == (std::vector<std::string>{"one", "two"}), boost::test_tools::per_element());
    BOOST_TEST(site.table->stopped);
}

BOOST_AUTO_TEST_CASE(the_end_leaves_to_the_spool_what_nobody_takes) {
    Site site;
    site.table->set_trouble(away);
    auto carrier = site.carrier();
    site.put("one\n");
    test::wait_until("it was tried", [&] { return site.figures.failed >= 1; });
    carrier.reset();
    BOOST_TEST(site.spool->next(1000) == "one\n");
    BOOST_TEST(site.said().back() == "20 bytes of requests wait in " + site.spool->folder() +
                                         " for the next gateway that has it as its spool");
}

BOOST_AUTO_TEST_CASE(before_its_beginning_it_touches_nothing) {
    const test::TemporaryFolder folder;
    const auto table = std::make_shared<FakeTable>();
    struct Nobody final : Carrier::Tally {
        void stored(std::uint64_t) noexcept override {}
        void refused(std::uint64_t) noexcept override {}
        void failed() noexcept override {}
        void waiting(std::uint64_t) noexcept override {}
    };
    const auto spool = std::make_shared<Spool>((folder / "spool").string());
    { const Carrier carrier{spool, table, std::make_unique<Nobody>(), quick}; }
    BOOST_TEST(!table->stopped);
    BOOST_TEST(!std::filesystem::exists(folder / "spool"));
}

BOOST_AUTO_TEST_CASE(a_table_that_takes_some_and_then_no_more_loses_nothing) {
    Site site;
    std::size_t room = 2;
    FakeTable& table = *site.table;
    table.set_trouble([&](std::string_view more) {
        std::size_t known = 0, all = 0;
        for (; !more.empty(); more.remove_prefix(more.find('\n') + 1), ++all)
            known += std::count(table.lines.begin(), table.lines.end(), more.substr(0, more.find('\n'))) > 0;
        if (table.lines.size() + all - known > room) throw std::runtime_error{"no space left on device"};
    });
    site.put("one\ntwo\nthree\nfour\n");
    const auto carrier = site.carrier();
    test::wait_until("it was tried some times", [&] { return site.figures.failed >= 6; });
    BOOST_TEST(site.figures.refused == 0u);
    {
        const std::lock_guard lock{table.mutex};
        room = 100;
    }
    test::wait_until("all are there", [&] { return site.figures.stored >= 4; });
    BOOST_TEST(table.taken() == (std::vector<std::string>{"one", "two", "three", "four"}),
               boost::test_tools::per_element());
    BOOST_TEST(site.figures.stored == 4u);
    BOOST_TEST(site.figures.refused == 0u);
}

BOOST_AUTO_TEST_CASE(what_is_refused_at_the_end_waits_for_one_that_is_taken) {
    // The second time the batch is full, and what follows is behind it.
    for (const std::size_t size : {std::size_t{4}, Carrier::batch - 4}) {
        Site site;
        const std::string good(size - 1, 'g');
        site.table->set_trouble([](std::string_view lines) {
            if (lines.find("bad") != lines.npos) throw std::runtime_error{"no such word"};
        });
        site.put(good + "\nbad\n");
        const auto carrier = site.carrier();
        test::wait_until("it was tried some times", [&] { return site.figures.failed >= 4; });
        BOOST_TEST(site.figures.refused == 0u);
        site.put("fine\n");
        test::wait_until("the others are there", [&] { return site.figures.stored == 2; });
        BOOST_TEST((site.table->taken() == std::vector<std::string>{good, "fine"}));
        BOOST_TEST(site.figures.refused == 1u);
    }
}

BOOST_AUTO_TEST_CASE(what_the_database_does_not_get_through_in_time_it_gets_in_pieces) {
    Site site;
    site.table->set_trouble([](std::string_view lines) {
        if (lines.size() > 100) throw DatabaseUnavailable{"it does not answer in time"};
    });
    std::string lines;
    std::vector<std::string> expected;
    for (int i = 100; i < 150; ++i) {
        expected.push_back("line " + std::to_string(i));
        lines += expected.back() + '\n';
    }
    site.put(lines);
    Carrier::Times times = quick;
    times.long_failure = 0ms;
    const auto carrier = site.carrier(times);
    test::wait_until("all are there", [&] { return site.figures.stored == 50; });
    BOOST_TEST(site.table->taken() == expected, boost::test_tools::per_element());
    test::wait_until("nothing waits", [&] { return site.spool->waiting() == 0; });
    BOOST_TEST(site.figures.stored == 50u);
    BOOST_TEST(site.figures.refused == 0u);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_just_now_is_said_and_carried_later) {
    Site site;
    site.put("one\n");
    auto none = std::make_unique<test::NoMoreFiles>();
    const auto carrier = site.carrier();
    test::wait_until("it was tried some times", [&] { return site.figures.failed >= 3; });
    BOOST_TEST(site.said().front() ==
               site.spool->folder() + ": too many open files; requests wait in " + site.spool->folder());
    BOOST_TEST(site.figures.stored == 0u);
    none.reset();
    test::wait_until("it is there", [&] { return site.figures.stored == 1; });
}

BOOST_AUTO_TEST_CASE(what_the_database_refuses_is_dropped_where_it_takes_others) {
    Site site;
    site.put("good\nbad\nfine\n");
    site.table->set_trouble([](std::string_view lines) {
        if (lines.find("bad") != lines.npos) throw std::runtime_error{"no such word"};
    });
    const auto carrier = site.carrier();
    test::wait_until("the others are there", [&] { return site.figures.stored == 2; });
    BOOST_TEST(site.table->taken() == (std::vector<std::string>{"good", "fine"}), boost::test_tools::per_element());
    test::wait_until("it is counted", [&] { return site.figures.refused == 1 && site.spool->waiting() == 0; });
}

BOOST_AUTO_TEST_CASE(a_database_that_refuses_everything_loses_nothing) {
    Site site;
    site.put("one\ntwo\n");
    site.table->set_trouble([](std::string_view) { throw std::runtime_error{"permission denied"}; });
    const auto carrier = site.carrier();
    test::wait_until("it was tried some times", [&] { return site.figures.failed >= 4; });
    BOOST_TEST(site.figures.refused == 0u);
    site.table->set_trouble([](std::string_view) {});
    test::wait_until("all are there", [&] { return site.figures.stored == 2; });
}

BOOST_AUTO_TEST_CASE(another_database_gets_what_waits) {
    Site site;
    site.table->set_trouble(away);
    const auto carrier = site.carrier();
    site.put("one\n");
    test::wait_until("it was tried", [&] { return site.figures.failed >= 1; });
    const auto other = std::make_shared<FakeTable>();
    carrier->set_table(other);
    test::wait_until("it is there", [&] { return site.figures.stored == 1; });
    BOOST_TEST(other->taken() == std::vector<std::string>{"one"}, boost::test_tools::per_element());
    BOOST_TEST(site.table->taken().empty());
}

BOOST_AUTO_TEST_CASE(old_ones_go_in_small_pieces) {
    Site site;
    site.table->old = 2500;
    const auto carrier = site.carrier();
    carrier->set_retention({.age = 24h, .rows = 0});
    test::wait_until("they are gone", [&] {
        const std::lock_guard lock{site.table->mutex};
        return site.table->old == 0 && site.table->forgotten_before.size() >= 3;
    });
    const std::lock_guard lock{site.table->mutex};
    BOOST_TEST(site.table->forgotten_before[0] == site.table->forgotten_before[2]);
    BOOST_TEST(site.table->forgotten_before[0].size() == 27u);
}

BOOST_AUTO_TEST_CASE(all_but_the_newest_go_where_that_is_said) {
    Site site;
    site.table->moment = "2026-02-01T00:00:00.000000Z";
    site.table->old = 1;
    const auto carrier = site.carrier();
    carrier->set_retention({.age = 0s, .rows = 100});
    test::wait_until("it is asked", [&] {
        const std::lock_guard lock{site.table->mutex};
        return !site.table->forgotten_before.empty();
    });
    const std::lock_guard lock{site.table->mutex};
    BOOST_TEST(site.table->forgotten_before[0] == site.table->moment);
}

BOOST_AUTO_TEST_SUITE_END()
