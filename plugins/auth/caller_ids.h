// plugins/auth/caller_ids.h - CallerIds: ids of callers by names that the gateway has not chosen.
#pragma once

#include <tollgate/settings.h>

#include <string>
#include <string_view>

namespace tollgate::auth {

// A name is the id as it stands, or with `id_prefix` before it. Without one, a name that looks like the id of another
// method's caller ("key-6163937e6547" as the subject of a token) has its own method's before it: whoever chooses names
// must not be able to become somebody whom the gateway has named.
class CallerIds {
public:
    explicit CallerIds(std::string method, std::string prefix = {});
    // What `id_prefix` says. Throws ConfigError.
    static CallerIds of(const Settings& settings, std::string method);
    std::string operator()(std::string_view name) const;

private:
    std::string method_, prefix_;
};

}  // namespace tollgate::auth
