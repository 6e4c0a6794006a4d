// tests/core/store/count_table_test.cpp - counts are added up, moved and forgotten, alike on both databases.
#include "store/count_table.h"

#include "core/store/both_databases.h"

#include <set>
#include <vector>

using namespace tollgate;
using namespace tollgate::store;

namespace {

const CountName quota{"ratelimit", "caller #1 quota"}, other{"ratelimit", "all #1 quota"};
constexpr std::uint64_t alice = 2, bob = ~std::uint64_t{1};  // the whole width of a hash
constexpr std::int64_t today = 1'800'000'000'000, month = 1'900'000'000'000;

std::int64_t amount_of(CountTable& table, const CountName& of, std::uint64_t key, std::int64_t until) {
    for (const Kept& kept : table.load(of, 0))
        if (kept.key == key && kept.until == until) return kept.amount;
    return 0;
}

void add(CountTable& table, const CountName& of, const Kept& kept) {
    const CountTable::More more{of, kept};
    table.write({&more, 1}, {});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_count_table)

BOOST_AUTO_TEST_CASE(the_secret_is_made_once_for_all) {
    test::on_both_migrated([](Database& database) {
        const auto first = CountTable{database}.secret();
        BOOST_TEST((first[0] != 0 && first[1] != 0 && first[0] != first[1]));
        Database again{database.url()};
        BOOST_TEST((CountTable{again}.secret() == first));
    });
}

BOOST_AUTO_TEST_CASE(what_several_count_is_added_up) {
    test::on_both_migrated([](Database& database) {
        Database second{database.url()};
        CountTable table{database}, at_another_gateway{second};
        const std::vector<CountTable::More> more{{quota, {alice, today, 3000}}, {quota, {bob, today, 500}}};
        table.write(more, {});
        at_another_gateway.write(more, {});
        add(table, quota, {alice, today, -1000});
        BOOST_TEST(amount_of(table, quota, alice, today) == 5000);
        BOOST_TEST(amount_of(at_another_gateway, quota, bob, today) == 1000);
    });
}

BOOST_AUTO_TEST_CASE(keys_are_any_64_bits) {
    test::on_both_migrated([](Database& database) {
        CountTable table{database};
        std::vector<std::uint64_t> keys{0, 1, ~std::uint64_t{0}, std::uint64_t{1} << 63, (std::uint64_t{1} << 63) - 1};
        for (std::uint64_t i = 1; i <= 200; ++i) keys.push_back(i * 0x9E37'79B9'7F4A'7C15);
        std::vector<CountTable::More> more;
        for (const auto key : keys) more.push_back({quota, {key, today, 1}});
        table.write(more, {});
        std::set<std::uint64_t> found;
        for (const Kept& kept : table.load(quota, 0)) found.insert(kept.key);
        for (const auto key : keys) BOOST_TEST(found.contains(key), key);
    });
}

BOOST_AUTO_TEST_CASE(names_plugins_and_windows_are_apart) {
    test::on_both_migrated([](Database& database) {
        CountTable table{database};
        add(table, quota, {alice, today, 1});
        add(table, quota, {alice, month, 2});
        add(table, other, {alice, today, 3});
        add(table, {"another", quota.name}, {alice, today, 4});
        BOOST_TEST(table.load(quota, 0).size() == 2u);
        BOOST_TEST(amount_of(table, quota, alice, today) == 1);
        BOOST_TEST(amount_of(table, other, alice, today) == 3);
        BOOST_TEST(amount_of(table, {"another", quota.name}, alice, today) == 4);
    });
}

BOOST_AUTO_TEST_CASE(the_latest_ends_come_first_and_what_has_ended_not_at_all) {
    test::on_both_migrated([](Database& database) {
        CountTable table{database};
        for (const std::int64_t until : {today, month, today + 1}) add(table, quota, {alice, until, 7});
        const auto kept = table.load(quota, today);
        BOOST_TEST_REQUIRE(kept.size() == 2u);
        BOOST_TEST(kept[0].until == month);
        BOOST_TEST(kept[1].until == today + 1);
        table.forget(today + 1);
        BOOST_TEST(table.load(quota, 0).size() == 1u);
    });
}

BOOST_AUTO_TEST_CASE(a_move_takes_along_what_was_counted_at_whichever_gateway) {
    test::on_both_migrated([](Database& database) {
        CountTable table{database};
        add(table, quota, {alice, today, 5});
        add(table, quota, {bob, today, 6});
        const CountTable::More more{quota, {alice, month, 1}};
        const std::vector<CountTable::Move> moves{{quota, alice, today, month}};
        table.write({&more, 1}, moves);
        BOOST_TEST(amount_of(table, quota, alice, today) == 0);
        BOOST_TEST(amount_of(table, quota, alice, month) == 6);
        BOOST_TEST(amount_of(table, quota, bob, today) == 6);
        table.write({}, moves);  // by a second gateway, whose rows are those: nothing is counted twice
        BOOST_TEST(amount_of(table, quota, alice, month) == 6);
    });
}

BOOST_AUTO_TEST_CASE(names_are_as_long_as_people_like) {
    test::on_both_migrated([](Database& database) {
        CountTable table{database};
        const CountName of{"ratelimit", std::string(3000, 'x') + " \"caller's\" #1"};
        add(table, of, {alice, today, 5});
        BOOST_TEST(amount_of(table, of, alice, today) == 5);
    });
}

BOOST_AUTO_TEST_SUITE_END()
