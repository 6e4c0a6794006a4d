// tests/plugins/cache/store/hit_ratio_test.cpp - how often the store has what is asked for, beside a plain LRU list and
// the most popular objects: run with --log_level=message to see them.
#include "store/memory_store.h"

#include "plugins/cache/store/text_item.h"
#include "plugins/cache/store/traces.h"

#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <functional>
#include <list>
#include <string>
#include <unordered_map>
#include <vector>

using namespace tollgate::cache;
using namespace tollgate::test;

namespace {

constexpr std::uint32_t objects = 100'000;
constexpr std::size_t requests = 1'000'000, warm = requests / 4;

// Of a cache that is asked for each in turn and says whether it had it.
double ratio(const Trace& trace, const std::function<bool(std::uint32_t)>& had) {
    std::size_t hits = 0, counted = 0;
    for (std::size_t i = 0; i < trace.size(); ++i) {
        const bool hit = had(trace[i]);
        if (i < warm) continue;
        ++counted;
        hits += hit;
    }
    return static_cast<double>(hits) / static_cast<double>(counted);
}

double ratio_of_store(const Trace& trace, std::size_t items) {
    constexpr std::size_t bytes = 500;
    MemoryStore store{items * (bytes + MemoryStore::overhead(0))};
    const auto item = TextItem::make("http://a/", {}, bytes);
    return ratio(trace, [&](std::uint32_t object) {
        const Key key{object * 0x9e3779b97f4a7c15, object * 0xd1b54a32d192ed03};
        if (store.find(key)) return true;
        store.put(key, item, store.now_begun());
        return false;
    });
}

double ratio_of_lru(const Trace& trace, std::size_t items) {
    std::list<std::uint32_t> line;
    std::unordered_map<std::uint32_t, std::list<std::uint32_t>::iterator> places;
    return ratio(trace, [&](std::uint32_t object) {
        if (const auto found = places.find(object); found != places.end()) {
            line.splice(line.begin(), line, found->second);
            return true;
        }
        line.push_front(object);
        places[object] = line.begin();
        if (places.size() > items) {
            places.erase(line.back());
            line.pop_back();
        }
        return false;
    });
}

// As if somebody knew beforehand what will be asked for most often, and kept just that.
double ratio_of_most_popular(const Trace& trace, std::size_t items) {
    std::unordered_map<std::uint32_t, std::size_t> counts;
    for (std::size_t i = warm; i < trace.size(); ++i) ++counts[trace[i]];
    std::vector<std::size_t> sorted;
    for (const auto& [object, count] : counts) sorted.push_back(count);
    std::sort(sorted.rbegin(), sorted.rend());
    std::size_t hits = 0;
    for (std::size_t i = 0; i < std::min(items, sorted.size()); ++i) hits += sorted[i];
    return static_cast<double>(hits) / static_cast<double>(trace.size() - warm);
}

struct Ratios {
    double store, lru, most_popular;
};

Ratios ratios(const char* name, const Trace& trace, std::size_t items) {
    const Ratios all{ratio_of_store(trace, items), ratio_of_lru(trace, items), ratio_of_most_popular(trace, items)};
    char line[200];
    std::snprintf(line, sizeof line, "%-23s room for %4.1f %%: hits %4.1f %%, LRU %4.1f %%, most popular %4.1f %%",
                  name, 100.0 * static_cast<double>(items) / objects, 100 * all.store, 100 * all.lru,
                  100 * all.most_popular);
    BOOST_TEST_MESSAGE(line);
    return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_hit_ratio)

BOOST_AUTO_TEST_CASE(by_zipfs_law_nearly_as_often_as_the_most_popular_would_be) {
    for (const double skew : {0.7, 0.9, 1.0})
        for (const std::size_t items : {objects / 100, objects / 10}) {
            const Trace trace = zipf_trace(objects, skew, requests);
            const Ratios all = ratios(("Zipf " + std::to_string(skew).substr(0, 3)).c_str(), trace, items);
            BOOST_TEST(all.store > all.lru + 0.03);
            BOOST_TEST(all.store > all.most_popular - 0.065);
        }
}

BOOST_AUTO_TEST_CASE(scans_send_nobody_away_who_is_asked_for) {
    for (const std::size_t items : {objects / 100, objects / 10}) {
        const Trace trace = with_scans(zipf_trace(objects, 0.9, requests), objects, 10 * items, 3 * items);
        const Ratios all = ratios("Zipf 0.9 and scans", trace, items);
        BOOST_TEST(all.store > all.lru + 0.05);
        BOOST_TEST(all.store > all.most_popular - 0.05);
    }
}

BOOST_AUTO_TEST_CASE(what_is_popular_no_more_goes) {
    const Trace trace = with_changes(zipf_trace(objects, 0.9, requests), objects, 4);
    for (const std::size_t items : {objects / 100, objects / 10}) {
        const Ratios all = ratios("Zipf 0.9, four changes", trace, items);
        BOOST_TEST(all.store > all.lru + 0.02);
    }
}

BOOST_AUTO_TEST_SUITE_END()
