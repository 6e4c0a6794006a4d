// plugins/ratelimit/regions/ledger.cpp - pages by window, entries by key, and who has been told of which.
#include "regions/ledger.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <stdexcept>

namespace tollgate::ratelimit::regions {

namespace {

constexpr std::size_t freed_at_once = 4096;  // about a millisecond, for which loops may have to wait
constexpr std::int64_t grace = 2000;  // milliseconds: others may be told what came last by clocks that are behind

}  // namespace

Ledger::Ledger(std::string node, std::size_t most_keys, bool slides) : most_keys_{most_keys}, slides_{slides} {
    numbers_.emplace(node, own);
    nodes_.push_back(std::move(node));
}

// Null: there is no room for another.
Ledger::Entry* Ledger::entry_at(const Window& window, std::uint64_t key, Page*& page) {
    const auto at = pages_.find(window);
    if (at != pages_.end())
        if (const auto known = at->second.entries.find(key); known != at->second.entries.end()) {
            page = &at->second;
            return &known->second;
        }
    if (keys_ >= most_keys_) {
        ++news_.left_out;
        return nullptr;
    }
    ++keys_;
    page = at != pages_.end() ? &at->second : &pages_[window];
    Entry& entry = page->entries[key];
    entry.key = key;
    return &entry;
}

void Ledger::merge(Page& page, Entry& entry, GrowOnly::Node node, std::uint64_t count) {
    if (page.nodes.size() <= node) page.nodes.resize(node + 1), page.counted.resize(node + 1);
    page.counted[node] = true;
    page.nodes[node] += entry.counts.merge(node, count);
}

// --- this gateway's

void Ledger::count(const Window& window, std::uint64_t key, std::int64_t change) {
    const std::lock_guard lock{mutex_};
    Page* page = nullptr;
    Entry* const entry = entry_at(window, key, page);
    if (!entry) return;
    entry->net += change;
    const std::uint64_t said = entry->counts.of(own);
    if (entry->net <= 0 || static_cast<std::uint64_t>(entry->net) <= said) return;
    merge(*page, *entry, own, static_cast<std::uint64_t>(entry->net));
    for (std::size_t carrier = 0; carrier < most_carriers; ++carrier)
        if (!carriers_[carrier].empty()) mark(*page, *entry, carrier);
}

void Ledger::mark(Page& page, Entry& entry, std::size_t carrier) {
    const auto level = static_cast<std::uint8_t>(std::bit_width(entry.counts.of(own)));
    if (level == 0 || entry.level[carrier] >= level) return;  // or under way: settle() looks again
    entry.level[carrier] = level;
    page.unsaid[carrier][level].push_back(&entry);
}

void Ledger::let_go(std::size_t carrier) {
    carriers_[carrier].clear();
    for (auto& [window, page] : pages_) {
        page.unsaid[carrier].clear();
        for (auto& [key, entry] : page.entries) entry.level[carrier] = 0;
    }
}

std::vector<std::size_t> Ledger::carriers(const std::vector<std::string>& names) {
    if (names.size() > most_carriers) throw std::length_error{"more carriers than a ledger knows"};
    const std::lock_guard lock{mutex_};
    for (std::size_t number = 0; number < most_carriers; ++number)
        if (!carriers_[number].empty() && std::find(names.begin(), names.end(), carriers_[number]) == names.end())
            let_go(number);
    std::vector<std::size_t> numbers;
    for (const std::string& name : names) {
        auto place = std::find(carriers_.begin(), carriers_.end(), name);
        const bool known = place != carriers_.end();
        if (!known) place = std::find(carriers_.begin(), carriers_.end(), "");
        numbers.push_back(static_cast<std::size_t>(place - carriers_.begin()));
        if (known) continue;
        *place = name;
        for (auto& [window, page] : pages_)
            for (auto& [key, entry] : page.entries) mark(page, entry, numbers.back());
    }
    return numbers;
}

std::optional<std::size_t> Ledger::carrier(std::string_view name) const {
    const std::lock_guard lock{mutex_};
    const auto place = std::find(carriers_.begin(), carriers_.end(), name);
    if (place == carriers_.end()) return std::nullopt;
    return static_cast<std::size_t>(place - carriers_.begin());
}

std::vector<Count> Ledger::unsaid(std::size_t carrier, std::size_t most) {
    const std::lock_guard lock{mutex_};
    std::vector<Count> counts;
    for (int level = 64; level > 0 && counts.size() < most; --level)
        for (auto& [window, page] : pages_) {
            const auto at = page.unsaid[carrier].find(static_cast<std::uint8_t>(level));
            if (at == page.unsaid[carrier].end()) continue;
            std::deque<Entry*>& entries = at->second;
            for (; !entries.empty() && counts.size() < most; entries.pop_front()) {
                Entry& entry = *entries.front();
                if (entry.level[carrier] != level) continue;
                entry.level[carrier] = under_way;
                counts.push_back({window, entry.key, entry.counts.of(own)});
            }
            if (entries.empty()) page.unsaid[carrier].erase(at);
        }
    return counts;
}

void Ledger::acknowledged(std::size_t carrier, const std::vector<Count>& said) { settle(carrier, said, true); }
void Ledger::withdrawn(std::size_t carrier, const std::vector<Count>& unheard) { settle(carrier, unheard, false); }

void Ledger::settle(std::size_t carrier, const std::vector<Count>& said, bool heard) {
    const std::lock_guard lock{mutex_};
    for (const Count& count : said) {
        const auto page = pages_.find(count.window);
        if (page == pages_.end()) continue;
        const auto entry = page->second.entries.find(count.key);
        if (entry == page->second.entries.end() || entry->second.level[carrier] != under_way) continue;
        entry->second.level[carrier] = 0;
        if (!heard || entry->second.counts.of(own) > count.count) mark(page->second, entry->second, carrier);
    }
}

void Ledger::say_all_again(std::size_t carrier) {
    const std::lock_guard lock{mutex_};
    for (auto& [window, page] : pages_)
        for (auto& [key, entry] : page.entries) mark(page, entry, carrier);
}

// --- the others'

GrowOnly::Node Ledger::node_of(std::string_view name) {
    if (const auto known = numbers_.find(name); known != numbers_.end()) return known->second;
    auto number = static_cast<GrowOnly::Node>(nodes_.size());
    if (free_nodes_.empty()) {
        nodes_.emplace_back();
    } else {
        number = free_nodes_.back();
        free_nodes_.pop_back();
    }
    nodes_[number] = name;
    numbers_.emplace(name, number);
    return number;
}

void Ledger::forget_nodes() {
    const auto counts = [this](GrowOnly::Node node) {
        return std::any_of(pages_.begin(), pages_.end(), [node](const auto& page) {
            return node < page.second.counted.size() && page.second.counted[node];
        });
    };
    for (auto at = numbers_.begin(); at != numbers_.end();)
        if (at->second == own || counts(at->second)) {
            ++at;
        } else {
            free_nodes_.push_back(at->second);
            at = numbers_.erase(at);
        }
}

void Ledger::merge(std::string_view node, const Count& said) {
    const std::lock_guard lock{mutex_};
    Page* page = nullptr;
    Entry* const entry = node == nodes_[own] ? nullptr : entry_at(said.window, said.key, page);
    if (!entry) return;
    const std::uint64_t before = others(*entry);
    merge(*page, *entry, node_of(node), said.count);
    if (others(*entry) == before) return;
    ++news_.merged;
    if (!std::exchange(entry->waits, true)) page->waiting.push_back(entry);
}

std::vector<Count> Ledger::due(std::int64_t now) {
    const std::lock_guard lock{mutex_};
    std::vector<Count> counts;
    const std::size_t windows = pages_.size();
    for (auto at = pages_.begin(); at != pages_.end();) {
        const Window& window = at->first;
        Page& page = at->second;
        if (window.end + (slides_ ? window.length : 0) + grace <= now) {
            keys_ -= page.entries.size();
            leaving_keys_ += page.entries.size();
            leaving_.push_back(std::move(page.entries));
            at = pages_.erase(at);
            continue;
        }
        ++at;
        if (window.begin() > now) continue;
        for (Entry* entry : page.waiting) {
            entry->waits = false;
            counts.push_back({window, entry->key, others(*entry) - std::exchange(entry->applied, others(*entry))});
        }
        page.waiting.clear();
    }
    if (pages_.size() < windows) forget_nodes();
    free_some();
    return counts;
}

void Ledger::free_some() {
    std::size_t left = std::max(freed_at_once, leaving_keys_ - std::min(leaving_keys_, most_keys_));
    while (left > 0 && !leaving_.empty()) {
        Entries& entries = leaving_.front();
        for (; left > 0 && !entries.empty(); --left, --leaving_keys_) entries.erase(entries.begin());
        if (entries.empty()) leaving_.pop_front();
    }
}

// --- what is known

Ledger::Known Ledger::known(const Window& window, std::uint64_t key) const {
    const std::lock_guard lock{mutex_};
    const auto page = pages_.find(window);
    if (page == pages_.end()) return {};
    const auto entry = page->second.entries.find(key);
    if (entry == page->second.entries.end()) return {};
    return {entry->second.counts.of(own), others(entry->second)};
}

std::vector<Ledger::WindowSum> Ledger::sums() const {
    const std::lock_guard lock{mutex_};
    std::vector<WindowSum> sums;
    for (const auto& [window, page] : pages_) {
        sums.push_back({window, page.entries.size(), {}});
        for (std::size_t node = 0; node < page.nodes.size(); ++node)
            if (page.nodes[node] > 0) sums.back().nodes.emplace_back(nodes_[node], page.nodes[node]);
        std::sort(sums.back().nodes.begin(), sums.back().nodes.end());
    }
    return sums;
}

std::size_t Ledger::leaving() const {
    const std::lock_guard lock{mutex_};
    return leaving_keys_;
}

std::size_t Ledger::nodes() const {
    const std::lock_guard lock{mutex_};
    return numbers_.size();
}

std::size_t Ledger::keys() const {
    const std::lock_guard lock{mutex_};
    return keys_;
}

Ledger::News Ledger::news() {
    const std::lock_guard lock{mutex_};
    return std::exchange(news_, {});
}

}  // namespace tollgate::ratelimit::regions
