// tests/core/store/ledger_test.cpp - what is noted on pages comes into the database and back, through its absences.
#include "store/ledger.h"

#include "core/store/both_databases.h"

#include "support/deadline.h"

#include <array>
#include <atomic>
#include <filesystem>
#include <memory>
#include <thread>
#include <vector>

using namespace tollgate;
using namespace tollgate::store;

namespace {

const CountName quota{"ratelimit", "caller #1 quota"};
constexpr std::int64_t month = 4'000'000'000'000;  // long from now

// What was kept, once that is known.
Keeper::Loaded load(Keeper& keeper) {
    struct Box {
        test::Gate come;
        Keeper::Loaded loaded;
    };
    const auto box = std::make_shared<Box>();
    keeper.load([box](const Keeper::Loaded& loaded) {
        box->loaded = loaded;
        box->come.open();
    });
    box->come.wait();
    return box->loaded;
}

std::int64_t written(Database& database, std::uint64_t key, std::int64_t until = month) {
    for (const Kept& kept : CountTable{database}.load(quota, 0))
        if (kept.key == key && kept.until == until) return kept.amount;
    return 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_ledger)

BOOST_AUTO_TEST_CASE(what_is_noted_is_written_soon_and_found_by_the_next) {
    test::on_both([](Database& database) {
        std::array<std::uint64_t, 2> secret{};
        {
            const auto ledger = std::make_shared<Ledger>(database.url());
            const auto page = ledger->page(quota);
            const auto loaded = load(*page);
            secret = loaded.secret;
            BOOST_TEST(loaded.kept.empty());
            page->add({7, month, 3000});
            page->add({7, month, -1000});
            page->add({8, month, 5});
            test::wait_until("it is written",
                             [&] { return written(database, 7) == 2000 && written(database, 8) == 5; });
            page->add({7, month, 1000});
            test::wait_until("so is what comes later", [&] { return written(database, 7) == 3000; });
        }
        const auto ledger = std::make_shared<Ledger>(database.url());
        const auto loaded = load(*ledger->page(quota));
        BOOST_TEST((loaded.secret == secret));
        BOOST_TEST_REQUIRE(loaded.kept.size() == 2u);
        BOOST_TEST(loaded.kept[0].amount == 3000);
    });
}

BOOST_AUTO_TEST_CASE(the_end_writes_what_is_left_of_pages_and_of_those_that_are_no_more) {
    test::on_both([](Database& database) {
        const auto ledger = std::make_shared<Ledger>(database.url());
        const auto page = ledger->page(quota);
        load(*page);
        {
            const auto gone = ledger->page({"ratelimit", "other"});
            load(*gone);
            gone->add({1, month, 11});
        }
        page->add({7, month, 3});
        page->move(7, month, month + 1);
        ledger->finish();
        BOOST_TEST(written(database, 7) == 0);
        BOOST_TEST(written(database, 7, month + 1) == 3);
        const auto kept = CountTable{database}.load({"ratelimit", "other"}, 0);
        BOOST_TEST_REQUIRE(kept.size() == 1u);
        BOOST_TEST(kept[0].amount == 11);
    });
}

BOOST_AUTO_TEST_CASE(many_threads_and_two_ledgers_lose_nothing) {
    test::on_both([](Database& database) {
        constexpr int times = 5'000;
        const auto count = [&](int threads) {
            const auto ledger = std::make_shared<Ledger>(database.url());
            const auto page = ledger->page(quota);
            load(*page);
            std::vector<std::thread> counting;
            for (int i = 0; i < threads; ++i)
                counting.emplace_back([&] {
                    for (int n = 0; n < times; ++n) page->add({static_cast<std::uint64_t>(2 + n % 100), month, 1});
                });
            for (auto& thread : counting) thread.join();
        };
        std::thread another{[&] { count(2); }};
        count(2);
        another.join();
        std::int64_t sum = 0;
        for (const Kept& kept : CountTable{database}.load(quota, 0)) sum += kept.amount;
        BOOST_TEST(sum == 4 * times);
    });
}

BOOST_AUTO_TEST_CASE(while_the_database_is_away_it_waits) {
    test::Postgres server;
    Database database{test::database_url(server.url())};
    const auto ledger = std::make_shared<Ledger>(database.url());
    const auto page = ledger->page(quota);
    load(*page);
    server.kill();
    page->add({7, month, 3});
    std::atomic<bool> told{false};
    const auto late = ledger->page({"ratelimit", "late"});
    late->load([&](const Keeper::Loaded&) { told = true; });
    BOOST_TEST(!told);
    server.start();
    test::wait_until("it is written", [&] {
        try {
            return written(database, 7) == 3;
        } catch (const StoreError&) {
            return false;  // not up yet
        }
    });
    test::wait_until("who waited is told", [&] { return told.load(); });
}

BOOST_AUTO_TEST_CASE(a_page_that_never_heard_of_the_database_ends_in_peace) {
    const auto ledger = std::make_shared<Ledger>(test::database_url("postgresql://me:hidden@127.0.0.1:1/d"));
    auto page = ledger->page(quota);
    page->load([](const Keeper::Loaded&) { BOOST_ERROR("nobody can have answered"); });
    page.reset();
    ledger->finish();
}

BOOST_AUTO_TEST_CASE(one_database_has_one_ledger) {
    const test::TemporaryFolder folder;
    const auto url = test::database_url("sqlite:test.db", folder.path().string());
    Ledgers ledgers;
    const auto one = ledgers.of(url);
    BOOST_TEST(ledgers.of(url) == one);
    BOOST_TEST(ledgers.of(test::database_url("sqlite:other.db", folder.path().string())) != one);
    BOOST_TEST(!std::filesystem::exists(folder.path() / "test.db"));
    ledgers.finish();
}

BOOST_AUTO_TEST_SUITE_END()
