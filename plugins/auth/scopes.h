// plugins/auth/scopes.h - Scopes: what a caller must be allowed, as OAuth 2.0 says it (RFC 6749 section 3.3).
#pragma once

#include <tollgate/settings.h>

#include <string>
#include <string_view>
#include <vector>

namespace tollgate::auth {

class Scopes {
public:
    // What `scopes` says. Throws ConfigError.
    explicit Scopes(const Settings& settings);

    // The first of them that is not in `held`, which has blanks between; "" where all are.
    std::string_view missing_in(std::string_view held) const noexcept;

    std::string sentence() const;  // for a client that lacks one
    // The challenge of a method, completed as RFC 6750 section 3.1 has it; "" for "".
    std::string challenge(const std::string& of_method) const;

private:
    std::string text() const;  // with blanks between

    std::vector<std::string> wanted_;
};

}  // namespace tollgate::auth
