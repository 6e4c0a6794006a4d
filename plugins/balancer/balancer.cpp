// plugins/balancer/balancer.cpp - the balancer plugin: chooses a target for each attempt by the policy asked for.
#include "round_robin.h"
#include "weighted.h"

#include <tollgate/plugin.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace tollgate;

namespace {

using balancer::Candidates;
using balancer::Policy;
using balancer::Turn;

class Untried final : public Candidates {
public:
    explicit Untried(const UpstreamContext& ctx) : ctx_{ctx} {}
    bool usable(std::size_t target) const override { return !ctx_.tried(target) && ctx_.target(target).available(); }

private:
    const UpstreamContext& ctx_;
};

class Available final : public Candidates {
public:
    explicit Available(const UpstreamContext& ctx) : ctx_{ctx} {}
    bool usable(std::size_t target) const override { return ctx_.target(target).available(); }

private:
    const UpstreamContext& ctx_;
};

class Balancer final : public Plugin {
public:
    Balancer(const Settings& settings, Host& host)
        : host_{host}, policy_{settings.text("policy")}, chosen_{settings.value("choose")} {}
    ~Balancer() override;
    Verdict on_upstream(UpstreamContext& ctx) const override;

private:
    // What this use knows of one upstream. Made when the upstream is first asked for, since only then are its targets
    // known; kept as long as the use, whose configuration does not change.
    struct Rota {
        std::string upstream;
        std::unique_ptr<Policy> policy;
        Rota* older;
    };
    bool choose(UpstreamContext& ctx) const;
    void explain(UpstreamContext& ctx, std::optional<std::size_t> target) const;
    Policy& policy_for(const UpstreamContext& ctx) const;
    std::unique_ptr<Policy> make_policy(const UpstreamContext& ctx) const;
    static Policy* find(Rota* from, std::string_view upstream) noexcept;

    Host& host_;
    std::string policy_;
    Value chosen_;  // empty where the policy alone decides
    mutable std::mutex making_;
    mutable std::atomic<Rota*> newest_{nullptr};  // usually the only one: a use stands on one upstream
};

Balancer::~Balancer() {
    for (Rota* rota = newest_.load(); rota;) delete std::exchange(rota, rota->older);
}

// A target not yet tried; where all available ones were, any of them again. Where none is available nothing is chosen,
// and what then happens is the gateway's to say.
Verdict Balancer::on_upstream(UpstreamContext& ctx) const {
    if (chosen_ && choose(ctx)) return {};
    Policy& policy = policy_for(ctx);
    auto target = policy.pick(Untried{ctx});
    if (!target && ctx.attempt() > 1) target = policy.pick(Available{ctx});
    if (target) ctx.choose(*target);
    if (ctx.traced()) explain(ctx, target);
    return {};
}

void Balancer::explain(UpstreamContext& ctx, std::optional<std::size_t> target) const {
    const std::string count = std::to_string(ctx.target_count());
    if (!target) {
        ctx.trace(policy_ + ": none of " + count + " targets is available", {{"policy", policy_}});
        return;
    }
    const std::string address{ctx.target(*target).address()}, weight = std::to_string(ctx.target(*target).weight());
    std::string text = policy_ + ": target " + std::to_string(*target + 1) + " of " + count + ", " + address;
    if (policy_ == "weighted") text += ", weight " + weight;
    std::size_t out = 0;
    for (std::size_t other = 0; other < ctx.target_count(); ++other) out += !ctx.target(other).available();
    if (out > 0) text += "; " + std::to_string(out) + " not available";
    ctx.trace(text, {{"policy", policy_}, {"target", address}, {"weight", weight}});
}

// False where nobody was named, or a target that is not there, out, or was tried already.
bool Balancer::choose(UpstreamContext& ctx) const {
    std::string scratch;
    const std::string_view address = chosen_.of(ctx, scratch);
    if (address.empty()) return false;
    const Untried untried{ctx};
    for (std::size_t target = 0; target < ctx.target_count(); ++target) {
        if (ctx.target(target).address() != address || !untried.usable(target)) continue;
        ctx.choose(target);
        if (ctx.traced())
            ctx.trace("choose: target " + std::to_string(target + 1) + " of " + std::to_string(ctx.target_count()) +
                          ", " + std::string{address},
                      {{"policy", "choose"}, {"target", address}});
        return true;
    }
    if (ctx.traced()) ctx.trace("choose: " + chosen_.describe() + " names no target that can be had");
    return false;
}

Policy* Balancer::find(Rota* from, std::string_view upstream) noexcept {
    for (Rota* rota = from; rota; rota = rota->older)
        if (rota->upstream == upstream) return rota->policy.get();
    return nullptr;
}

Policy& Balancer::policy_for(const UpstreamContext& ctx) const {
    if (Policy* policy = find(newest_.load(std::memory_order_acquire), ctx.upstream())) return *policy;
    const std::lock_guard lock{making_};
    Rota* newest = newest_.load(std::memory_order_relaxed);
    if (Policy* policy = find(newest, ctx.upstream())) return *policy;
    auto rota = std::make_unique<Rota>(std::string{ctx.upstream()}, make_policy(ctx), newest);
    Policy& policy = *rota->policy;
    newest_.store(rota.release(), std::memory_order_release);
    return policy;
}

std::unique_ptr<Policy> Balancer::make_policy(const UpstreamContext& ctx) const {
    auto turn = host_.state<Turn>("turn " + std::string{ctx.upstream()}, [] { return std::make_shared<Turn>(); });
    if (policy_ != "weighted") return std::make_unique<balancer::RoundRobin>(ctx.target_count(), std::move(turn));
    std::vector<std::uint32_t> weights(ctx.target_count());
    for (std::size_t target = 0; target < weights.size(); ++target) weights[target] = ctx.target(target).weight();
    return std::make_unique<balancer::Weighted>(std::move(weights), std::move(turn));
}

constexpr const char* policies[] = {"round_robin", "weighted"};
constexpr Field fields[] = {
    {.name = "policy", .type = Type::choice, .doc = "how targets share the requests", .fallback = "\"round_robin\"",
     .choices = policies},
    {.name = "choose", .type = Type::value, .doc = "address of the target to take; where none can be had the policy decides"},
};

}  // namespace

TOLLGATE_PLUGIN(.name = "balancer",
                .summary = "shares the requests of an upstream among its targets",
                .fields = fields,
                .create = make<Balancer>)
