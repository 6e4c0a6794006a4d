// plugins/ratelimit/ratelimit.cpp - the ratelimit plugin: a request, its claims, and what it is told of them.
#include "answer_lines.h"
#include "batch.h"
#include "fields.h"
#include "limits_page.h"
#include "memory_store.h"
#include "redis/store_of.h"
#include "regions/settings.h"
#include "rule.h"
#include "taken.h"

#include <tollgate/plugin.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <span>
#include <string>
#include <utility>

using namespace tollgate;

namespace {

using ratelimit::Batch;
using ratelimit::Claim;
using ratelimit::Decision;
using ratelimit::Digits;
using ratelimit::MemoryStore;
using ratelimit::Moment;
using ratelimit::Rule;
using ratelimit::Store;
using ratelimit::Taken;
using ratelimit::whole_seconds;

enum class Absent : std::uint8_t { share, skip, refuse };
enum class Mode : std::uint8_t { enforce, shadow, delay };

Mode mode_of(const std::string& word) {
    return word == "shadow" ? Mode::shadow : word == "delay" ? Mode::delay : Mode::enforce;
}

Absent absent_of(const std::string& word) {
    return word == "skip" ? Absent::skip : word == "refuse" ? Absent::refuse : Absent::share;
}

// Of all uses, in whatever configuration: they may share counters by name.
constinit MemoryStore memory;
constinit std::atomic<int> uses{0};  // that there are

class RateLimit final : public Plugin {
public:
    RateLimit(const Settings& settings, Host& host);
    ~RateLimit() override { uses.fetch_sub(1, std::memory_order_relaxed); }
    Verdict on_request(RequestContext& ctx) const override;
    void on_log(const LogContext& ctx) const override;

private:
    ratelimit::Ticks patience_of(const Settings& settings) const;
    Moment now(const Context& ctx) const;
    std::optional<Refusal> gather(RequestContext& ctx, Batch& batch) const;
    Task<Verdict> ask_elsewhere(RequestContext& ctx) const;
    Task<Verdict> wait(Taken& taken, std::chrono::nanoseconds time) const;
    Verdict unknown(RequestContext& ctx, Batch& batch) const;
    Verdict conclude(RequestContext& ctx, Batch& batch, Moment asked) const;
    Counter& figure_of_refusals(const Rule& rule) const;
    void count(Batch& batch, const Claim& tightest) const;
    void tell(RequestContext& ctx, Batch& batch, const Claim& tightest, Moment asked) const;
    Verdict refusal(const Decision& decision) const;

    Host& host_;
    std::vector<std::unique_ptr<const Rule>> rules_;
    std::unique_ptr<Store> elsewhere_;  // null: counted in memory
    Store& store_;
    std::unique_ptr<const ratelimit::regions::Registered> regions_;  // null: each gateway for itself
    std::string policy_;  // RateLimit-Policy where no tier has a say
    Mode mode_;
    ratelimit::Ticks patience_ = 0;  // longest_delay
    Absent absent_;
    bool ietf_ = false, classic_ = false, retry_after_;
    bool by_wall_clock_;
    bool holds_places_;  // has a limit of requests under way
    const ratelimit::LimitsPage::Listed listed_;  // last: it refers to the rest
};

RateLimit::RateLimit(const Settings& settings, Host& host)
    : host_{host},
      rules_{ratelimit::rules_of(settings, host)},
      elsewhere_{ratelimit::store_of(settings, host, memory, rules_.size())},
      store_{elsewhere_ ? *elsewhere_ : memory},
      regions_{ratelimit::regions::exchange_of(settings, host, ratelimit::regional_of(rules_))},
      mode_{mode_of(settings.text("mode"))},
      absent_{absent_of(settings.text("absent"))},
      retry_after_{settings.boolean("retry_after")},
      listed_{host, rules_, elsewhere_.get()} {
    for (const std::string& line : settings.texts("headers")) (line == "ietf" ? ietf_ : classic_) = true;
    const auto any = [&](auto holds) {
        return std::any_of(rules_.begin(), rules_.end(), [&](const auto& rule) { return holds(*rule); });
    };
    by_wall_clock_ = classic_ || any([](const Rule& rule) { return rule.goes_by_wall_clock(); });
    holds_places_ = any([](const Rule& rule) { return rule.kind() == Rule::Kind::concurrency; });
    if (!any([](const Rule& rule) { return !rule.own(); }))
        for (const auto& rule : rules_) add_policy(policy_, rule->quoted(), *rule->own());
    patience_ = patience_of(settings);
    if (regions_)  // also without a request: a reload may name other servers
        host.when_serving([this] { host_.post(0, [this] { regions_->attend(); }); });
    uses.fetch_add(1, std::memory_order_relaxed);
}

// How long requests may be made to wait. Throws where they cannot be.
ratelimit::Ticks RateLimit::patience_of(const Settings& settings) const {
    if (mode_ != Mode::delay) {
        if (!settings.has("longest_delay")) return 0;
        throw ConfigError{"longest_delay",
                          "expected it with the mode \"delay\" only, got the mode \"" + settings.text("mode") + '"'};
    }
    for (const auto& rule : rules_)
        if (rule->kind() == Rule::Kind::rate && rule->algorithm() != ratelimit::Algorithm::token_bucket)
            throw ConfigError{"mode", "expected \"delay\" with token buckets only, got limit \"" + rule->name() +
                                          "\" of another algorithm"};
    const auto longest = settings.has("longest_delay") ? settings.duration("longest_delay") : std::chrono::seconds{1};
    return static_cast<ratelimit::Ticks>(longest.count()) * ratelimit::ticks_per_nanosecond;
}

Moment RateLimit::now(const Context& ctx) const {
    return {ctx.now(), by_wall_clock_ ? host_.wall_clock() : ratelimit::WallTime{}};
}

// A claim for each limit that holds for this request, or why there can be none.
std::optional<Refusal> RateLimit::gather(RequestContext& ctx, Batch& batch) const {
    bool unknown = false;  // neither this rate nor a default, but perhaps the tier's quota, which comes next
    for (const auto& rule : rules_) {
        std::string& scratch = batch.scratch();
        const std::string_view key = rule->key_of(ctx, scratch);
        if (key.empty() && absent_ != Absent::share) {
            if (ctx.traced())
                ctx.trace("limit " + rule->name() + ": no " + ratelimit::describe(rule->by()) + " in this request");
            if (absent_ == Absent::skip) continue;
            figure_of_refusals(*rule).add();
            return Refusal{400, "limit_key_missing", "this request does not say against whose limit it counts"};
        }
        const auto limit = rule->limit_of(ctx);
        if (!limit && rule->kind() == Rule::Kind::quota && unknown) {
            if (ctx.traced())
                ctx.trace("limit " + rule->name() + ": no rate of its own, no tier that has one, no default");
            return Refusal{500, "limit_unknown", "the limit of this request is not known"};
        }
        unknown = !limit && rule->kind() == Rule::Kind::rate;
        if (!limit) continue;
        const auto cost = rule->cost_of(ctx);
        if (!cost) {
            figure_of_refusals(*rule).add();
            return Refusal{400, "limit_cost_wrong", "this request does not say what it costs"};
        }
        batch.add(*rule, {.name = &rule->name(),
                          .counters = &rule->counters(),
                          .limit = *limit,
                          .key = rule->key_under_limit(ctx, key, scratch),
                          .cost = *cost,
                          .patience = rule->kind() == Rule::Kind::rate ? patience_ : 0,
                          .secret = !rule->key_is_public()});
    }
    return std::nullopt;
}

Verdict RateLimit::on_request(RequestContext& ctx) const {
    if (elsewhere_) return ask_elsewhere(ctx);
    if (regions_) regions_->attend();
    Batch batch;
    if (auto refusal = gather(ctx, batch)) return mode_ == Mode::shadow ? Verdict{} : Verdict{*std::move(refusal)};
    if (batch.empty()) return {};
    const Moment asked = now(ctx);
    const Task<void> later = store_.take(batch.claims(), asked);
    return conclude(ctx, batch, asked);
}

Task<Verdict> RateLimit::ask_elsewhere(RequestContext& ctx) const {
    Batch batch;
    if (auto refusal = gather(ctx, batch))
        co_return mode_ == Mode::shadow ? Verdict{} : Verdict{*std::move(refusal)};
    if (batch.empty()) co_return Verdict{};
    const Moment asked = now(ctx);
    if (const Task<void> later = store_.take(batch.claims(), asked)) co_await later;
    Verdict verdict = batch.claims()[0].decision.unavailable ? unknown(ctx, batch) : conclude(ctx, batch, asked);
    if (verdict.pending()) co_return co_await verdict.take_later();
    co_return verdict;
}

// The store cannot be asked, and these claims are counted nowhere.
Verdict RateLimit::unknown(RequestContext& ctx, Batch& batch) const {
    const bool admitted = ratelimit::all_admitted(batch.claims());
    if (ctx.traced())
        for (const Claim& claim : batch.claims())
            ctx.trace("limit " + *claim.name + ": not known, on_error is " + (admitted ? "\"open\"" : "\"closed\""));
    if (admitted || mode_ == Mode::shadow) return {};
    return Refusal{503, "limit_unavailable", "the limit of this request cannot be checked at the moment"};
}

Verdict RateLimit::conclude(RequestContext& ctx, Batch& batch, Moment asked) const {
    const auto claims = batch.claims();
    const Claim& tightest = ratelimit::tightest(claims);
    count(batch, tightest);
    if (ctx.traced())
        for (const Claim& claim : claims) batch.rule_of(claim).explain(ctx, claim);
    const bool admitted = tightest.decision.admitted;
    std::chrono::nanoseconds delay{0};
    for (const Claim& claim : claims) delay = std::max(delay, claim.decision.delay);
    if (admitted && (holds_places_ || delay.count() > 0 || uses.load(std::memory_order_relaxed) > 1))
        ctx.state<Taken>().hold(store_, host_, claims, elsewhere_ != nullptr);
    if (mode_ == Mode::shadow) return {};
    if (ietf_ || classic_) tell(ctx, batch, tightest, asked);
    if (!admitted) return refusal(tightest.decision);
    return delay.count() > 0 ? Verdict{wait(ctx.state<Taken>(), delay)} : Verdict{};
}

// Where the client leaves meanwhile this coroutine is destroyed, and what is taken knows that it waits.
Task<Verdict> RateLimit::wait(Taken& taken, std::chrono::nanoseconds time) const {
    taken.waits = true;
    co_await host_.sleep(time);
    taken.waits = false;
    co_return Verdict{};
}

// A request that is refused is counted once, at the limit that it has to wait for.
void RateLimit::count(Batch& batch, const Claim& tightest) const {
    for (const Claim& claim : batch.claims()) {
        const Rule::Figures& figures = batch.rule_of(claim).figures();
        if (claim.decision.forgot) figures.forgotten.add();
        if (claim.decision.fresh) batch.rule_of(claim).measure();
        if (tightest.decision.admitted) figures.admitted.add();
        if (tightest.decision.admitted && claim.decision.delay.count() > 0) figures.delayed.add();
    }
    if (tightest.decision.admitted) return;
    figure_of_refusals(batch.rule_of(tightest)).add();
}

Counter& RateLimit::figure_of_refusals(const Rule& rule) const {
    return mode_ == Mode::shadow ? rule.figures().shadow_refused : rule.figures().refused;
}

// What is told as a time of day counts from the moment of the decision: with a later one a window that ends on a second
// would end on the next.
void RateLimit::tell(RequestContext& ctx, Batch& batch, const Claim& tightest, Moment asked) const {
    const auto claims = batch.claims();
    if (ietf_) {
        thread_local std::string line;  // the loop's: keeps its room
        line.clear();
        if (policy_.empty() || claims.size() != rules_.size()) {
            for (const Claim& claim : claims) add_policy(line, batch.rule_of(claim).quoted(), claim.limit);
            ctx.add_answer_header("RateLimit-Policy", line);
            line.clear();
        } else {
            ctx.add_answer_header("RateLimit-Policy", policy_);
        }
        for (const Claim& claim : claims) add_state(line, batch.rule_of(claim).quoted(), claim);
        ctx.add_answer_header("RateLimit", line);
    }
    if (classic_) {
        const auto reset = std::chrono::nanoseconds{asked.wall} + tightest.decision.reset;
        ctx.add_answer_header("X-RateLimit-Limit", Digits{tightest.limit.burst()});
        ctx.add_answer_header("X-RateLimit-Remaining", Digits{tightest.decision.remaining});
        ctx.add_answer_header("X-RateLimit-Reset", Digits{whole_seconds(reset)});
    }
}

// Waiting never helps a request that costs more than its limit ever holds: then nothing is promised.
Verdict RateLimit::refusal(const Decision& decision) const {
    if (decision.retry_after == Decision::never)
        return Refusal{429, "rate_limited", "this request costs more than its limit ever allows at once"};
    if (decision.retry_after == Decision::unknown)
        return Refusal{429, "rate_limited", "too many requests under way; try again when one of them has ended"};
    const Digits seconds{whole_seconds(decision.retry_after)};
    std::string message;
    message.reserve(64);
    message += "too many requests; try again in ";
    message += seconds;
    message += decision.retry_after > std::chrono::seconds{1} ? " seconds" : " second";
    Refusal refusal{429, "rate_limited", std::move(message)};
    if (retry_after_) refusal.with("Retry-After", seconds);
    return refusal;
}

void RateLimit::on_log(const LogContext& ctx) const {
    const Taken* taken = ctx.state_if_any<Taken>();
    if (!taken) return;
    // Every word by which a use of this plugin refuses.
    const auto reason = ctx.reason();
    if (reason == "rate_limited" || reason == "limit_unavailable" || reason == "limit_key_missing" ||
        reason == "limit_unknown" || reason == "limit_cost_wrong")
        taken->undo();
}

}  // namespace

TOLLGATE_PLUGIN(.name = "ratelimit", .summary = "refuses callers who ask more often than their limit allows",
                .fields = ratelimit::fields, .create = make<RateLimit>)
