// plugins/auth/pass_on.h - PassOn: what the upstream is told of the caller, in headers that no client can forge.
#pragma once

#include <tollgate/context.h>
#include <tollgate/host.h>
#include <tollgate/settings.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::auth {

class PassOn {
public:
    // What `pass_on` says. No client may send those headers, on whatever route: the gateway sees to that, but for those
    // that may hold a credential, which auth has to read. Throws ConfigError.
    PassOn(const Settings& settings, Host& host);

    // Removes those headers, also where '_' stands for '-' (what CGI and its heirs hand on under one name), and adds
    // them anew with what is known of the caller; null: nothing is.
    void apply(Request& request, const Caller* caller) const;

private:
    enum class Fact : std::uint8_t { id, owner, tier, scopes, claim };
    struct Line {
        std::string header;
        Fact fact;
        std::string claim;
    };
    static Line line_of(const std::string& text);
    static std::string_view value_of(const Line& line, const Caller& caller);

    std::vector<Line> lines_;
};

}  // namespace tollgate::auth
