// plugins/auth/anonymous.h - Anonymous: a caller whom no use has known yet, and by which ways in it has been let pass.
#pragma once

#include <tollgate/context.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollgate::auth {

// Without an id: a later use may still find out who asks. If that one refuses, the client is told of every way in that
// it was offered (RFC 9110 section 11.6.1), each with a challenge of its own.
class Anonymous final : public Caller {
public:
    Anonymous(std::string tier, std::vector<std::string> challenges)
        : tier_{std::move(tier)}, challenges_{std::move(challenges)} {}
    std::string_view id() const override { return {}; }
    std::string_view owner() const override { return {}; }
    std::string_view tier() const override { return tier_.empty() ? std::string_view{} : tier_; }
    const std::vector<std::string>& challenges() const noexcept { return challenges_; }

    // Of the request, so far; null where there is none.
    static const Anonymous* of(const Context& ctx) noexcept {
        return dynamic_cast<const Anonymous*>(ctx.caller().get());
    }

private:
    const std::string tier_;
    const std::vector<std::string> challenges_;
};

}  // namespace tollgate::auth
