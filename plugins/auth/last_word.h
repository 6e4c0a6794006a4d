// plugins/auth/last_word.h - LastWord: the function of routes.lua that says whether a caller may go on.
#pragma once

#include <tollgate/context.h>
#include <tollgate/settings.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace tollgate::auth {

class LastWord {
public:
    // What `allow` says. Throws ConfigError.
    explicit LastWord(const Settings& settings) {
        if (!settings.has("allow")) return;
        function_ = settings.value("allow");
        if (function_.kind() != "function")
            throw ConfigError{"allow", "expected a function, got " + function_.describe()};
    }

    // Throws what the function throws, and where it returns neither true nor false: a text that says "no" is no yes.
    bool allows(const Context& ctx) const {
        if (!function_) return true;
        std::string scratch;
        const std::string_view said = function_.of(ctx, scratch);
        if (!said.empty() && said != "true")
            throw std::runtime_error{"allow: " + function_.describe() + " returned neither true nor false"};
        return said == "true";
    }

private:
    Value function_;
};

}  // namespace tollgate::auth
