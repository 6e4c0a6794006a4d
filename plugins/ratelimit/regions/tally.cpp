// plugins/ratelimit/regions/tally.cpp - sheets of paper, and who writes on which.
#include "regions/tally.h"

#include <new>
#include <utility>

namespace tollgate::ratelimit::regions {

namespace {

std::size_t desk_of_this_thread() noexcept {
    static constinit std::atomic<std::size_t> threads{0};
    thread_local const std::size_t number = threads.fetch_add(1, std::memory_order_relaxed);
    return number;
}

}  // namespace

void Tally::add(std::uint64_t key, Window window, std::int64_t amount) noexcept {
    Desk& desk = desks_[desk_of_this_thread() % desks_.size()];
    // collect() holds one of the two at a time. With more threads than desks a neighbour may hold the other.
    const bool first = desk[0].mutex.try_lock();
    Sheet& sheet = desk[first ? 0 : 1];
    if (!first) sheet.mutex.lock();
    const std::lock_guard writing{sheet.mutex, std::adopt_lock};
    write(sheet, key, window, amount);
}

void Tally::write(Sheet& sheet, std::uint64_t key, Window window, std::int64_t amount) noexcept {
    if (sheet.used * 2 >= sheet.entries.size() && !grow(sheet)) {
        Entry* const known = sheet.entries.empty() ? nullptr : place_of(sheet.entries, key, window);
        if (known && known->key != 0)
            known->amount += amount;
        else
            left_out_.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    Entry* const entry = place_of(sheet.entries, key, window);
    if (entry->key == 0) ++sheet.used;
    entry->key = key, entry->window = window;
    entry->amount += amount;
}

// Keys are hashes already. There is always a free place: a table is at most half full.
Tally::Entry* Tally::place_of(std::vector<Entry>& entries, std::uint64_t key, const Window& window) noexcept {
    const std::size_t mask = entries.size() - 1;
    for (std::size_t at = static_cast<std::size_t>(key) & mask;; at = (at + 1) & mask) {
        Entry& entry = entries[at];
        if (entry.key == 0 || (entry.key == key && entry.window == window)) return &entry;
    }
}

bool Tally::grow(Sheet& sheet) noexcept {
    if (sheet.entries.size() >= largest) return false;
    try {
        std::vector<Entry> more(sheet.entries.empty() ? smallest : 2 * sheet.entries.size());
        for (const Entry& entry : sheet.entries)
            if (entry.key != 0) *place_of(more, entry.key, entry.window) = entry;
        sheet.entries = std::move(more);
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

// The sheet's table into taken_, and an empty one into its place: the lock is held for the time of a swap. A table
// that a flood has made large goes, one of usual size is used again.
void Tally::empty(Sheet& sheet) {
    if (taken_.size() > 16 * smallest) taken_ = {};
    const std::lock_guard lock{sheet.mutex};
    if (sheet.used == 0) return;
    taken_.swap(sheet.entries);
    sheet.used = 0;
}

}  // namespace tollgate::ratelimit::regions
