// plugins/auth/auth.cpp - the auth plugin: who is asking, by the method that a use names, and whether that will do.
#include "anonymous.h"
#include "basic_method.h"
#include "certificate_method.h"
#include "fields.h"
#include "ip_method.h"
#include "jwt_method.h"
#include "key_method.h"
#include "last_word.h"
#include "method.h"
#include "named_caller.h"
#include "pass_on.h"
#include "scopes.h"
#include "signature_method.h"

#include <tollgate/plugin.h>

#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace tollgate;

namespace {

using auth::Denial;
using auth::Finding;
using auth::Method;

std::unique_ptr<Method> make_method(const std::string& name, const Settings& settings, Host& host) {
    auth::expect_fields_of(name, settings);
    if (name == "jwt") return auth::make_jwt_method(settings, host);
    if (name == "basic") return auth::make_basic_method(settings, host);
    if (name == "certificate") return auth::make_certificate_method(settings, host);
    if (name == "ip") return auth::make_ip_method(settings, host);
    if (name == "signature") return auth::make_signature_method(settings, host);
    return auth::make_key_method(settings, host);
}

std::string or_none(std::string_view text) { return text.empty() ? "none" : '"' + std::string{text} + '"'; }

std::string name_of(const Caller& caller) {
    return std::string{caller.id()} + " (owner " + or_none(caller.owner()) + ')';
}

class Auth final : public Plugin {
public:
    Auth(const Settings& settings, Host& host)
        : host_{host}, name_{settings.text("method")}, where_{settings.where()},
          method_{make_method(name_, settings, host)},
          optional_{settings.boolean("optional")}, hide_{settings.boolean("hide")},
          anonymous_{anonymous_of(settings, method_->challenge())},
          scopes_{settings}, last_word_{settings}, pass_on_{settings, host},
          tier_unknown_{host, name_, "tier_unknown",
                        {500, "tier_unknown", "the tier of this caller is not configured"}},
          scope_missing_{host, name_, "scope_missing", {403, "scope_missing", scopes_.sentence()},
                         scopes_.challenge(method_->challenge())},
          forbidden_{host, name_, "forbidden", {403, "forbidden", "this caller may not do this"}},
          accepted_count_{auth::outcome_counter(host, name_, "accepted")},
          anonymous_count_{auth::outcome_counter(host, name_, "anonymous")} {}

    Verdict on_request(RequestContext& ctx) const override {
        if (method_->identifies() && ctx.caller() && !ctx.caller()->id().empty()) return already_known(ctx);
        Finding finding = method_->find(ctx);
        if (finding.later) return concluded_later(ctx, std::move(finding.later));
        return concluded(ctx, std::move(finding));
    }

private:
    // A use before this one has found out. What this one would have read is still no business of the upstream's.
    Verdict already_known(RequestContext& ctx) const {
        if (hide_) method_->hide(ctx.request());
        if (const Denial* bar = method_->bar(ctx)) {
            if (ctx.traced()) ctx.trace("the caller is known already, but the address is denied");
            return bar->refuse();
        }
        if (ctx.traced()) ctx.trace("the caller is known already");
        if (auto objection = objection_to(ctx, *ctx.caller())) return *std::move(objection);
        pass_on_.apply(ctx.request(), ctx.caller().get());
        return {};
    }

    // What a caller must have holds whoever found out who it is: a route's scopes also where `always` has.
    std::optional<Verdict> objection_to(RequestContext& ctx, const Caller& caller) const {
        if (const std::string_view missing = scopes_.missing_in(caller.claim("scopes")); !missing.empty()) {
            if (ctx.traced()) ctx.trace(name_of(caller) + " lacks the scope \"" + std::string{missing} + '"');
            return scope_missing_.refuse();
        }
        if (!last_word_.allows(ctx)) return forbidden(ctx);
        return std::nullopt;
    }

    Task<Verdict> concluded_later(RequestContext& ctx, Task<Finding> later) const {
        co_return concluded(ctx, co_await later);
    }

    Verdict concluded(RequestContext& ctx, Finding&& finding) const {
        // Also where it is refused: a key with a slip of the finger has no business in a log.
        if (hide_ && !finding.absent) method_->hide(ctx.request());
        if (finding.caller) return let_in(ctx, std::move(finding.caller));
        if (finding.passes) return no_objection(ctx);
        if (finding.absent && optional_) return let_pass(ctx, finding.why);
        if (ctx.traced()) ctx.trace(finding.absent ? finding.why + ", and one is required" : finding.why);
        Refusal refusal = finding.denial->refuse();
        if (const auto* before = auth::Anonymous::of(ctx); before && refusal.status() == 401)
            for (const std::string& challenge : before->challenges()) refusal.with("WWW-Authenticate", challenge);
        return refusal;
    }

    Verdict no_objection(RequestContext& ctx) const {
        if (!last_word_.allows(ctx)) return forbidden(ctx);
        accepted_count_.add();
        pass_on_.apply(ctx.request(), ctx.caller().get());
        if (ctx.traced()) ctx.trace("nothing is said against this request");
        return {};
    }

    Verdict forbidden(RequestContext& ctx) const {
        if (ctx.traced()) ctx.trace("allow says no");
        return forbidden_.refuse();
    }

    Verdict let_pass(RequestContext& ctx, const std::string& why) const {
        anonymous_count_.add();
        ctx.set_caller(anonymous_after(auth::Anonymous::of(ctx)));
        pass_on_.apply(ctx.request(), ctx.caller().get());
        if (ctx.traced()) ctx.trace(why + ": passes as anonymous");
        return {};
    }

    Verdict let_in(RequestContext& ctx, std::shared_ptr<const Caller> known) const {
        const Caller& caller = *known;
        ctx.set_caller(std::move(known));
        if (!caller.tier().empty() && !ctx.tier(caller.tier())) return without_tier(ctx, caller);
        if (auto objection = objection_to(ctx, caller)) return *std::move(objection);
        accepted_count_.add();
        pass_on_.apply(ctx.request(), &caller);
        if (ctx.traced())
            ctx.trace("caller " + name_of(caller) + ", tier " + or_none(caller.tier()),
                      {{"caller", caller.id()}, {"owner", caller.owner()}, {"tier", caller.tier()}});
        return {};
    }

    // Not let in with no tier at all: a limit by tier would not hold, and nobody would notice. A key file's tiers are
    // seen to when it is read; a token may say anything.
    Verdict without_tier(RequestContext& ctx, const Caller& caller) const {
        const std::string what =
            "tier \"" + std::string{caller.tier()} + "\" of " + name_of(caller) + " is no tier of routes.lua";
        if (ctx.traced()) ctx.trace(what);
        const std::lock_guard lock{warned_mutex_};
        if (warned_.size() < most_warnings && warned_.emplace(caller.tier()).second)
            host_.log(Level::warning, where_ + ": " + what + "; its requests are refused");
        return tier_unknown_.refuse();
    }

    static std::shared_ptr<const auth::Anonymous> anonymous_of(const Settings& settings, std::string challenge) {
        std::string tier = auth::declared_tier(settings, "anonymous_tier");
        if (!tier.empty() && !settings.boolean("optional"))
            throw ConfigError{"anonymous_tier", "expected optional = true beside it"};
        std::vector<std::string> challenges;
        if (!challenge.empty()) challenges.push_back(std::move(challenge));
        return std::make_shared<auth::Anonymous>(std::move(tier), std::move(challenges));
    }

    // The tier is that of the last use that has one, the challenges are everybody's.
    std::shared_ptr<const auth::Anonymous> anonymous_after(const auth::Anonymous* before) const {
        if (!before) return anonymous_;
        std::vector<std::string> challenges = before->challenges();
        for (const std::string& mine : anonymous_->challenges()) challenges.push_back(mine);
        const std::string_view tier = anonymous_->tier().empty() ? before->tier() : anonymous_->tier();
        return std::make_shared<auth::Anonymous>(std::string{tier}, std::move(challenges));
    }

    static constexpr std::size_t most_warnings = 100;  // tokens may name as many tiers as they like

    Host& host_;
    const std::string name_, where_;
    const std::unique_ptr<const Method> method_;
    const bool optional_, hide_;
    const std::shared_ptr<const auth::Anonymous> anonymous_;  // whoever passes here first
    const auth::Scopes scopes_;
    const auth::LastWord last_word_;
    const auth::PassOn pass_on_;
    const Denial tier_unknown_, scope_missing_, forbidden_;
    Counter &accepted_count_, &anonymous_count_;
    mutable std::mutex warned_mutex_;  // only where the configuration is wrong, and then once a request
    mutable std::set<std::string, std::less<>> warned_;
};

}  // namespace

TOLLGATE_PLUGIN(.name = "auth", .summary = "finds out who is asking, and lets in who may", .fields = auth::all_fields,
                .create = make<Auth>)
