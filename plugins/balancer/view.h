// plugins/balancer/view.h - View and Visit: one request as policies see it, and what the plugin keeps of it.
#pragma once

#include "policy.h"

#include <tollgate/context.h>

#include <chrono>
#include <optional>

namespace tollgate::balancer {

// The targets of one request.
class View final : public Candidates {
public:
    View(const UpstreamContext& ctx, std::optional<std::uint64_t> key) : ctx_{ctx}, key_{key} {}
    bool usable(std::size_t target) const override {
        return ctx_.target(target).available() && (again_ || !ctx_.tried(target));
    }
    std::uint32_t load(std::size_t target) const override { return ctx_.target(target).in_flight(); }
    TimePoint now() const override { return ctx_.now(); }
    std::optional<std::uint64_t> key() const override { return key_; }
    void allow_tried() noexcept { again_ = true; }

private:
    const UpstreamContext& ctx_;
    std::optional<std::uint64_t> key_;
    bool again_ = false;
};

// What is kept of one request, by policies that learn and where clients are sticky.
struct Visit {
    std::optional<std::size_t> target;  // chosen last, which a cookie may name
    std::chrono::steady_clock::time_point began;
};

}  // namespace tollgate::balancer
