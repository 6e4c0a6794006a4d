// core/config/difference.h - Difference: what distinguishes two configurations, and what becomes of live state.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tollgate {
struct Snapshot;
}

namespace tollgate::config {

struct Change {
    enum class Kind { added, removed, changed, moved };
    Kind kind;
    std::string what;   // `route "GET /orders/:id"`
    std::string where;  // "routes.lua:12"; of what was removed, in the file before
    std::string setting{}, before{}, after{};  // of what was changed; `before` or `after` is "" where it was not given

    std::string text() const;  // `~ upstream "orders" (routes.lua:3): timeout: 2 * seconds -> 5 * seconds`
};

struct Difference {
    std::vector<Change> changes;
    // What outlives a reload, by name: targets with their connections, the state of plugins (limits, keys, logs).
    std::vector<std::string> kept, forgotten, fresh;

    std::string summary() const;                    // "1 added, 2 changed", or "nothing changed"
    std::vector<std::string> lines(std::size_t most) const;  // of the changes and of the state; the rest is counted
    std::string json() const;
};

Difference compare(const Snapshot& before, const Snapshot& after);

}  // namespace tollgate::config
