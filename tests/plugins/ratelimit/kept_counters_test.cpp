// tests/plugins/ratelimit/kept_counters_test.cpp - quotas that were kept go on; what is counted is told the keeper.
#include "kept_counters.h"

#include "calendar.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace tollgate;
using namespace tollgate::ratelimit;
using namespace std::chrono_literals;

namespace {

const WallTime noon{1'800'000'000s};  // 15 January 2027, 8:00 UTC
std::int64_t end_of_window(Calendar calendar, WallTime now = noon) {
    return end_of(calendar, std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count());
}
const Limit daily = Limit::quota(10, Calendar::day), monthly = Limit::quota(10, Calendar::month);

// What a database would hold; outlives the counters, as it would.
struct Held {
    std::map<std::pair<std::uint64_t, std::int64_t>, std::int64_t> amounts;
    Keeper::Loaded loaded() const {
        Keeper::Loaded all{{1, 2}, {}};
        for (const auto& [entry, amount] : amounts) all.kept.push_back({entry.first, entry.second, amount});
        std::sort(all.kept.begin(), all.kept.end(), [](const Kept& a, const Kept& b) { return a.until > b.until; });
        return all;
    }
};

class FakeKeeper final : public Keeper {
public:
    explicit FakeKeeper(Held& held, bool answers = true) : held_{held}, answers_{answers} {}
    void load(std::function<void(const Loaded&)> take) override {
        if (answers_) return take(held_.loaded());
        take_ = std::move(take);
    }
    void add(const Kept& more) noexcept override { held_.amounts[{more.key, more.until}] += more.amount; }
    void move(std::uint64_t key, std::int64_t from, std::int64_t until) noexcept override {
        const auto old = held_.amounts.extract({key, from});
        if (!old.empty()) held_.amounts[{key, until}] += old.mapped();
    }
    void answer() { take_(held_.loaded()); }

private:
    Held& held_;
    bool answers_;
    std::function<void(const Loaded&)> take_;
};

bool spend(Counters& counters, std::string_view key, const Limit& limit = daily, double cost = 1, WallTime now = noon) {
    return counters.take(counters.hash(key), {limit, limit.price(cost), {Time{}, now}}).admitted;
}
std::int64_t left(Counters& counters, std::string_view key, const Limit& limit = daily, WallTime now = noon) {
    return counters.look(counters.hash(key), {limit, 0, {Time{}, now}}).remaining;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ratelimit_kept_counters)

BOOST_AUTO_TEST_CASE(a_restart_goes_on_where_the_last_one_ended) {
    Held held;
    {
        KeptCounters counters{100, std::make_shared<FakeKeeper>(held)};
        for (int i = 0; i < 7; ++i) BOOST_TEST(spend(counters, "alice"));
        BOOST_TEST(spend(counters, "bob", daily, 0.25));
    }
    KeptCounters counters{100, std::make_shared<FakeKeeper>(held)};
    BOOST_TEST(left(counters, "alice") == 3);
    BOOST_TEST(left(counters, "bob") == 9);
    for (int i = 0; i < 3; ++i) BOOST_TEST(spend(counters, "alice"));
    BOOST_TEST(!spend(counters, "alice"));
    BOOST_TEST(left(counters, "alice", daily, noon + 24h) == 10);
}

BOOST_AUTO_TEST_CASE(what_is_given_back_is_not_kept) {
    Held held;
    {
        KeptCounters counters{100, std::make_shared<FakeKeeper>(held)};
        const auto hash = counters.hash("alice");
        const Ask ask{daily, daily.price(4), {Time{}, noon}};
        const Decision taken = counters.take(hash, ask);
        BOOST_TEST(spend(counters, "alice"));
        counters.give_back(hash, ask, taken.receipt);
        BOOST_TEST(left(counters, "alice") == 9);
    }
    BOOST_TEST(left(*std::make_unique<KeptCounters>(100, std::make_shared<FakeKeeper>(held)), "alice") == 9);
}

BOOST_AUTO_TEST_CASE(what_is_cleared_is_not_kept_either) {
    Held held;
    {
        KeptCounters counters{100, std::make_shared<FakeKeeper>(held)};
        BOOST_TEST(spend(counters, "alice", daily, 7));
        BOOST_TEST(spend(counters, "bob", daily, 7));
        BOOST_TEST(counters.clear(counters.hash("alice"), {daily, 0, {Time{}, noon}}));
        BOOST_TEST(spend(counters, "alice", daily, 2));
    }
    KeptCounters counters{100, std::make_shared<FakeKeeper>(held)};
    BOOST_TEST(spend(counters, "alice", daily, 8));
    BOOST_TEST(!spend(counters, "alice"));
    BOOST_TEST(!spend(counters, "bob", daily, 4));
}

BOOST_AUTO_TEST_CASE(refusals_looks_and_what_is_free_tell_the_keeper_nothing) {
    Held held;
    KeptCounters counters{100, std::make_shared<FakeKeeper>(held)};
    BOOST_TEST(!spend(counters, "alice", daily, 11));
    BOOST_TEST(spend(counters, "alice", daily, 0));
    BOOST_TEST(left(counters, "alice") == 10);
    BOOST_TEST(held.amounts.empty());
}

BOOST_AUTO_TEST_CASE(a_changed_quota_keeps_its_counts_through_a_restart) {
    const Limit more = Limit::quota(20, Calendar::day);
    for (const auto& [before, after] : {std::pair{daily, more}, {daily, monthly}, {monthly, daily}}) {
        Held held;
        {
            KeptCounters counters{100, std::make_shared<FakeKeeper>(held)};
            for (int i = 0; i < 4; ++i) spend(counters, "alice", before);
            spend(counters, "alice", after);
        }
        BOOST_TEST_REQUIRE(held.amounts.size() == 1u);
        BOOST_TEST(held.amounts.begin()->first.second == end_of_window(after.calendar()));
        KeptCounters counters{100, std::make_shared<FakeKeeper>(held)};
        BOOST_TEST(left(counters, "alice", after) == after.burst() - 5);
    }
}

BOOST_AUTO_TEST_CASE(a_quota_changed_while_the_gateway_was_off_keeps_its_counts) {
    Held held;
    {
        KeptCounters counters{100, std::make_shared<FakeKeeper>(held)};
        for (int i = 0; i < 4; ++i) spend(counters, "alice");
    }
    {
        KeptCounters counters{100, std::make_shared<FakeKeeper>(held)};
        BOOST_TEST(left(counters, "alice", monthly) == 6);
        BOOST_TEST(spend(counters, "alice", monthly));
    }
    KeptCounters counters{100, std::make_shared<FakeKeeper>(held)};
    BOOST_TEST(left(counters, "alice", monthly, noon + 24h) == 5);
}

BOOST_AUTO_TEST_CASE(windows_that_end_together_and_apart_are_all_restored) {
    Held held;
    {
        KeptCounters counters{1000, std::make_shared<FakeKeeper>(held)};
        for (int i = 0; i < 500; ++i) spend(counters, "day " + std::to_string(i), daily, 3);
        for (int i = 0; i < 500; ++i) spend(counters, "month " + std::to_string(i), monthly, 4);
    }
    KeptCounters counters{1000, std::make_shared<FakeKeeper>(held)};
    for (int i = 0; i < 500; ++i) {
        BOOST_TEST(left(counters, "day " + std::to_string(i)) == 7);
        BOOST_TEST(left(counters, "month " + std::to_string(i), monthly) == 6);
    }
    BOOST_TEST(counters.forgotten() == 0u);
}

// The database is away at the start: what is counted until it answers counts by itself, and ends with that.
BOOST_AUTO_TEST_CASE(until_the_database_answers_others_count) {
    Held held;
    {
        KeptCounters counters{100, std::make_shared<FakeKeeper>(held)};
        for (int i = 0; i < 7; ++i) spend(counters, "alice");
    }
    const auto keeper = std::make_shared<FakeKeeper>(held, false);
    KeptCounters counters{100, keeper};
    const Ask one{daily, daily.price(1), {Time{}, noon}};
    const auto before = counters.hash("alice");
    const Decision early = counters.take(before, one);
    BOOST_TEST(early.admitted);
    BOOST_TEST(left(counters, "alice") == 9);
    const auto kept = held.amounts;
    keeper->answer();
    BOOST_TEST(left(counters, "alice") == 3);
    counters.give_back(before, one, early.receipt);  // of a request that began before
    BOOST_TEST(left(counters, "alice") == 3);
    BOOST_TEST((held.amounts == kept));
    BOOST_TEST(spend(counters, "alice"));
    BOOST_TEST((held.amounts != kept));
}

BOOST_AUTO_TEST_CASE(sums_beyond_all_bounds_and_below_zero_harm_nothing) {
    Held held;
    std::uint64_t alice = 0, bob = 0;
    {
        KeptCounters counters{100, std::make_shared<FakeKeeper>(held)};
        alice = counters.hash("alice"), bob = counters.hash("bob");
    }
    held.amounts[{alice, end_of_window(Calendar::day)}] = std::numeric_limits<std::int64_t>::max();
    held.amounts[{bob, end_of_window(Calendar::day)}] = -5000;
    KeptCounters counters{100, std::make_shared<FakeKeeper>(held)};
    BOOST_TEST(left(counters, "alice") == 0);
    BOOST_TEST(left(counters, "bob") == 10);
}

BOOST_AUTO_TEST_SUITE_END()
