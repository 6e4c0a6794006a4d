// tests/plugins/cache/store/speed_test.cpp - what a million small items cost: run with --log_level=message to see it.
#include "store/memory_store.h"

#include "plugins/cache/store/text_item.h"
#include "plugins/cache/store/traces.h"

#include <tollgate/plugin.h>

#include <malloc.h>
#include <time.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace tollgate::cache;
using namespace tollgate::test;

namespace {

constexpr bool plain = std::string_view{TOLLGATE_SANITIZER} == "none";
constexpr std::uint32_t items = plain ? 1'000'000 : 20'000;

Key key_of_number(std::uint32_t number) {
    std::uint64_t x = number * 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 31)) * 0xd1b54a32d192ed03;
    return {x ^ (x >> 29), (x * 0xbf58476d1ce4e5b9) ^ (x >> 17)};
}

// Of this thread's own time: others run here too.
double busy_nanoseconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

// Nanoseconds of each, of `count` calls.
template <class Work>
double time_of_each(std::size_t count, Work work) {
    const double began = busy_nanoseconds();
    work();
    return (busy_nanoseconds() - began) / static_cast<double>(count);
}

std::size_t allocated() {
    const auto info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

void fill(MemoryStore& store, const std::vector<std::shared_ptr<const Item>>& made) {
    for (std::uint32_t i = 0; i < made.size(); ++i) store.put(key_of_number(i), made[i], store.now_begun());
}

std::vector<std::shared_ptr<const Item>> make_items(std::size_t bytes) {
    std::vector<std::shared_ptr<const Item>> made;
    for (std::uint32_t i = 0; i < items; ++i)
        made.push_back(TextItem::make("http://a/" + std::to_string(i), {}, bytes));
    return made;
}

struct Missed : std::runtime_error {
    Missed() : runtime_error{"what was put is not found"} {}
};

void find_all(MemoryStore& store, const Trace& trace) {
    for (const std::uint32_t number : trace)
        if (!store.find(key_of_number(number))) throw Missed{};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_store_speed)

BOOST_AUTO_TEST_CASE(a_million_items_are_found_stored_and_kept_at_their_price) {
    const auto made = make_items(200);
    const std::size_t before = allocated();
    std::optional<MemoryStore> room{std::in_place, items * (200 + MemoryStore::overhead(0))};
    MemoryStore& store = *room;
    const std::size_t empty = allocated();
    const double put = time_of_each(items, [&] { fill(store, made); });
    const std::size_t full = allocated();
    BOOST_TEST(store.figures().items == items);
    const double replaced = time_of_each(items, [&] { fill(store, made); });
    const double each = static_cast<double>(full - empty) / items;
    BOOST_TEST_MESSAGE(items << " items: " << each << " bytes of the store's own for each (it counts "
                             << MemoryStore::overhead(0) << "), " << empty - before << " at first");
    if (plain) BOOST_TEST(each <= MemoryStore::overhead(0));
    const Trace evenly = zipf_trace(items, 0, 2 * items), popular = zipf_trace(items, 1, 2 * items);
    const double random = time_of_each(evenly.size(), [&] { find_all(store, evenly); });
    const double zipf = time_of_each(popular.size(), [&] { find_all(store, popular); });
    const Trace few = zipf_trace(1000, 1, 2 * items);
    const double hot = time_of_each(few.size(), [&] { find_all(store, few); });
    const double two = time_of_each(popular.size(), [&] {
        std::thread other{[&] { find_all(store, popular); }};
        find_all(store, popular);
        other.join();
    });
    BOOST_TEST_MESSAGE("find: " << hot << " ns among 1,000, " << zipf << " ns by Zipf's law, " << random
                                << " ns evenly among all; on two threads at once " << two << " ns");
    const auto more = make_items(200);
    const double evicting = time_of_each(items, [&] {
        for (std::uint32_t i = 0; i < items; ++i) store.put(key_of_number(items + i), more[i], store.now_begun());
    });
    BOOST_TEST_MESSAGE("put: " << put << " ns, " << replaced << " ns in the place of another, " << evicting
                               << " ns where another goes");
    BOOST_TEST(store.figures().items <= items);
    BOOST_TEST(store.figures().evicted >= items - 1000U);
}

BOOST_AUTO_TEST_CASE(purges_of_a_few_among_a_million_and_of_all) {
    const auto made = make_items(200);
    MemoryStore store{items * (200 + MemoryStore::overhead(0))};
    fill(store, made);
    constexpr std::uint32_t few = 1000;
    const double url = time_of_each(few, [&] {
        for (std::uint32_t i = 0; i < few; ++i) BOOST_REQUIRE(store.purge_url("http://a/" + std::to_string(i)) == 1U);
    });
    std::size_t purged = 0;
    const double prefix = time_of_each(1, [&] { purged = store.purge_prefix("http://a/12"); });
    BOOST_TEST(purged > items / 100);
    const std::size_t left = store.figures().items;
    const double all = time_of_each(1, [&] { BOOST_REQUIRE(store.purge_all() == left); });
    BOOST_TEST_MESSAGE("purge: " << url / 1000 << " us of a URL, " << prefix / 1e6 << " ms of a prefix that " << purged
                                 << " have, " << all / 1e6 << " ms of all the others");
}

// The longest time that one put() took, where each has to send somebody away.
BOOST_AUTO_TEST_CASE(no_put_takes_long) {
    malloc_trim(0);  // or one of them gives back what other tests have freed, which takes its time
    MemoryStore store{items / 10 * (200 + MemoryStore::overhead(1))};
    double longest = 0;
    for (std::uint32_t i = 0; i < items; ++i) {
        const auto item = TextItem::make("http://a/" + std::to_string(i), {"everybody"}, 200);
        longest = std::max(longest, time_of_each(1, [&] { store.put(key_of_number(i), item, store.now_begun()); }));
        if (i % 4 == 0) (void)store.find(key_of_number(i));
    }
    BOOST_TEST_MESSAGE("the longest of " << items << " put(): " << longest / 1000 << " us");
    BOOST_TEST(store.figures().bytes <= store.figures().bound);
}

BOOST_AUTO_TEST_SUITE_END()
