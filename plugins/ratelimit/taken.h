// plugins/ratelimit/taken.h - Taken: what a request has taken, and gives back when it is over.
#pragma once

#include "store.h"

#include <tollgate/host.h>

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tollgate::ratelimit {

// Its place among those under way, and everything if another use of the plugin refused it after all, or if its client
// left before its turn had come. The destructor does it, and nothing else, since an errand's request ends without a
// log, which is where a client's hears of a refusal. Not to be moved: claims refer to their keys here.
class Taken {
public:
    Taken() = default;
    ~Taken() {
        for (std::size_t i = 0; i < size_; ++i) {
            const Claim& claim = *held(i).claim;
            if (in_vain_ || waits || claim.limit.algorithm() == Algorithm::concurrency)
                store_->give_back({&claim, 1}, {clocks_->now(), clocks_->wall_clock()});
        }
    }
    Taken(const Taken&) = delete;
    Taken& operator=(const Taken&) = delete;

    // Once. What was taken from `store`, which outlives this as `clocks` does. With the keys, where a store needs them
    // to give back.
    void hold(Store& store, const Host& clocks, std::span<const Claim> claims, bool with_keys) {
        if (claims.size() > few) more_.resize(claims.size() - few);
        store_ = &store;
        clocks_ = &clocks;
        for (const Claim& claim : claims) {
            Held& next = held(size_);
            next.claim = claim;
            if (with_keys) next.claim->key = next.key.assign(claim.key);
            ++size_;
        }
    }
    // It was refused after all.
    void undo() const noexcept { in_vain_ = true; }

    bool waits = false;  // for its turn

private:
    struct Held {
        std::optional<Claim> claim;
        std::string key;
    };
    Held& held(std::size_t i) noexcept { return i < few ? few_[i] : more_[i - few]; }

    static constexpr std::size_t few = 2;  // what most uses have, without asking the heap for more

    Store* store_ = nullptr;
    const Host* clocks_ = nullptr;
    mutable bool in_vain_ = false;  // the log sees a state, and may not change it
    std::size_t size_ = 0;
    std::array<Held, few> few_;
    std::vector<Held> more_;
};

}  // namespace tollgate::ratelimit
