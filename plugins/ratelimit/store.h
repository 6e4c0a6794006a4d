// plugins/ratelimit/store.h - Claim, Counters, Store: what a request asks of its limits, and who answers.
//
// The seam between what is limited (ratelimit.cpp) and where it is counted. A Store takes all claims of a request or
// none of them.
#pragma once

#include "limit.h"

#include <tollgate/task.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace tollgate::ratelimit {

// The counters of one limit, one per key, in this gateway's memory. Any thread.
class Counters {
public:
    virtual ~Counters() = default;
    // Of a key, for the calls below.
    virtual std::uint64_t hash(std::string_view key) const noexcept = 0;
    // Decides and counts; a key that was never seen, or forgotten, has nothing counted.
    virtual Decision take(std::uint64_t hash, const Ask& ask) noexcept = 0;
    // What take() would decide, and counts nothing.
    virtual Decision look(std::uint64_t hash, const Ask& ask) noexcept = 0;
    // Undoes an admitted take() of the same price, as far as it still counts.
    virtual void give_back(std::uint64_t hash, const Ask& ask, std::uint64_t receipt) noexcept = 0;

    // Nothing of this key counts any more. False where that cannot be. (Were its place given to another key in that
    // very moment, and had that one counted just the same, it would be freed in its stead.)
    virtual bool clear(std::uint64_t hash, const Ask& ask) noexcept {
        (void)hash, (void)ask;
        return false;
    }

    // Token buckets: gives back tokens that are there only from `due` on, if nobody has taken some after them.
    virtual bool withdraw(std::uint64_t hash, const Ask& ask, Ticks due) noexcept = 0;

    virtual std::size_t keys() const noexcept = 0;  // that are remembered at least
    virtual std::uint64_t forgotten() const noexcept = 0;
    // What was given to keys so far: a place whose key has nothing counted any more goes to the next one.
    struct Footprint {
        std::size_t keys = 0, bytes = 0;
        Footprint operator+(const Footprint& other) const noexcept { return {keys + other.keys, bytes + other.bytes}; }
    };
    virtual Footprint footprint() const noexcept = 0;
    // How many keys have something counted. Walks the whole table.
    virtual std::size_t in_use(const Ask& ask) noexcept = 0;
};

// Room for `keys` keys of limits by this algorithm. Throws std::bad_alloc.
std::shared_ptr<Counters> make_counters(Algorithm algorithm, std::size_t keys);

// One limit that one request falls under. Name and key together say which counter, in whatever store.
struct Claim {
    const std::string* name = nullptr;  // of the limit; outlives the request
    Counters* counters = nullptr;       // where the store is this gateway's memory, else null; outlives the request
    Limit limit;
    std::string_view key;
    double cost = 1;
    Ticks patience = 0;      // how long it would wait for its tokens; see Ask
    std::uint64_t hash = 0;  // the store's own, from take() to give_back()
    Decision decision{};     // the store's answer
    bool secret = false;     // the key is: nobody must read it where it is counted
};

// Any thread; a later Task is for the loop that asked.
class Store {
public:
    virtual ~Store() = default;

    // All claims or none: each has its decision then, of which one at least is not admitted if nothing was taken. An
    // empty Task: decided already; else when it has finished. `claims` and what they refer to live until then.
    virtual Task<void> take(std::span<Claim> claims, Moment now) = 0;

    // Takes back what take() admitted, as far as it still counts: a request under way is over, or another limit refused
    // it after all. Never waits; `key` may be gone by now where `hash` says enough.
    virtual void give_back(std::span<const Claim> claims, Moment now) noexcept = 0;

    // Nothing of this key counts any more, from the next take() on. Requests under way stay under way.
    virtual void clear(const Claim& claim, Moment now) noexcept = 0;
};

inline bool all_admitted(std::span<const Claim> claims) noexcept {
    for (const Claim& claim : claims)
        if (!claim.decision.admitted) return false;
    return true;
}

}  // namespace tollgate::ratelimit
