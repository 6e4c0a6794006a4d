// plugins/balancer/balancer.cpp - the balancer plugin: chooses a target for each attempt by the policy asked for.
#include "hash.h"
#include "policies.h"
#include "sticky.h"
#include "view.h"

#include <tollgate/plugin.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace tollgate;

namespace {

using balancer::Memory;
using balancer::Policy;
using balancer::Recipe;
using balancer::Sticky;
using balancer::View;
using balancer::Visit;

// What a failure counts as for those who go by latency: to fail at once is not to be fast.
constexpr std::chrono::seconds failure{1};

class Balancer final : public Plugin {
public:
    Balancer(const Settings& settings, Host& host);
    ~Balancer() override;
    Verdict on_upstream(UpstreamContext& ctx) const override;
    void on_attempt(const AttemptContext& ctx) const override;
    Verdict on_response(ResponseContext& ctx) const override;

private:
    // What this use knows of one upstream. Made when the upstream is first asked for, since only then are its targets
    // known; kept as long as the use, whose configuration does not change.
    struct Rota {
        std::string upstream;
        std::unique_ptr<Policy> policy;
        std::optional<Sticky> sticky;
        Rota* older;
    };
    void read_sticky(const Settings& settings, Host& host);
    bool choose(UpstreamContext& ctx) const;
    bool stick(UpstreamContext& ctx, const Rota& rota, const View& view) const;
    std::optional<std::uint64_t> key_of(const UpstreamContext& ctx) const;
    void explain(UpstreamContext& ctx, const Rota& rota, std::optional<std::size_t> target, const View& view) const;
    const Rota& rota_for(const UpstreamContext& ctx) const;
    std::unique_ptr<Rota> make_rota(const UpstreamContext& ctx, Rota* older) const;
    static Rota* find(Rota* from, std::string_view upstream) noexcept;

    Recipe recipe_;
    Value chosen_;  // empty where the policy alone decides
    Value by_;      // empty but for consistent_hash
    bool learns_;
    std::optional<balancer::CookieForm> cookie_;  // where clients are sticky
    std::optional<bool> secure_;                  // nullopt: as the request came
    std::shared_ptr<std::string> secret_;
    std::shared_ptr<Memory> memory_;
    mutable std::mutex making_;
    mutable std::atomic<Rota*> newest_{nullptr};  // usually the only one: a use stands on one upstream
};

Balancer::Balancer(const Settings& settings, Host& host)
    : recipe_{settings.text("policy"), settings.has("bound") ? settings.number("bound") : 0,
              settings.duration("decay")},
      chosen_{settings.value("choose")}, by_{settings.value("by")}, learns_{recipe_.policy == "ewma"},
      memory_{host.state<Memory>("turns and latencies", [] { return std::make_shared<Memory>(); })} {
    const bool hashes = recipe_.policy == "consistent_hash";
    if (hashes && !by_)
        throw ConfigError{"by", "expected what requests go by (client_ip, header \"X-User\") with policy "
                                "\"consistent_hash\", got nothing"};
    for (const char* field : {"by", "bound"})
        if (!hashes && settings.has(field))
            throw ConfigError{field, "expected only with policy \"consistent_hash\", got policy \"" +
                                         recipe_.policy + '"'};
    read_sticky(settings, host);
}

Balancer::~Balancer() {
    for (Rota* rota = newest_.load(); rota;) delete std::exchange(rota, rota->older);
}

void Balancer::read_sticky(const Settings& settings, Host& host) {
    if (!settings.has("sticky")) {
        for (const char* field : {"sticky_secret", "sticky_time", "sticky_domain", "sticky_secure"})
            if (settings.has(field)) throw ConfigError{field, "expected only with sticky, which names the cookie"};
        return;
    }
    cookie_.emplace(balancer::CookieForm{settings.text("sticky"), settings.text("sticky_path"), {}, {}, 0});
    if (!balancer::is_cookie_name(cookie_->name))
        throw ConfigError{"sticky", "expected a cookie's name (letters, digits, \"-\" and \"_\"), got \"" +
                                        cookie_->name + '"'};
    if (!balancer::is_cookie_path(cookie_->path))
        throw ConfigError{"sticky_path", "expected a path like \"/app\", got \"" + cookie_->path + '"'};
    if (settings.has("sticky_domain")) cookie_->domain = settings.text("sticky_domain");
    if (!cookie_->domain.empty() && !balancer::is_cookie_domain(cookie_->domain))
        throw ConfigError{"sticky_domain", "expected a domain like \"example.com\", got \"" + cookie_->domain + '"'};
    if (settings.has("sticky_time"))
        cookie_->seconds = std::chrono::duration_cast<std::chrono::seconds>(settings.duration("sticky_time")).count();
    if (settings.has("sticky_secure")) secure_ = settings.boolean("sticky_secure");
    const std::string same_site = settings.text("sticky_same_site");
    cookie_->same_site = same_site == "strict" ? "Strict" : same_site == "none" ? "None" : "Lax";
    if (same_site == "none" && secure_ != true)
        throw ConfigError{"sticky_same_site",
                          "expected sticky_secure = true with \"none\": browsers drop the cookie else"};
    const auto random = [] { return std::make_shared<std::string>(balancer::random_secret()); };
    if (!settings.has("sticky_secret"))
        secret_ = host.state<std::string>("sticky secret", random);
    else if (secret_ = std::make_shared<std::string>(settings.text("sticky_secret")); secret_->size() < 16)
        throw ConfigError{"sticky_secret", "expected at least 16 characters, got " + std::to_string(secret_->size())};
}

// A target not yet tried; where all available ones were, any of them again. Where none is available nothing is chosen,
// and what then happens is the gateway's to say.
Verdict Balancer::on_upstream(UpstreamContext& ctx) const {
    if (cookie_) ctx.state<Visit>() = {};
    if (chosen_ && choose(ctx)) return {};
    const Rota& rota = rota_for(ctx);
    View view{ctx, key_of(ctx)};
    if (cookie_ && stick(ctx, rota, view)) return {};
    auto target = rota.policy->pick(view);
    if (!target && ctx.attempt() > 1) {
        view.allow_tried();
        target = rota.policy->pick(view);
    }
    if (target) ctx.choose(*target);
    if (ctx.traced()) explain(ctx, rota, target, view);
    return {};
}

void Balancer::on_attempt(const AttemptContext& ctx) const {
    if (!learns_) return;
    const Rota* rota = find(newest_.load(std::memory_order_acquire), ctx.upstream());
    if (!rota) return;  // the first attempt at this upstream, and `choose` has chosen
    const auto outcome = ctx.outcome();
    const bool gave_up = outcome == Outcome::abandoned && ctx.time_to_first_byte().count() == 0;
    const bool heard = outcome == Outcome::answered || outcome == Outcome::cut || outcome == Outcome::abandoned;
    const bool failed = !heard || (ctx.status() >= 502 && ctx.status() <= 504);
    std::chrono::nanoseconds took = heard && !gave_up ? ctx.time_to_first_byte() : ctx.duration();
    if (failed) took = std::max<std::chrono::nanoseconds>(took, failure);
    rota->policy->observe(ctx.target_index(), {took, !gave_up}, ctx.now());
}

// The cookie goes out where the client has none, or one of another target than has answered.
Verdict Balancer::on_response(ResponseContext& ctx) const {
    if (!cookie_ || !ctx.from_upstream()) return {};
    const Visit* visit = ctx.state_if_any<Visit>();
    const Rota* rota = find(newest_.load(std::memory_order_acquire), ctx.upstream());
    const auto target = ctx.target_index();
    if (!visit || !visit->sticks || !rota || !target || target == visit->named) return {};
    const bool secure = secure_.value_or(ctx.request().scheme() == "https");
    ctx.response().headers().add("Set-Cookie", cookie_->line(rota->sticky->name(*target), secure));
    return {};
}

void Balancer::explain(UpstreamContext& ctx, const Rota& rota, std::optional<std::size_t> target,
                       const View& view) const {
    const std::string& policy = recipe_.policy;
    const std::string count = std::to_string(ctx.target_count());
    if (!target) {
        ctx.trace(policy + ": none of " + count + " targets is available", {{"policy", policy}});
        return;
    }
    const std::string address{ctx.target(*target).address()}, weight = std::to_string(ctx.target(*target).weight());
    std::string text = policy + ": target " + std::to_string(*target + 1) + " of " + count + ", " + address;
    if (policy != "round_robin") text += ", weight " + weight;
    if (by_) text += ", by " + by_.describe();
    if (const std::string reason = rota.policy->reason(*target, view); !reason.empty()) text += ": " + reason;
    std::size_t out = 0;
    for (std::size_t other = 0; other < ctx.target_count(); ++other) out += !ctx.target(other).available();
    if (out > 0) text += "; " + std::to_string(out) + " not available";
    ctx.trace(text, {{"policy", policy}, {"target", address}, {"weight", weight}});
}

// False where nobody was named, or a target that is not there, out, or was tried already.
bool Balancer::choose(UpstreamContext& ctx) const {
    std::string scratch;
    const std::string_view address = chosen_.of(ctx, scratch);
    if (address.empty()) return false;
    const View untried{ctx, std::nullopt};
    for (std::size_t target = 0; target < ctx.target_count(); ++target) {
        if (ctx.target(target).address() != address || !untried.possible(target)) continue;
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

// False where the client brought no cookie, or one of a target that is not there, out, or was tried already.
bool Balancer::stick(UpstreamContext& ctx, const Rota& rota, const View& view) const {
    Visit& visit = ctx.state<Visit>() = {true, {}};
    const std::string_view name = ctx.request().cookie(cookie_->name);
    if (name.empty()) return false;
    const auto target = visit.named = rota.sticky->find(name);
    const bool taken = target && view.possible(*target);
    if (taken) ctx.choose(*target);
    if (!ctx.traced()) return taken;
    if (!taken) {
        ctx.trace("sticky: the cookie names no target that can be had");
        return false;
    }
    const std::string address{ctx.target(*target).address()};
    ctx.trace("sticky: target " + std::to_string(*target + 1) + " of " + std::to_string(ctx.target_count()) + ", " +
                  address + ", by its cookie",
              {{"policy", "sticky"}, {"target", address}});
    return true;
}

std::optional<std::uint64_t> Balancer::key_of(const UpstreamContext& ctx) const {
    if (!by_) return std::nullopt;
    std::string scratch;
    const std::string_view text = by_.of(ctx, scratch);
    if (text.empty()) return std::nullopt;
    return balancer::hash(text);
}

Balancer::Rota* Balancer::find(Rota* from, std::string_view upstream) noexcept {
    for (Rota* rota = from; rota; rota = rota->older)
        if (rota->upstream == upstream) return rota;
    return nullptr;
}

const Balancer::Rota& Balancer::rota_for(const UpstreamContext& ctx) const {
    if (const Rota* rota = find(newest_.load(std::memory_order_acquire), ctx.upstream())) return *rota;
    const std::lock_guard lock{making_};
    Rota* newest = newest_.load(std::memory_order_relaxed);
    if (const Rota* rota = find(newest, ctx.upstream())) return *rota;
    newest_.store(make_rota(ctx, newest).release(), std::memory_order_release);
    return *newest_.load(std::memory_order_relaxed);
}

std::unique_ptr<Balancer::Rota> Balancer::make_rota(const UpstreamContext& ctx, Rota* older) const {
    std::vector<balancer::Member> members;
    std::vector<std::string> addresses;
    for (std::size_t target = 0; target < ctx.target_count(); ++target) {
        addresses.emplace_back(ctx.target(target).address());
        members.push_back({addresses.back(), ctx.target(target).weight()});
    }
    auto policy = balancer::make_policy(recipe_, ctx.upstream(), members, *memory_, ctx.now());
    auto rota = std::make_unique<Rota>(std::string{ctx.upstream()}, std::move(policy), std::nullopt, older);
    if (cookie_) rota->sticky.emplace(*secret_, ctx.upstream(), addresses);
    return rota;
}

constexpr const char* same_sites[] = {"lax", "strict", "none"};
constexpr Field fields[] = {
    {.name = "policy", .type = Type::choice, .doc = "how targets share the requests", .fallback = "\"round_robin\"",
     .choices = balancer::policy_names},
    {.name = "choose", .type = Type::value,
     .doc = "address of the target to take; where none can be had the policy decides"},
    {.name = "by", .type = Type::value, .doc = "what requests go by, with consistent_hash"},
    {.name = "bound", .type = Type::number,
     .doc = "how many times its share of the requests under way a target may have, with consistent_hash",
     .min = 1.01, .max = 100},
    {.name = "decay", .type = Type::duration,
     .doc = "time in which a slow answer is forgotten by two thirds, with ewma", .fallback = "10 * seconds",
     .min = 0.1, .max = 3600},
    {.name = "sticky", .doc = "name of the cookie that keeps a client with its target"},
    {.name = "sticky_secret",
     .doc = "what the cookie's value is made with, the same in all gateways; at least 16 characters"},
    {.name = "sticky_time", .type = Type::duration, .doc = "how long the browser keeps the cookie; else until it ends",
     .min = 1, .max = 34560000},
    {.name = "sticky_path", .doc = "path of the cookie", .fallback = "\"/\""},
    {.name = "sticky_domain", .doc = "domain of the cookie; else the host that was asked"},
    {.name = "sticky_same_site", .type = Type::choice, .doc = "SameSite of the cookie", .fallback = "\"lax\"",
     .choices = same_sites},
    {.name = "sticky_secure", .type = Type::boolean,
     .doc = "whether the cookie is Secure; else if the request came by https"},
};

}  // namespace

TOLLGATE_PLUGIN(.name = "balancer",
                .summary = "shares the requests of an upstream among its targets",
                .fields = fields,
                .create = make<Balancer>)
