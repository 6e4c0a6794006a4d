// plugins/cache/desk.cpp - what is kept, looked up and given; who has to wait goes to desk_sending.cpp.
#include "desk.h"

#include "invalidation.h"
#include "use.h"

#include <cstdlib>
#include <utility>

namespace tollgate::cache {

namespace {

class HostLoop final : public Loop {
public:
    HostLoop(Host& host, std::size_t number) noexcept : host_{host}, number_{number} {}
    Instant now() const override { return host_.now(); }
    Task<void> sleep(std::chrono::nanoseconds time) override { return host_.sleep(time); }
    void post(std::function<void()> work) override { host_.post(number_, std::move(work)); }

private:
    Host& host_;
    const std::size_t number_;
};

}  // namespace

Desk::Desk(const Settings& settings, Host& host)
    : host_{host},
      rules_{settings},
      zone_{zone_of(host, rules_)},
      use_{zone_, rules_.memory},
      coalesced_{host.counter("coalesced_total", "requests that were answered by what another one had sent for",
                              {{"cache", cache_name(rules_)}})},
      form_{[&host] {
          return KeptForm::Now{host.now(),
                               std::chrono::duration_cast<Milliseconds>(host.wall_clock().time_since_epoch())};
      }},
      tier_{tier_of(settings, host, cache_name(rules_), zone_, form_)},
      site_{host_, rules_, *zone_,
            host.counter("stored_total", "answers that were stored", {{"cache", cache_name(rules_)}}), tier_.get()} {
    host.when_serving([this] { use_.come_into_force(); });
    for (std::size_t loop = 0; loop <= host.loop_count(); ++loop)
        loops_.push_back(std::make_unique<HostLoop>(host, loop));
    for (std::size_t way = 0; way < ways; ++way)
        ways_[way] = &host.counter("requests_total", "requests, by what became of them",
                                   {{"cache", cache_name(rules_)}, {"result", word(static_cast<Way>(way))}});
}

Verdict Desk::answer(RequestContext& ctx) const {
    if (tier_) tier_->attend();
    Asked asked{rules_, ctx};
    Found found = look_up(asked);
    if (auto verdict = answer_at_once(ctx, asked, found)) return *std::move(verdict);
    const bool only_if_cached = asked.directives.only_if_cached;
    if (only_if_cached && !tier_) return not_cached();
    if (ctx.request().method() == "HEAD" && !only_if_cached)
        return pass(ctx, Way::pass, "nothing fresh is kept, and a HEAD brings nothing to keep", std::move(asked));
    if (asked.asking.no_store && only_if_cached) return not_cached();
    if (asked.asking.no_store) return pass(ctx, Way::pass, "no-store of the request");
    if (!only_if_cached && zone_->denied(asked.kind(), ctx.now()))
        return pass(ctx, Way::denied, "its answers are not kept, as was seen lately", std::move(asked));
    return ask(ctx, std::move(asked), std::move(found));
}

Verdict Desk::pass(RequestContext& ctx, Way way, std::string_view why, std::optional<Asked> asked) const {
    count(way);
    if (ctx.traced()) ctx.trace("passes by: " + std::string{why});
    auto& passing = ctx.state<Passing>();
    passing.told.way = way;
    passing.asked_at = ctx.now();
    passing.may_change = !is_safe(ctx.request().method());
    passing.asked = std::move(asked);
    return {};
}

Found Desk::look_up(const Asked& asked) const {
    for (const std::string* key : {&asked.key, &asked.own}) {
        if (key->empty()) continue;
        auto entry = zone_->find(*key);
        if (entry && entry->variants()) entry = zone_->find(entry->variants()->key_for(asked.lines));
        if (entry && entry->kept() && asked.may_have(*entry->kept()))
            return std::static_pointer_cast<const Kept>(std::move(entry));
    }
    return {};
}

Recipient Desk::recipient(const Context& ctx, const Asked& asked, const Told& told) const {
    return {asked, ctx.now(), wall(), told, rules_.headers};
}

Response Desk::give(RequestContext& ctx, const Asked& asked, const Kept& kept, Way way) const {
    count(way);
    const Milliseconds left = kept.fresh_for(ctx.now());
    if (ctx.traced()) {
        const std::string age = std::to_string(kept.age(ctx.now()).count() / 1000);
        const std::string rest = std::to_string(std::abs(left.count()) / 1000);
        ctx.trace(std::string{word(way)} + ", " + age + " s old, " +
                  (left.count() > 0 ? "fresh for " + rest + " more" : "stale for " + rest));
    }
    const Told told{.way = way, .fresh_for = left};
    return answer_of(kept, recipient(ctx, asked, told));
}

std::optional<Verdict> Desk::answer_at_once(RequestContext& ctx, const Asked& asked, const Found& found) const {
    if (!found) return std::nullopt;
    switch (use_of(*found, asked.directives, ctx.now())) {
        case Use::fresh: return give(ctx, asked, *found, Way::hit);
        case Use::stale: return give(ctx, asked, *found, Way::stale);
        case Use::stale_and_refresh: refresh(ctx, asked, found); return give(ctx, asked, *found, Way::stale);
        case Use::validate: break;
    }
    return std::nullopt;
}

}  // namespace tollgate::cache
