// plugins/cache/desk_sending.cpp - what is missing is sent for, once, and taken by all who wait.
#include "desk.h"

#include "use.h"

#include <utility>

namespace tollgate::cache {

namespace {

// The one who is to send for it. If he leaves before he has, those who wait are told.
class Lead {
public:
    Lead(Zone& zone, std::shared_ptr<Arriving> arriving) noexcept : zone_{zone}, arriving_{std::move(arriving)} {}
    ~Lead() {
        if (!arriving_) return;
        zone_.leave(*arriving_);
        arriving_->decline();
    }
    Lead(const Lead&) = delete;
    Lead& operator=(const Lead&) = delete;
    void passed_on() noexcept { arriving_ = nullptr; }

private:
    Zone& zone_;
    std::shared_ptr<Arriving> arriving_;
};

}  // namespace

Task<Verdict> Desk::ask(RequestContext& ctx, Asked asked, Found found) const {
    constexpr int most_turns = 3;  // to learn by what answers of this URL are told apart, and whose they are
    for (int turn = 0; turn < most_turns; ++turn) {
        if (turn > 0) {
            found = look_up(asked);
            if (auto verdict = answer_at_once(ctx, asked, found)) co_return *std::move(verdict);
            if (zone_->denied(asked.kind(), ctx.now())) break;
        }
        // To validate what is there may bring no body, and take no memory.
        const auto bringing = found ? OnTheWay::Bringing::perhaps_none : OnTheWay::Bringing::a_body;
        const auto joined = zone_->join(where(asked, found, ctx.now()), asked.url, rules_.largest, bringing);
        if (!joined.arriving && asked.directives.only_if_cached) co_return not_cached();
        if (!joined.arriving)
            co_return pass(ctx, Way::denied, "what is on its way takes all the memory", std::move(asked));
        std::shared_ptr<Handover> handover;
        Task<void> alarm, here;
        if (joined.leads) {
            Lead lead{*zone_, joined.arriving};
            if (tier_) co_await bring(asked, found);
            found = look_up(asked);  // it may have come just before
            if (auto verdict = answer_at_once(ctx, asked, found)) co_return *std::move(verdict);
            if (asked.directives.only_if_cached) co_return not_cached();
            handover = send(ctx, asked, found, joined.arriving, here);
            lead.passed_on();
        } else {
            alarm = host_.sleep(rules_.wait);
        }
        if (here) co_await here;
        if (!co_await head_came(joined.arriving, loop(), std::move(alarm))) break;
        if (auto verdict = take(ctx, asked, found, joined.arriving, handover.get())) co_return *std::move(verdict);
        if (handover) break;
    }
    if (asked.directives.only_if_cached) co_return not_cached();
    co_return pass(ctx, Way::denied, "what was sent for is not for this request", std::move(asked));
}

// Of what stands at a key: the key of what this request selects of it.
std::string Desk::selected(const Asked& asked, const std::string& key) const {
    const auto entry = zone_->find(key);
    return entry && entry->variants() ? entry->variants()->key_for(asked.lines) : key;
}

// Where what is to come would be found, so far as is known: by that those who ask for the same meet.
std::string Desk::where(const Asked& asked, const Found& found, Instant now) const {
    if (found) return std::string{found->key()};
    const bool everyones = asked.own.empty() || (asked.may_be_for_everyone && zone_->public_lately(asked.key, now));
    return selected(asked, everyones ? asked.key : asked.own);
}

// From where gateways share them: what is everybody's before what is the caller's own. All lookups together take as
// long as one may.
Task<void> Desk::bring(const Asked& asked, const Found& found) const {
    const Instant until = host_.now() + tier_->timeout();
    if (found) {
        (void)co_await bring_of(asked, std::string{found->key()}, until);
        co_return;
    }
    if (co_await bring_of(asked, selected(asked, asked.key), until) || asked.own.empty()) co_return;
    (void)co_await bring_of(asked, selected(asked, asked.own), until);
}

// What stands there, and perhaps then the one that this request selects of it. Whether it may have it.
Task<bool> Desk::bring_of(const Asked& asked, std::string key, Instant until) const {
    for (int step = 0; step < 2; ++step) {
        const auto left = until - host_.now();
        if (left <= left.zero()) co_return false;
        const auto item = co_await tier_->find(zone_->store().key_of(key), key, left);
        if (!item) co_return false;
        const auto& entry = static_cast<const Entry&>(*item);
        if (!entry.variants()) co_return entry.kept() && asked.may_have(*entry.kept());
        key = entry.variants()->key_for(asked.lines);
    }
    co_return false;
}

// Where no loop runs (a rehearsal) `here` is what has to be awaited.
std::shared_ptr<Handover> Desk::send(RequestContext& ctx, const Asked& asked, std::shared_ptr<const Kept> stale,
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

void Desk::refresh(RequestContext& ctx, const Asked& asked, const Found& found) const {
    if (ctx.request().method() != "GET") return;
    Task<void> here;
    if (auto arriving = zone_->lead(where(asked, found, ctx.now()), asked.url, rules_.largest))
        send(ctx, asked, found, std::move(arriving), here);
}

std::optional<Verdict> Desk::take(RequestContext& ctx, const Asked& asked, const Found& found,
                                   const std::shared_ptr<Arriving>& arriving, Handover* handover) const {
    const auto state = arriving->state();
    if (state == Arriving::State::failed) return take_failure(ctx, asked, found, *arriving, handover);
    const auto [head, variants] = arriving->opened();
    if (state == Arriving::State::declined || !head)
        return handover ? take_handover(ctx, asked, found, *handover) : std::nullopt;
    const bool selected = !variants || variants->key_for(asked.lines) == head->key();
    if (!handover && !(selected && asked.may_have(*head))) return std::nullopt;
    if (!handover) coalesced_.add();
    Response response = head->body() ? give(ctx, asked, *head, Way::revalidated)
                                     : give_arriving(ctx, asked, arriving, *head, found ? Way::expired : Way::miss,
                                                     handover != nullptr);
    if (!response) return std::nullopt;
    if (handover)
        for (const auto& [name, value] : handover->lines) response.headers().add(name, value);
    return response;
}

// Null where its beginning has passed.
Response Desk::give_arriving(RequestContext& ctx, const Asked& asked, const std::shared_ptr<Arriving>& arriving,
                             const Kept& head, Way way, bool sent_for) const {
    const Told told{.way = way, .fresh_for = {}, .stored = true, .collapsed = !sent_for};
    Response response = answer_of(arriving, head, recipient(ctx, asked, told), loop());
    if (!response) return response;
    if (ctx.traced())
        ctx.trace(std::string{word(way)} + (sent_for ? ", kept from now on" : ", another request had sent for it"));
    count(way);
    return response;
}

std::optional<Verdict> Desk::take_failure(RequestContext& ctx, const Asked& asked, const Found& found,
                                          const Arriving& arriving, Handover* handover) const {
    if (found && answers_errors(*found, asked.directives, ctx.now()))
        return give(ctx, asked, *found, Way::stale);
    if (handover && handover->answer) return take_handover(ctx, asked, found, *handover);
    if (const auto failure = arriving.failure()) {
        count(found ? Way::expired : Way::miss);
        std::rethrow_exception(failure);
    }
    return std::nullopt;
}

std::optional<Verdict> Desk::take_handover(RequestContext& ctx, const Asked& asked, const Found& found,
                                            Handover& handover) const {
    if (handover.kept) return give(ctx, asked, *handover.kept, Way::revalidated);
    const Way way = found ? Way::expired : Way::miss;
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
    if (rules_.headers) tell(handover.answer.headers(), told);
    return std::move(handover.answer);
}

}  // namespace tollgate::cache
