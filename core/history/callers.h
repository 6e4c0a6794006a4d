// core/history/callers.h - Callers: what each caller has been answered, for as many callers as there is room for.
#pragma once

#include "history/latencies.h"
#include "history/statuses.h"
#include "support/secret_hash.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tollgate::history {

using WallTime = std::chrono::system_clock::time_point;

struct CallerName {
    std::string_view id, owner, tier;  // owner and tier: "" where the caller has none
};

// Of one caller, since he is remembered; also of several loops, or several callers of one owner, together.
struct CallerUsage {
    struct Code {
        WallTime at;
        int status = 0;
    };
    std::string id, owner, tier;
    Statuses statuses;
    std::chrono::nanoseconds time{0};  // of all his requests
    WallTime last_seen{};
    std::vector<Code> recent;          // the newest first
    LatencyCounts latencies;

    // Several callers together have no id and no tier.
    void add(const CallerUsage& more);
};

// The same for a list of many.
struct CallerTotals {
    std::string id, owner, tier;
    Statuses statuses;
    std::chrono::nanoseconds time{0};
    WallTime last_seen{};
};

// Whoever has not come for the longest time is forgotten for who is new. About 2.5 KiB each. One thread.
class Callers {
public:
    static constexpr std::size_t most_callers = 10'000, kept_codes = 20;

    void count(const CallerName& name, int status, std::chrono::nanoseconds time, WallTime now);

    std::optional<CallerUsage> find(std::string_view id) const;
    // Piece by piece, for who may not stay long: all of those that were there all the time are in one of slices().
    static constexpr std::size_t slices() noexcept { return 64; }
    std::vector<CallerTotals> totals(std::size_t slice) const;
    std::optional<CallerUsage> of_owner(std::string_view owner, std::size_t slice) const;  // added up

private:
    struct Caller {
        std::string owner, tier;
        Statuses statuses;
        std::chrono::nanoseconds time{0};
        std::array<CallerUsage::Code, kept_codes> codes{};
        std::size_t counted = 0;  // the next code's place, modulo their number
        LatencyCounts latencies;
        std::list<const std::string*>::iterator turn{};  // in by_age_
    };
    struct Hash : SecretHash {
        using is_transparent = void;
    };
    using Map = std::unordered_map<std::string, Caller, Hash, std::equal_to<>>;

    Caller& of(std::string_view id);
    static CallerUsage usage(const std::string& id, const Caller& caller);
    void visit(std::size_t slice, const std::function<void(const std::string&, const Caller&)>& see) const;
    static WallTime last_seen(const Caller& caller) {
        return caller.codes[(caller.counted - 1) % kept_codes].at;
    }

    Map callers_;
    std::list<const std::string*> by_age_;  // the ids, as the map holds them; who came last is the first
    Map::value_type* last_ = nullptr;
};

}  // namespace tollgate::history
