// plugins/cache/cache.cpp - the cache plugin: a request at the desk, and what its answer makes of what is kept.
#include "desk.h"
#include "fields.h"
#include "invalidation.h"

#include <tollgate/plugin.h>

#include <string>
#include <string_view>
#include <utility>

namespace tollgate::cache {

namespace {

class Cache final : public Plugin {
public:
    Cache(const Settings& settings, Host& host) : desk_{settings, host} {}
    Verdict on_request(RequestContext& ctx) const override;
    Verdict on_response(ResponseContext& ctx) const override;

private:
    std::string_view why_not_asked(RequestContext& ctx) const;
    void learn(ResponseContext& ctx, const Passing& passing) const;
    void learn_of_head(ResponseContext& ctx, const Passing& passing) const;
    void invalidate(ResponseContext& ctx) const;

    const Desk desk_;
};

// Why the cache has nothing to do with this request; "" where it has.
std::string_view Cache::why_not_asked(RequestContext& ctx) const {
    const Request& request = ctx.request();
    if (request.method() != "GET" && request.method() != "HEAD") return "its method";
    if (ctx.request_body_length() != 0) return "it has a body";
    // It may become something else than an exchange of messages. Many clients offer HTTP/2 with whatever they ask.
    const std::string_view offer = request.headers().get("Upgrade");
    if (!offer.empty() && !same(offer, "h2c")) return "it may upgrade";
    std::string scratch;
    return desk_.rules().bypass && !desk_.rules().bypass.of(ctx, scratch).empty() ? "bypass" : "";
}

Verdict Cache::on_request(RequestContext& ctx) const {
    if (const auto why = why_not_asked(ctx); !why.empty()) return desk_.pass(ctx, Way::pass, why);
    return desk_.answer(ctx);
}

Verdict Cache::on_response(ResponseContext& ctx) const {
    const Passing* passing = ctx.state_if_any<Passing>();
    if (!passing) return {};
    if (ctx.from_upstream()) learn(ctx, *passing);
    Response& response = ctx.response();
    if (desk_.rules().headers && response.status() != 101) tell(response.headers(), passing->told);
    return {};
}

// Before the answer has anything in it that is said of this request alone.
void Cache::learn(ResponseContext& ctx, const Passing& passing) const {
    const Response& response = ctx.response();
    if (passing.may_change && response.status() < 400) invalidate(ctx);
    if (!passing.asked) return;
    if (ctx.request().method() == "HEAD") {
        if (response.status() == 200) learn_of_head(ctx, passing);
        return;
    }
    const auto lines = lines_of(response.headers());
    if (judge(passing.asked->asking, response.status(), lines, desk_.rules().policy, desk_.wall()).terms)
        desk_.zone().allow(passing.asked->kind());
}

void Cache::invalidate(ResponseContext& ctx) const {
    const Request& request = ctx.request();
    const std::string origin = origin_of(request);
    const std::string_view host = std::string_view{origin}.substr(origin.find("://") + 3);
    std::size_t count = desk_.zone().purge_url(origin, request.target());
    for (const std::string& target :
         named_targets(lines_of(ctx.response().headers()), request.scheme(), host, request.path()))
        count += desk_.zone().purge_url(origin, target);
    if (ctx.traced()) ctx.trace("what is kept of this URL is not used any more: " + std::to_string(count));
}

// RFC 9111 section 4.3.5.
void Cache::learn_of_head(ResponseContext& ctx, const Passing& passing) const {
    Asked asked = *passing.asked;
    asked.lines = lines_of(ctx.request().headers());
    RedisTier* const tier = desk_.site().tier;
    const Moment begun = desk_.zone().store().now_begun(), begun_elsewhere = tier ? tier->now_begun() : Moment{};
    const Found found = desk_.look_up(asked);
    if (!found || found->status() != 200) return;
    const auto newer = lines_of(ctx.response().headers());
    const auto lines = found->head().lines();
    auto [kept, keeps, why_not] = refreshed(desk_.site(), asked, passing.asked_at, *found, newer);
    if (!keeps && is_of_the_request(why_not)) return;
    // By another key, what is there would go on being found: it is told apart by more, or is somebody's own.
    if (!keeps || kept->key() != found->key() || !head_agrees(newer, lines, found->body()->size(), desk_.wall())) {
        desk_.zone().remove(*found);
        if (tier) tier->remove(found->key());
        return;
    }
    if (tier) tier->put(kept->key(), *kept, begun_elsewhere, worth(*kept, ctx.now()));
    desk_.zone().put(std::move(kept), begun);
}

}  // namespace

}  // namespace tollgate::cache

TOLLGATE_PLUGIN(.name = "cache", .summary = "keeps answers and gives them again, as RFC 9111 has it",
                .fields = tollgate::cache::fields, .create = tollgate::make<tollgate::cache::Cache>)
