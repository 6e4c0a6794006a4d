// loadtest/verify/identities.h - Identity: one whom limits tell from others; and the keys that make some callers.
#pragma once

#include "loadtest/options.h"
#include "loadtest/verify/declared.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::loadtest::verify {

struct CallerKey {
    std::string secret;
    std::string tier;   // "": none
    std::string owner;  // whose it is: keys of one owner are one caller
    std::optional<OwnRate> own{};
};

// `secret tier [owner] [rate=100/60s [burst=20]]`, a line each; "-" for no tier, `#` for comments. A key without owner
// is a caller of its own, called by its line: "line 3". Throws UsageError, which quotes no secret.
std::vector<CallerKey> parse_caller_keys(std::string_view text, const std::string& name);

struct Identity {
    std::string name;       // in reports
    std::string caller;     // "": nobody has been authenticated
    std::string address{};  // that it comes from; "": whichever
    HeaderLines headers{};  // by which it is known
};

}  // namespace tollgate::loadtest::verify
