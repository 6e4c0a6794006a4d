// plugins/cache/cache.cpp - the cache plugin: answers what it has, sends for what it lacks.
#include "answers.h"
#include "fetch.h"
#include "fields.h"
#include "invalidation.h"
#include "pages.h"
#include "use.h"

#include <tollgate/plugin.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tollgate::cache {

namespace {

class HostLoop final : public Loop {
public:
    HostLoop(Host& host, std::size_t number) noexcept : host_{host}, number_{number} {}
    void post(std::function<void()> work) override { host_.post(number_, std::move(work)); }

private:
    Host& host_;
    const std::size_t number_;
};

// A request that walks on.
struct Passing {
    Told told;
    bool may_change = false;     // what it is about: an unsafe method
    std::optional<Asked> asked;  // where its answer may teach something of what is kept
};

struct Found {
    std::shared_ptr<const Kept> kept;  // may be stale; null: nothing that this request may have
    std::string key;                   // where what is sent for is to be found, so far as is known
};

class Cache final : public Plugin {
public:
    Cache(const Settings& settings, Host& host);
    Verdict on_request(RequestContext& ctx) const override;
    Verdict on_response(ResponseContext& ctx) const override;

private:
    std::string_view why_not_asked(RequestContext& ctx) const;
    Verdict pass(RequestContext& ctx, Way way, std::string_view why, std::optional<Asked> asked = {}) const;
    Found look_up(const Asked& asked) const;
    Recipient recipient(const Context& ctx, const Asked& asked, const Told& told) const;
    Verdict give(RequestContext& ctx, const Asked& asked, const Kept& kept, Way way) const;
    std::optional<Verdict> answer_at_once(RequestContext& ctx, const Asked& asked, const Found& found) const;
    Task<Verdict> ask(RequestContext& ctx, Asked asked, Found found) const;
    std::shared_ptr<Handover> send(RequestContext& ctx, const Asked& asked, std::shared_ptr<const Kept> stale,
                                   std::shared_ptr<Arriving> arriving, Task<void>& here) const;
    void refresh(RequestContext& ctx, const Asked& asked, const Found& found) const;
    std::optional<Verdict> take(RequestContext& ctx, const Asked& asked, const Found& found,
                                const std::shared_ptr<Arriving>& arriving, Handover* handover) const;
    std::optional<Verdict> take_failure(RequestContext& ctx, const Asked& asked, const Found& found, Arriving& arriving,
                                        Handover* handover) const;
    std::optional<Verdict> take_handover(RequestContext& ctx, const Asked& asked, const Found& found,
                                         Handover& handover) const;
    Verdict tell_own(Response response, Told told) const;
    void learn_of_head(ResponseContext& ctx, const Asked& asked) const;
    void invalidate(ResponseContext& ctx) const;
    Loop& loop() const { return *loops_[host_.this_loop()]; }
    Seconds wall() const { return wall_clock(host_); }
    void count(Way way) const { ways_[static_cast<std::size_t>(way)]->add(); }

    Host& host_;
    const Rules rules_;
    const std::shared_ptr<Zone> zone_;
    std::vector<std::unique_ptr<Loop>> loops_;
    std::array<Counter*, ways> ways_{};
    Counter& coalesced_;
    const Site site_;
};

Cache::Cache(const Settings& settings, Host& host)
    : host_{host},
      rules_{settings},
      zone_{zone_of(host, rules_)},
      coalesced_{host.counter("coalesced_total", "requests that were answered by what another one had sent for",
                              {{"cache", cache_name(rules_)}})},
      site_{host_, rules_, *zone_,
            host.counter("stored_total", "answers that were stored", {{"cache", cache_name(rules_)}})} {
    for (std::size_t loop = 0; loop <= host.loop_count(); ++loop)
        loops_.push_back(std::make_unique<HostLoop>(host, loop));
    for (std::size_t way = 0; way < ways; ++way)
        ways_[way] = &host.counter("requests_total", "requests, by what became of them",
                                   {{"cache", cache_name(rules_)}, {"result", word(static_cast<Way>(way))}});
}

// Walking on -----------------------------------------------------------------------------------------------------

Verdict Cache::pass(RequestContext& ctx, Way way, std::string_view why, std::optional<Asked> asked) const {
    count(way);
    if (ctx.traced()) ctx.trace("passes by: " + std::string{why});
    auto& passing = ctx.state<Passing>();
    passing.told.way = way;
    passing.may_change = !is_safe(ctx.request().method());
    passing.asked = std::move(asked);
    return {};
}

// Why the cache has nothing to do with this request; "" where it has.
std::string_view Cache::why_not_asked(RequestContext& ctx) const {
    const Request& request = ctx.request();
    if (request.method() != "GET" && request.method() != "HEAD") return "its method";
    if (ctx.request_body_length() != 0) return "it has a body";
    std::string scratch;
    return rules_.bypass && !rules_.bypass.of(ctx, scratch).empty() ? "bypass" : "";
}

// What is kept ---------------------------------------------------------------------------------------------------

Found Cache::look_up(const Asked& asked) const {
    Found found;
    for (const std::string* key : {&asked.key, &asked.own}) {
        if (key->empty()) continue;
        auto entry = zone_->find(*key);
        found.key = *key;
        if (entry && entry->variants()) {
            found.key = entry->variants()->key_for(asked.lines);
            entry = zone_->find(found.key);
        }
        if (!entry || !entry->kept() || !asked.may_have(*entry->kept())) continue;
        found.kept = std::static_pointer_cast<const Kept>(std::move(entry));
        return found;
    }
    return found;
}

Recipient Cache::recipient(const Context& ctx, const Asked& asked, const Told& told) const {
    return {asked, ctx.now(), wall(), told, rules_.headers};
}

Verdict Cache::give(RequestContext& ctx, const Asked& asked, const Kept& kept, Way way) const {
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

std::optional<Verdict> Cache::answer_at_once(RequestContext& ctx, const Asked& asked, const Found& found) const {
    if (!found.kept) return std::nullopt;
    switch (use_of(*found.kept, asked.directives, ctx.now())) {
        case Use::fresh: return give(ctx, asked, *found.kept, Way::hit);
        case Use::stale: return give(ctx, asked, *found.kept, Way::stale);
        case Use::stale_and_refresh: refresh(ctx, asked, found); return give(ctx, asked, *found.kept, Way::stale);
        case Use::validate: break;
    }
    return std::nullopt;
}

// The doors ------------------------------------------------------------------------------------------------------

Verdict Cache::on_request(RequestContext& ctx) const {
    if (const auto why = why_not_asked(ctx); !why.empty()) return pass(ctx, Way::pass, why);
    Asked asked{rules_, ctx};
    Found found = look_up(asked);
    if (auto verdict = answer_at_once(ctx, asked, found)) return *std::move(verdict);
    if (asked.directives.only_if_cached)
        return Refusal{504, "not_cached", "the request asks for what is kept only, and there is nothing that may be used"};
    if (ctx.request().method() == "HEAD") return pass(ctx, Way::pass, "nothing fresh is kept, and a HEAD brings nothing to keep", std::move(asked));
    if (asked.asking.no_store) return pass(ctx, Way::pass, "no-store of the request");
    if (zone_->denied(asked.kind(), ctx.now()))
        return pass(ctx, Way::denied, "its answers are not kept, as was seen lately", std::move(asked));
    return ask(ctx, std::move(asked), std::move(found));
}

Verdict Cache::on_response(ResponseContext& ctx) const {
    const Passing* passing = ctx.state_if_any<Passing>();
    if (!passing) return {};
    Response& response = ctx.response();
    if (rules_.headers && response.status() != 101) tell(response.headers(), passing->told);
    if (!ctx.from_upstream()) return {};
    if (passing->may_change && response.status() < 400) invalidate(ctx);
    if (!passing->asked) return {};
    if (ctx.request().method() == "HEAD") {
        if (response.status() == 200) learn_of_head(ctx, *passing->asked);
    } else if (judge(passing->asked->asking, response.status(), lines_of(response.headers()), rules_.policy, wall()).terms) {
        zone_->allow(passing->asked->kind());
    }
    return {};
}

void Cache::invalidate(ResponseContext& ctx) const {
    const Request& request = ctx.request();
    const std::string origin = origin_of(request);
    const std::string_view host = std::string_view{origin}.substr(origin.find("://") + 3);
    std::size_t count = zone_->purge_url(origin, request.target());
    for (const std::string& target :
         named_targets(lines_of(ctx.response().headers()), request.scheme(), host, request.path()))
        count += zone_->purge_url(origin, target);
    if (ctx.traced()) ctx.trace("what is kept of this URL is not used any more: " + std::to_string(count));
}

// RFC 9111 section 4.3.5.
void Cache::learn_of_head(ResponseContext& ctx, const Asked& remembered) const {
    Asked asked = remembered;
    asked.lines = lines_of(ctx.request().headers());
    const Moment begun = zone_->store().now_begun();
    const Found found = look_up(asked);
    if (!found.kept || found.kept->status() != 200) return;
    const auto newer = lines_of(ctx.response().headers());
    const auto lines = found.kept->head().lines();
    if (!head_agrees(newer, lines, found.kept->body()->size(), wall())) {
        zone_->remove(*found.kept);
        return;
    }
    auto [kept, keeps] = refreshed(site_, asked, ctx.now(), *found.kept, newer);
    if (keeps) zone_->put(std::move(kept), begun);
}

// Sending for what is missing --------------------------------------------------------------------------------------

Task<Verdict> Cache::ask(RequestContext& ctx, Asked asked, Found found) const {
    constexpr int most_turns = 3;  // to learn by what answers of this URL are told apart, and whose they are
    for (int turn = 0; turn < most_turns; ++turn) {
        if (turn > 0) {
            found = look_up(asked);
            if (auto verdict = answer_at_once(ctx, asked, found)) co_return *std::move(verdict);
            if (zone_->denied(asked.kind(), ctx.now())) break;
        }
        const auto joined = zone_->join(found.key, asked.url, rules_.largest);
        if (!joined.arriving) break;
        const Arriving::Coming coming{joined.arriving};
        std::shared_ptr<Handover> handover;
        Task<void> alarm, here;
        if (joined.leads) {
            found = look_up(asked);  // it may have come just before
            if (auto verdict = answer_at_once(ctx, asked, found)) {
                zone_->leave(*joined.arriving);
                joined.arriving->decline();
                co_return *std::move(verdict);
            }
            handover = send(ctx, asked, found.kept, joined.arriving, here);
        } else {
            alarm = host_.sleep(rules_.wait);
        }
        if (here) co_await here;
        if (!co_await head_came(joined.arriving, loop(), std::move(alarm))) break;
        if (auto verdict = take(ctx, asked, found, joined.arriving, handover.get())) co_return *std::move(verdict);
        if (handover) break;
    }
    co_return pass(ctx, Way::denied, "what was sent for is not for this request", std::move(asked));
}

// Where no loop runs (a rehearsal) `here` is what has to be awaited.
std::shared_ptr<Handover> Cache::send(RequestContext& ctx, const Asked& asked, std::shared_ptr<const Kept> stale,
                                      std::shared_ptr<Arriving> arriving, Task<void>& here) const {
    auto fetch = std::make_unique<Fetch>(site_, loop(), std::move(arriving), asked, ctx.request().headers(),
                                         std::move(stale), ctx.now());
    auto handover = fetch->handover();
    auto errand = ctx.errand();
    fetch->prepare(errand->request());
    auto task = Fetch::run(std::move(errand), std::move(fetch));
    if (host_.this_loop() < host_.loop_count()) host_.spawn(std::move(task));
    else here = std::move(task);
    return handover;
}

void Cache::refresh(RequestContext& ctx, const Asked& asked, const Found& found) const {
    if (ctx.request().method() != "GET") return;
    const auto joined = zone_->join(found.key, asked.url, rules_.largest);
    Task<void> here;
    if (joined.leads) send(ctx, asked, found.kept, joined.arriving, here);
}

std::optional<Verdict> Cache::take(RequestContext& ctx, const Asked& asked, const Found& found,
                                   const std::shared_ptr<Arriving>& arriving, Handover* handover) const {
    const auto state = arriving->state();
    if (state == Arriving::State::failed) return take_failure(ctx, asked, found, *arriving, handover);
    const auto [head, variants] = arriving->opened();
    if (state == Arriving::State::declined || !head)
        return handover ? take_handover(ctx, asked, found, *handover) : std::nullopt;
    const bool selected = !variants || variants->key_for(asked.lines) == head->key();
    if (!handover && !(selected && asked.may_have(*head))) return std::nullopt;
    if (!handover) coalesced_.add();
    if (head->body()) return give(ctx, asked, *head, Way::revalidated);
    const Way way = found.kept ? Way::expired : Way::miss;
    const Told told{.way = way, .fresh_for = {}, .stored = true, .collapsed = !handover};
    Response response = answer_of(arriving, *head, recipient(ctx, asked, told), loop());
    if (!response) return std::nullopt;
    if (ctx.traced()) ctx.trace(std::string{word(way)} + (handover ? ", kept from now on" : ", another request had sent for it"));
    if (handover)
        for (const auto& [name, value] : handover->lines) response.headers().add(name, value);
    count(way);
    return response;
}

std::optional<Verdict> Cache::take_failure(RequestContext& ctx, const Asked& asked, const Found& found,
                                           Arriving& arriving, Handover* handover) const {
    if (found.kept && answers_errors(*found.kept, asked.directives, ctx.now()))
        return give(ctx, asked, *found.kept, Way::stale);
    if (handover && handover->answer) return take_handover(ctx, asked, found, *handover);
    if (const auto failure = arriving.failure()) {
        count(found.kept ? Way::expired : Way::miss);
        std::rethrow_exception(failure);
    }
    return std::nullopt;
}

std::optional<Verdict> Cache::take_handover(RequestContext& ctx, const Asked& asked, const Found& found,
                                            Handover& handover) const {
    if (handover.kept) return give(ctx, asked, *handover.kept, Way::revalidated);
    const Way way = found.kept ? Way::expired : Way::miss;
    if (handover.failure) {
        count(way);
        std::rethrow_exception(handover.failure);
    }
    if (!handover.answer) return std::nullopt;
    // Too long to be kept, perhaps: its client wants a part of it, and may have just that by going itself.
    if (asked.wants_part && handover.answer.headers().get("Accept-Ranges") == "bytes") return std::nullopt;
    count(way);
    if (ctx.traced()) ctx.trace(std::string{word(way)} + ", not kept");
    const Told told{.way = way, .fresh_for = {}, .upstream_status = handover.answer.status()};
    return tell_own(std::move(handover.answer), told);
}

Verdict Cache::tell_own(Response response, Told told) const {
    if (rules_.headers) tell(response.headers(), told);
    return response;
}

}  // namespace

}  // namespace tollgate::cache

TOLLGATE_PLUGIN(.name = "cache", .summary = "keeps answers and gives them again, as RFC 9111 has it",
                .fields = tollgate::cache::fields, .create = tollgate::make<tollgate::cache::Cache>)
