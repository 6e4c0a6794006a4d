// plugins/balancer/view.h - View and Visit: one request as policies see it, and what the plugin keeps of it.
#pragma once

#include "policy.h"
#include "random.h"

#include <tollgate/context.h>

#include <cstdint>
#include <optional>

namespace tollgate::balancer {

// The targets of one request. One that came in a moment ago is passed over as often as it is not warm yet, unless there
// is no other; who has a key is passed over or not each time, since what it goes by should not wander to and fro.
class View final : public Candidates {
public:
    View(const UpstreamContext& ctx, std::optional<std::uint64_t> key) : ctx_{ctx}, key_{key} {}
    // It can be had, whether it is warm or not.
    bool possible(std::size_t target) const {
        return ctx_.target(target).available() && (again_ || !ctx_.tried(target));
    }
    bool usable(std::size_t target) const override {
        if (!possible(target)) return false;
        const double warmth = ctx_.target(target).warmth();
        return warmth >= 1 || warm_enough(warmth);
    }
    std::uint32_t load(std::size_t target) const override { return ctx_.target(target).in_flight(); }
    TimePoint now() const override { return ctx_.now(); }
    std::optional<std::uint64_t> key() const override { return key_; }
    bool once_more() const override { return ctx_.attempt() > 1; }
    void allow_tried() noexcept {
        again_ = true;
        wanted_.reset();
    }

private:
    bool warm_enough(double warmth) const;

    const UpstreamContext& ctx_;
    std::optional<std::uint64_t> key_;
    bool again_ = false;
    mutable std::optional<double> wanted_;  // how warm a target must be for this request; once asked for
};

// Drawn once: a target would else get another chance each time it is looked at.
inline bool View::warm_enough(double warmth) const {
    if (!wanted_) {
        const std::uint64_t bits = key_ ? mix(*key_) : random_bits();
        wanted_ = double(bits >> 11) / double(std::uint64_t{1} << 53);
        bool any = false;
        for (std::size_t target = 0; target < ctx_.target_count() && !any; ++target)
            any = possible(target) && ctx_.target(target).warmth() > *wanted_;
        if (!any) wanted_ = 0;
    }
    return warmth > *wanted_;
}

// What is kept of one request where clients are sticky.
struct Visit {
    bool sticks = false;                // the cookie or the policy chose last
    std::optional<std::size_t> named;   // by the client's cookie
};

}  // namespace tollgate::balancer
