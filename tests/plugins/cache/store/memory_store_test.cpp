// tests/plugins/cache/store/memory_store_test.cpp - what is found, what is not any more, and how much there is.
#include "store/memory_store.h"

#include "plugins/cache/store/text_item.h"

#include <boost/test/unit_test.hpp>

#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace tollgate::cache;
using tollgate::test::TextItem;

namespace {

constexpr std::size_t megabyte = 1 << 20;

Put put(MemoryStore& store, const std::string& name, std::vector<std::string> tags = {}, std::size_t bytes = 1000) {
    return store.put(store.key_of(name), TextItem::make(name, std::move(tags), bytes), store.now_begun());
}

bool has(MemoryStore& store, const std::string& name) { return store.find(store.key_of(name)) != nullptr; }

// Every operation against a map that forgets nothing, in a store that has room for all.
class History {
public:
    explicit History(unsigned seed) : random_{seed} {}

    void step(std::uint64_t number) {
        const std::string name = "key " + std::to_string(below(30)), url = any_url(), tag = any_tag();
        const int what = below(8);
        if (what == 0)
            BOOST_REQUIRE(store_.purge_url(url) == erased([&](const Known& one) { return one.url == url; }));
        else if (what == 1)
            BOOST_REQUIRE(store_.purge_tag(tag) == erased([&](const Known& one) { return one.tags.contains(tag); }));
        else if (what == 2)
            BOOST_REQUIRE(store_.purge_prefix(url.substr(0, 9)) ==
                          erased([&](const Known& one) { return one.url.starts_with(url.substr(0, 9)); }));
        else if (what == 3)
            BOOST_REQUIRE(store_.remove(store_.key_of(name)) == (model_.erase(name) == 1));
        else
            store(name, {url, {}, number});
    }
    void compare() {
        for (int i = 0; i < 30; ++i) {
            const std::string name = "key " + std::to_string(i);
            const auto found = store_.find(store_.key_of(name));
            BOOST_REQUIRE((found != nullptr) == model_.contains(name));
            if (found) BOOST_REQUIRE(TextItem::version_of(found) == model_[name].version);
        }
        BOOST_REQUIRE(store_.figures().items == model_.size());
    }

private:
    struct Known {
        std::string url;
        std::set<std::string> tags;
        std::uint64_t version;
    };
    int below(unsigned n) { return static_cast<int>(random_() % n); }
    std::string any_url() { return "http://" + std::string(1, "ab"[below(2)]) + "/" + std::to_string(below(12)); }
    std::string any_tag() { return "t" + std::to_string(below(4)); }
    template <class Is>
    std::size_t erased(Is is) {
        return std::erase_if(model_, [&](const auto& one) { return is(one.second); });
    }
    void store(const std::string& name, Known known) {
        for (int i = below(4); i > 0; --i) known.tags.insert(any_tag());
        const auto item = TextItem::make(known.url, {known.tags.begin(), known.tags.end()}, 100, known.version);
        BOOST_REQUIRE((store_.put(store_.key_of(name), item, store_.now_begun()) == Put::stored));
        model_[name] = std::move(known);
    }

    std::mt19937 random_;
    MemoryStore store_{64 * megabyte};
    std::map<std::string, Known> model_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_memory_store)

BOOST_AUTO_TEST_CASE(what_was_put_is_found_as_it_was_put) {
    MemoryStore store{megabyte};
    const auto item = TextItem::make("http://a/1", {"red"});
    const Key key = store.key_of("GET http://a/1");
    BOOST_TEST(!store.find(key));
    BOOST_TEST((store.put(key, item, store.now_begun()) == Put::stored));
    BOOST_TEST(store.find(key) == item);
    BOOST_TEST(!store.find(store.key_of("HEAD http://a/1")));
    const Figures figures = store.figures();
    BOOST_TEST(figures.items == 1U);
    BOOST_TEST(figures.bytes == 1000 + MemoryStore::overhead(1));
    BOOST_TEST(figures.hits == 1U);
    BOOST_TEST(figures.misses == 2U);
    BOOST_TEST(figures.stored == 1U);
}

BOOST_AUTO_TEST_CASE(another_of_the_same_key_takes_its_place_and_whoever_holds_the_old_one_keeps_it) {
    MemoryStore store{megabyte};
    const Key key = store.key_of("k");
    const auto old = TextItem::make("http://a/", {"red"}, 1000, 1);
    store.put(key, old, store.now_begun());
    const auto held = store.find(key);
    store.put(key, TextItem::make("http://a/", {"blue", "green"}, 3000, 2), store.now_begun());
    BOOST_TEST(TextItem::version_of(store.find(key)) == 2U);
    BOOST_TEST(TextItem::version_of(held) == 1U);
    BOOST_TEST(old.use_count() == 2);  // the store has let go
    BOOST_TEST(store.figures().items == 1U);
    BOOST_TEST(store.figures().bytes == 3000 + MemoryStore::overhead(2));
    BOOST_TEST(store.figures().replaced == 1U);
    BOOST_TEST(store.purge_tag("red") == 0U);  // it goes by its new tags only
    BOOST_TEST(store.purge_tag("green") == 1U);
    BOOST_TEST(store.figures().bytes == 0U);
}

BOOST_AUTO_TEST_CASE(purging_by_url_prefix_tag_and_all) {
    MemoryStore store{megabyte};
    for (const char* variant : {"gzip", "plain"})
        store.put(store.key_of(std::string{"http://a/x "} + variant), TextItem::make("http://a/x"), store.now_begun());
    put(store, "http://a/x/1", {"red"});
    put(store, "http://a/xy", {"red", "blue", "red"});
    put(store, "http://b/x", {"blue"});
    BOOST_TEST(store.of_url("http://a/x", 10).size() == 2U);
    BOOST_TEST(store.of_url("http://a/x", 1).size() == 1U);
    BOOST_TEST(store.purge_url("http://a/") == 0U);
    BOOST_TEST(store.purge_tag("http://a/x") == 0U);  // a URL is no tag
    BOOST_TEST(store.purge_url("http://a/x") == 2U);
    BOOST_TEST(store.figures().items == 3U);
    BOOST_TEST(store.purge_prefix("http://a/x/") == 1U);
    BOOST_TEST(store.purge_tag("red") == 1U);
    BOOST_TEST(store.purge_tag("red") == 0U);
    BOOST_TEST(has(store, "http://b/x"));
    put(store, "http://c/");
    BOOST_TEST(store.purge_all() == 2U);
    BOOST_TEST(store.figures().items == 0U);
    BOOST_TEST(store.figures().bytes == 0U);
    BOOST_TEST(store.figures().purged == 6U);
}

BOOST_AUTO_TEST_CASE(a_tag_of_many_items_takes_all_of_them_and_no_others) {
    MemoryStore store{64 * megabyte};
    constexpr int count = 3000;
    for (int i = 0; i < count; ++i)
        put(store, "http://a/" + std::to_string(i), {"site", i % 3 ? "odd" : "third"}, 500);
    BOOST_TEST(store.purge_tag("third") == count / 3U);
    for (int i = 0; i < count; ++i) BOOST_REQUIRE(has(store, "http://a/" + std::to_string(i)) == (i % 3 != 0));
    BOOST_TEST(store.purge_tag("site") == count - count / 3U);
    BOOST_TEST(store.figures().items == 0U);
}

BOOST_AUTO_TEST_CASE(a_prefix_of_many_items_takes_all_of_them_and_no_others) {
    MemoryStore store{64 * megabyte};
    constexpr int count = 30'000;
    // All of some chunks of slots, most of others.
    for (int i = 0; i < count; ++i)
        put(store, (i < 10'000 || i % 1000 ? "http://a/" : "http://b/") + std::to_string(i), {}, 100);
    BOOST_TEST(store.purge_prefix("http://a/") == count - 20U);
    BOOST_TEST(store.figures().items == 20U);
    BOOST_TEST(store.purge_all() == 20U);
    BOOST_TEST(store.figures().items == 0U);
}

BOOST_AUTO_TEST_CASE(replacing_sends_nobody_away_who_has_room) {
    MemoryStore store{100 * (1000 + MemoryStore::overhead(0))};
    for (int round = 0; round < 3; ++round)
        for (int i = 0; i < 100; ++i) put(store, "http://a/" + std::to_string(i));
    BOOST_TEST(store.figures().items == 100U);
    BOOST_TEST(store.figures().evicted == 0U);
    put(store, "http://a/5", {}, 3000);
    BOOST_TEST(store.figures().bytes <= store.figures().bound);
    BOOST_TEST(has(store, "http://a/5"));
    BOOST_TEST(store.figures().evicted >= 2U);
}

BOOST_AUTO_TEST_CASE(what_was_begun_before_a_purge_that_means_it_is_not_stored_after_it) {
    MemoryStore store{megabyte};
    const auto item = TextItem::make("http://a/x", {"red"});
    const Key key = store.key_of("k");
    const auto purge_between = [&](auto purge) {
        const Moment begun = store.now_begun();
        purge();
        const Put put = store.put(key, item, begun);
        store.remove(key);
        return put;
    };
    BOOST_TEST((purge_between([&] { store.purge_url("http://a/x"); }) == Put::purged));
    BOOST_TEST((purge_between([&] { store.purge_prefix("http://a"); }) == Put::purged));
    BOOST_TEST((purge_between([&] { store.purge_tag("red"); }) == Put::purged));
    BOOST_TEST((purge_between([&] { store.purge_all(); }) == Put::purged));
    BOOST_TEST((purge_between([&] {
                    store.purge_url("http://a/y");
                    store.purge_prefix("http://a/x/");
                    store.purge_tag("blue");
                }) == Put::stored));
    BOOST_TEST((purge_between([] {}) == Put::stored));
    BOOST_TEST(store.figures().refused == 4U);
}

BOOST_AUTO_TEST_CASE(more_purges_than_are_remembered_refuse_too_much_and_never_too_little) {
    MemoryStore store{megabyte};
    const Moment begun = store.now_begun();
    store.purge_prefix("http://a/");
    store.purge_all();
    for (int i = 0; i < 1000; ++i) store.purge_prefix("http://other/" + std::to_string(i));
    BOOST_TEST((store.put(store.key_of("k"), TextItem::make("http://a/x"), begun) == Put::purged));
    BOOST_TEST((put(store, "http://a/x") == Put::stored));

    const Moment later = store.now_begun();
    store.purge_url("http://b/x");
    for (int i = 0; i < 100'000; ++i) store.purge_url("http://other/" + std::to_string(i));
    BOOST_TEST((store.put(store.key_of("l"), TextItem::make("http://b/x"), later) == Put::purged));
    BOOST_TEST((put(store, "http://b/x") == Put::stored));
}

BOOST_AUTO_TEST_CASE(remove_takes_only_what_was_meant) {
    MemoryStore store{megabyte};
    const Key key = store.key_of("k");
    const auto old = TextItem::make("http://a/"), newer = TextItem::make("http://a/");
    store.put(key, old, store.now_begun());
    store.put(key, newer, store.now_begun());
    BOOST_TEST(!store.remove(key, old.get()));
    BOOST_TEST(store.find(key) == newer);
    BOOST_TEST(store.remove(key, newer.get()));
    BOOST_TEST(!store.remove(key));
}

BOOST_AUTO_TEST_CASE(what_is_refused_for_its_size_or_its_tags_is_not_answered_by_what_it_would_have_replaced) {
    MemoryStore store{megabyte};
    std::vector<std::string> tags;
    while (tags.size() < MemoryStore::most_tags) tags.push_back(std::to_string(tags.size()));
    put(store, "http://a/x");
    BOOST_TEST((put(store, "http://a/x", tags) == Put::stored));
    BOOST_TEST(store.purge_tag("999") == 1U);
    while (tags.size() < 3000) tags.push_back(std::to_string(tags.size()));
    put(store, "http://a/x");
    put(store, "http://a/y");
    BOOST_TEST((put(store, "http://a/x", tags) == Put::too_large));
    BOOST_TEST(!has(store, "http://a/x"));
    BOOST_TEST((put(store, "http://a/y", {}, megabyte) == Put::too_large));
    BOOST_TEST(!has(store, "http://a/y"));
    BOOST_TEST(store.figures().items == 0U);
    BOOST_TEST(store.figures().bytes == 0U);
    BOOST_TEST(store.figures().refused == 2U);
}

BOOST_AUTO_TEST_CASE(the_bound_holds_whatever_comes_and_what_is_too_large_is_refused) {
    MemoryStore store{megabyte};
    std::mt19937 random{7};
    for (int i = 0; i < 20'000; ++i) {
        const std::size_t bytes = i % 100 == 0 ? 400'000 : random() % 3000;
        const std::string name = std::to_string(i), tag = std::to_string(i % 50);
        BOOST_REQUIRE((put(store, "http://a/" + name, {tag}, bytes) == Put::stored));
        BOOST_REQUIRE(store.figures().bytes <= megabyte);
    }
    BOOST_TEST((put(store, "http://a/large", {}, megabyte / 2) == Put::too_large));
    BOOST_TEST((put(store, "http://a/huge", {}, std::size_t{1} << 40) == Put::too_large));
    BOOST_TEST(store.figures().refused == 2U);
    BOOST_TEST(store.figures().evicted > 19'000U);
}

BOOST_AUTO_TEST_CASE(a_lower_bound_is_reached_step_by_step_and_never_grows_meanwhile) {
    MemoryStore store{8 * megabyte};
    for (int i = 0; i < 5000; ++i) put(store, "http://a/" + std::to_string(i));
    store.set_bound(megabyte);
    std::size_t before = store.figures().bytes;
    BOOST_TEST(before > 5 * megabyte);
    put(store, "http://a/one more");
    BOOST_TEST(has(store, "http://a/one more"));
    BOOST_TEST(store.figures().bytes < before);
    BOOST_TEST(store.figures().bytes > before - megabyte);
    for (int steps = 0; store.shrink(); ++steps) BOOST_REQUIRE(steps < 200);
    BOOST_TEST(store.figures().bytes <= megabyte);
    BOOST_TEST(store.figures().bytes > megabyte * 9 / 10);
    BOOST_TEST(!store.shrink());
    store.set_bound(8 * megabyte);
    for (int i = 0; i < 5000; ++i) put(store, "http://b/" + std::to_string(i));
    BOOST_TEST(store.figures().bytes > 5 * megabyte);
}

BOOST_AUTO_TEST_CASE(the_stores_own_memory_goes_back_with_the_items) {
    MemoryStore store{256 * megabyte};
    const std::size_t empty = store.own_bytes();
    BOOST_TEST(empty < 180U * 1024);
    put(store, "http://a/first");
    BOOST_TEST(store.own_bytes() < 380U * 1024);
    for (int i = 0; i < 100'000; ++i) put(store, "http://a/" + std::to_string(i), {"tag"}, 100);
    const std::size_t full = store.own_bytes();
    BOOST_TEST(full - empty <= 100'000 * MemoryStore::overhead(1));
    store.purge_all();
    // What stays: a chunk or two, and eight bytes or so of the most items there ever were for each table.
    BOOST_TEST(store.own_bytes() - empty < (full - empty) / 4);
}

BOOST_AUTO_TEST_CASE(a_thousand_random_histories_agree_with_a_simple_model) {
    for (unsigned seed = 0; seed < 1000; ++seed) {
        History history{seed};
        for (std::uint64_t step = 1; step <= 60; ++step) {
            history.step(step);
            history.compare();
        }
    }
}

BOOST_AUTO_TEST_CASE(who_watches_hears_of_every_change) {
    struct Watcher final : StoreWatcher {
        void sizes(std::size_t items_now, std::size_t bytes_now, std::size_t more) noexcept override {
            items = items_now;
            bytes = bytes_now;
            evicted += more;
        }
        std::size_t items = 0, bytes = 0, evicted = 0;
    } watcher;
    MemoryStore store{100'000, &watcher};
    const auto hears_right = [&] {
        const Figures f = store.figures();
        return f.items == watcher.items && f.bytes == watcher.bytes && f.evicted == watcher.evicted;
    };
    for (int i = 0; i < 1000; ++i) {
        put(store, "key " + std::to_string(i), {i % 2 ? "odd" : "even"}, 500 + i);
        BOOST_REQUIRE(hears_right());
    }
    BOOST_TEST(watcher.evicted > 800u);
    BOOST_TEST(store.purge_tag("odd") > 0u);
    BOOST_TEST(hears_right());
    BOOST_TEST(store.remove(store.key_of("key 998")));
    BOOST_TEST(hears_right());
    store.set_bound(10'000);
    while (store.shrink()) BOOST_TEST(hears_right());
    BOOST_TEST(hears_right());
    store.purge_all();
    BOOST_TEST(watcher.items == 0u);
    BOOST_TEST(watcher.bytes == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
