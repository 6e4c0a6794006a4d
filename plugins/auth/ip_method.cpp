// plugins/auth/ip_method.cpp - networks that are let in and networks that are not.
#include "ip_method.h"

#include "ip/networks.h"
#include "named_caller.h"

#include <optional>
#include <string>

namespace tollgate::auth {

namespace {

class IpMethod final : public Method {
public:
    IpMethod(const Settings& settings, Host& host)
        : tier_{declared_tier(settings, "tier")},
          denied_{host, "ip", "denied", {403, "ip_denied", "this address may not ask here"}} {
        add(settings, "allow_from", true);
        add(settings, "deny_from", false);
        if (networks_.empty()) throw ConfigError{"allow_from", "expected networks here or in deny_from, got none"};
        others_ = !settings.has("allow_from");
        // A bar that lets pass whom it bars, or asks for scopes where nobody has any.
        if (tier_.empty() && settings.boolean("optional"))
            throw ConfigError{"optional", "expected false, or a tier: without one, method \"ip\" is no way in"};
        if (settings.has("scopes")) throw ConfigError{"scopes", "expected nothing: an address has no scopes"};
    }

    Finding find(RequestContext& ctx) const override {
        const auto listed = found(ctx);
        const auto why = [&](const char* what) {
            return ctx.traced() ? "the address " + std::string{ctx.client_ip()} + what : std::string{};
        };
        // Who is denied by name may not go on to the next way in either.
        if (listed && !*listed) return Finding::denied(denied_, why(" is in a network of deny_from"));
        if (!listed && !others_) return Finding::missing(denied_, why(" is in no network of allow_from"));
        if (tier_.empty()) return Finding::no_objection();
        return Finding::of(std::make_shared<NamedCaller>("ip-" + std::string{ctx.client_ip()}, "", tier_));
    }
    // With a tier it is a way in, and else a bar on all ways; deny_from is one in any case.
    bool identifies() const noexcept override { return !tier_.empty(); }
    const Denial* bar(const RequestContext& ctx) const override {
        const auto listed = found(ctx);
        return listed && !*listed ? &denied_ : nullptr;
    }

private:
    std::optional<bool> found(const RequestContext& ctx) const {
        const auto address = ip::address_of(ctx.client_ip());
        return address ? networks_.find(*address) : std::nullopt;
    }
    void add(const Settings& settings, const char* field, bool allowed) {
        if (!settings.has(field)) return;
        for (const std::string& text : settings.texts(field)) {
            const auto network = ip::Network::parse(text);
            if (!network)
                throw ConfigError{field, "expected an address or a network (\"10.0.0.0/8\") without bits beyond its "
                                         "prefix, got \"" + text + '"'};
            if (!networks_.add(*network, allowed))
                throw ConfigError{field, "expected each network once, got \"" + text + "\" again"};
        }
    }

    ip::Networks networks_;
    bool others_ = false;  // whether those in no network are let in
    const std::string tier_;
    const Denial denied_;
};

}  // namespace

std::unique_ptr<Method> make_ip_method(const Settings& settings, Host& host) {
    return std::make_unique<IpMethod>(settings, host);
}

}  // namespace tollgate::auth
