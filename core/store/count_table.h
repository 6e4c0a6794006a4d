// core/store/count_table.h - CountTable: what plugins have counted, by plugin, name, key and the end of its time.
#pragma once

#include "store/database.h"

#include <tollgate/host.h>

#include <array>
#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tollgate::store {

// Whose counts.
struct CountName {
    std::string plugin, name;
    auto operator<=>(const CountName&) const = default;
};

// Any thread; every call may block, and throws StoreError. Keys are hashes by secret(): what a caller is called is not
// kept. Times are milliseconds since 1970.
class CountTable {
public:
    explicit CountTable(Database& database) : database_{database} {}  // which outlives it, and has its schema

    // Random, and from the first call on the same for all who use this database.
    std::array<std::uint64_t, 2> secret();
    // What ends later than `now`, the latest end first.
    std::vector<Kept> load(const CountName& of, std::int64_t now);

    struct More {
        CountName of;
        Kept kept;
    };
    struct Move {
        CountName of;
        std::uint64_t key = 0;
        std::int64_t from = 0, until = 0;
    };
    // Adds first, then moves: all or nothing. In the order given, which is to be the same for everybody who shares the
    // database, or they would wait for each other in a circle.
    void write(std::span<const More> more, std::span<const Move> moves);
    // Those that have ended by `now`.
    void forget(std::int64_t now);

private:
    Database& database_;
};

}  // namespace tollgate::store
