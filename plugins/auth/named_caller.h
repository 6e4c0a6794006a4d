// plugins/auth/named_caller.h - NamedCaller: a caller of whom no more is known than id, owner, tier and scopes.
#pragma once

#include <tollgate/context.h>
#include <tollgate/settings.h>

#include <string>
#include <string_view>
#include <utility>

namespace tollgate::auth {

class NamedCaller final : public Caller {
public:
    // `scopes` with blanks between.
    NamedCaller(std::string id, std::string owner, std::string tier, std::string scopes = {})
        : id_{std::move(id)}, owner_{std::move(owner)}, tier_{std::move(tier)}, scopes_{std::move(scopes)} {}
    std::string_view id() const override { return id_; }
    std::string_view owner() const override { return owner_; }
    std::string_view tier() const override { return tier_; }
    std::string_view claim(std::string_view name) const override {
        return name == "scopes" ? std::string_view{scopes_} : std::string_view{};
    }

private:
    std::string id_, owner_, tier_, scopes_;
};

// The tier that `field` names, or "". Throws ConfigError where routes.lua does not declare it.
inline std::string declared_tier(const Settings& settings, const char* field) {
    if (!settings.has(field)) return {};
    std::string tier = settings.text(field);
    if (!settings.has_tier(tier)) throw ConfigError{field, "expected a tier of routes.lua, got \"" + tier + '"'};
    return tier;
}

}  // namespace tollgate::auth
