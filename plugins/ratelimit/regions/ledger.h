// plugins/ratelimit/regions/ledger.h - Ledger: what this gateway and all others have counted at each key, window by
// window; what others know already, and what has to be told them.
//
// Knows no carrier but by a number, and no clock. Memory is bounded: of more keys than it has room for those that come
// last are not taken up, and counted.
#pragma once

#include "regions/grow_only.h"
#include "regions/window.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tollgate::ratelimit::regions {

// A node has counted so much at a key in a window.
struct Count {
    Window window;
    std::uint64_t key = 0;
    std::uint64_t count = 0;
};

// Any thread.
class Ledger {
public:
    static constexpr std::size_t most_carriers = 8;

    // `slides`: windows count once more in the next one. `node`: what this gateway is called among the others.
    Ledger(std::string node, std::size_t most_keys, bool slides);

    // This gateway has counted more; below 0: less, which nobody is told: what it counts next is less by that.
    void count(const Window& window, std::uint64_t key, std::int64_t change);
    // A node has said that it has counted so much. What came of it is for due().
    void merge(std::string_view node, const Count& said);
    // What others have counted since the last call, of windows that have begun; forgets windows that count no more,
    // whose memory goes piece by piece with this call and those that follow.
    // `now` in milliseconds since 1970. Windows that others have begun and this clock has not are kept back.
    std::vector<Count> due(std::int64_t now);

    // The carriers from now on, and their numbers: one that was there before keeps its own, one that is named no more
    // is let go, and whoever has its number after it is told everything. Throws std::length_error for more than there
    // may be.
    std::vector<std::size_t> carriers(const std::vector<std::string>& names);
    // Of a carrier that is there.
    std::optional<std::size_t> carrier(std::string_view name) const;
    // What this gateway has counted and that carrier does not know, at most so many, those first that count most (by
    // their bits), and of these those that wait longest. Each is said once: then comes acknowledged()
    // or withdrawn() with it.
    std::vector<Count> unsaid(std::size_t carrier, std::size_t most);
    void acknowledged(std::size_t carrier, const std::vector<Count>& said);
    void withdrawn(std::size_t carrier, const std::vector<Count>& unheard);
    // The carrier has forgotten everything.
    void say_all_again(std::size_t carrier);

    struct Known {
        std::uint64_t own = 0, others = 0;
    };
    Known known(const Window& window, std::uint64_t key) const;
    struct WindowSum {
        Window window;
        std::size_t keys = 0;
        std::vector<std::pair<std::string, std::uint64_t>> nodes;  // by name
    };
    std::vector<WindowSum> sums() const;
    std::size_t keys() const;
    std::size_t leaving() const;  // of windows that count no more, in memory still
    std::size_t nodes() const;    // that have counted in windows that do, and this gateway
    // Since the last call: counts of others that said something new; counts for which there was no room.
    struct News {
        std::uint64_t merged = 0, left_out = 0;
    };
    News news();
    const std::string& node() const noexcept { return nodes_[own]; }

private:
    static constexpr GrowOnly::Node own = 0;
    static constexpr std::uint8_t under_way = 255;  // a level: said, and not acknowledged yet

    struct Entry {
        std::uint64_t key = 0;
        GrowOnly counts;
        std::int64_t net = 0;       // what this gateway has counted and not given back
        std::uint64_t applied = 0;  // of what others have counted, what due() has told
        bool waits = false;         // for due()
        // By carrier: how long its own count is in bits; 0: that is known there.
        std::array<std::uint8_t, most_carriers> level{};
    };
    // Entries that a carrier does not know, by level. An entry that has risen meanwhile stands there twice: where it
    // was it counts no more.
    using Levels = std::map<std::uint8_t, std::deque<Entry*>, std::greater<>>;
    using Entries = std::unordered_map<std::uint64_t, Entry>;
    struct Page {
        Entries entries;
        std::array<Levels, most_carriers> unsaid;
        std::vector<Entry*> waiting;       // for due()
        std::vector<std::uint64_t> nodes;  // sums, by node
        std::vector<bool> counted;         // whether a node has counted anything, by its number
    };

    GrowOnly::Node node_of(std::string_view name);
    void forget_nodes();
    Entry* entry_at(const Window& window, std::uint64_t key, Page*& page);
    static void merge(Page& page, Entry& entry, GrowOnly::Node node, std::uint64_t count);
    void mark(Page& page, Entry& entry, std::size_t carrier);
    void let_go(std::size_t carrier);
    void free_some();
    void settle(std::size_t carrier, const std::vector<Count>& said, bool heard);
    static std::uint64_t others(const Entry& entry) noexcept { return entry.counts.sum() - entry.counts.of(own); }

    const std::size_t most_keys_;
    const bool slides_;
    mutable std::mutex mutex_;
    std::map<Window, Page> pages_;
    std::size_t keys_ = 0;
    // Not among keys_, but at most as many as these may be: who begins a window does not wait for those of the last.
    std::list<Entries> leaving_;
    std::size_t leaving_keys_ = 0;
    News news_;
    // By number: first this gateway. Each life of a gateway is another node: of those that have ended the number goes
    // to the next one as soon as no window knows of it.
    std::deque<std::string> nodes_;
    std::vector<GrowOnly::Node> free_nodes_;
    std::map<std::string, GrowOnly::Node, std::less<>> numbers_;
    std::array<std::string, most_carriers> carriers_;  // by number; "": none
};

}  // namespace tollgate::ratelimit::regions
