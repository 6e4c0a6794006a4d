// tests/plugins/cache/store/purge_race_test.cpp - finding, storing, purging and sending away from several threads.
#include "store/memory_store.h"

#include "plugins/cache/store/text_item.h"

#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace tollgate::cache;
using tollgate::test::TextItem;

namespace {

constexpr int names = 64;

// What upstreams have, and what of it may still be served.
struct World {
    MemoryStore store{40'000};  // about half of them fit
    std::array<std::atomic<std::uint64_t>, names> upstream{}, oldest{};
    std::atomic<std::uint64_t> stale{0}, found{0}, purges{0};

    static std::string url(int name) { return "http://a/" + std::to_string(name % 2) + "/" + std::to_string(name); }
    static std::string tag(int name) { return "tag " + std::to_string(name % 8); }
    Key key(int name) { return store.key_of(url(name)); }

    void visit(std::mt19937& random) {
        const int name = static_cast<int>(random() % names);
        const std::uint64_t at_least = oldest[name].load();
        if (const auto item = store.find(key(name))) {
            ++found;
            if (TextItem::version_of(item) < at_least) ++stale;
            return;
        }
        const Moment begun = store.now_begun();
        const std::uint64_t version = upstream[name].load();
        if (random() % 8 == 0) std::this_thread::yield();
        store.put(key(name), TextItem::make(url(name), {tag(name)}, 500 + random() % 1000, version), begun);
    }

    // The upstream changes, then that is purged: from there on nobody may find what was before.
    void change(std::mt19937& random) {
        const int chosen = static_cast<int>(random() % names);
        const unsigned how = random() % 16;
        const auto meant = [&](int name) {
            return how == 0   ? true
                   : how == 1 ? name % 2 == chosen % 2
                   : how < 6  ? name % 8 == chosen % 8
                              : name == chosen;
        };
        std::array<std::uint64_t, names> versions{};
        for (int name = 0; name < names; ++name)
            if (meant(name)) versions[name] = ++upstream[name];
        if (how == 0)
            store.purge_all();
        else if (how == 1)
            store.purge_prefix("http://a/" + std::to_string(chosen % 2) + "/");
        else if (how < 6)
            store.purge_tag(tag(chosen));
        else
            store.purge_url(url(chosen));
        for (int name = 0; name < names; ++name)
            for (std::uint64_t now = oldest[name]; meant(name) && now < versions[name];)
                if (oldest[name].compare_exchange_weak(now, versions[name])) break;
        ++purges;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_purge_race)

BOOST_AUTO_TEST_CASE(nobody_finds_what_was_purged_before_he_looked) {
    World world;
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < 4; ++i)
        threads.emplace_back([&world, i] {
            std::mt19937 random{i};
            for (int step = 0; step < 40'000; ++step)
                if (i >= 2 && step % 8 == 0)
                    world.change(random);
                else
                    world.visit(random);
        });
    for (std::thread& thread : threads) thread.join();
    BOOST_TEST(world.stale == 0U);
    BOOST_TEST(world.found > 1000U);
    const Figures figures = world.store.figures();
    BOOST_TEST(figures.evicted > 0U);
    BOOST_TEST(figures.purged > 0U);
    BOOST_TEST(figures.bytes <= figures.bound);
    BOOST_TEST_MESSAGE(world.found << " found, " << world.purges << " purges, " << figures.purged << " purged, "
                                   << figures.evicted << " sent away, " << figures.refused << " refused");
    world.store.purge_all();
    BOOST_TEST(world.store.figures().items == 0U);
    BOOST_TEST(world.store.figures().bytes == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
