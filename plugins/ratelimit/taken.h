// plugins/ratelimit/taken.h - Taken: what a request has taken and may have to give back.
#pragma once

#include "store.h"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tollgate::ratelimit {

// Its place among those under way when it is over, everything if another use of the plugin refuses it after all, or if
// its client leaves before its turn has come. Not to be moved: claims refer to their keys here.
class Taken {
public:
    Taken() = default;
    Taken(const Taken&) = delete;
    Taken& operator=(const Taken&) = delete;

    // Once. With the keys, where a store needs them to give back.
    void hold(std::span<const Claim> claims, bool with_keys) {
        if (claims.size() > few) more_.resize(claims.size() - few);
        for (const Claim& claim : claims) {
            Held& held = size_ < few ? few_[size_] : more_[size_ - few];
            ++size_;
            held.claim = claim;
            if (with_keys) held.claim->key = held.key.assign(claim.key);
        }
    }
    template <class F>
    void for_each(F f) const {
        for (std::size_t i = 0; i < size_; ++i) f(*(i < few ? few_[i] : more_[i - few]).claim);
    }

    bool waits = false;  // for its turn

private:
    struct Held {
        std::optional<Claim> claim;
        std::string key;
    };
    static constexpr std::size_t few = 2;  // what most uses have, without asking the heap for more

    std::size_t size_ = 0;
    std::array<Held, few> few_;
    std::vector<Held> more_;
};

}  // namespace tollgate::ratelimit
