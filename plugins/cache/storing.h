// plugins/cache/storing.h - whether an answer may be kept, and what of it (RFC 9111 sections 3, 3.1 and 3.5).
#pragma once

#include "freshness.h"
#include "targeted.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::cache {

// What the operator says of it.
struct Policy {
    std::optional<Milliseconds> ttl{};  // instead of what answers say; never against no-store, private, no-cache
    std::optional<Milliseconds> default_ttl{};   // of those that say nothing, instead of a guess
    std::optional<Milliseconds> negative_ttl{};  // the same of 404, 405, 410, 414 and 501; ttl is not for these
    Milliseconds stale_while_revalidate{0}, stale_if_error{0};  // where the answer does not say
    std::vector<std::string> targets{};          // fields like CDN-Cache-Control, the first that is there counts
    std::vector<std::string> statuses{};       // "200", "2xx": what may be kept at all; empty: whatever RFC 9111 allows
    bool set_cookie = false;                   // answers that set a cookie may be kept
    bool cookies = false;                      // requests with cookies may share answers that say nothing
};

// What of the request matters.
struct Asking {
    std::string_view method;        // GET or HEAD
    bool authorized = false;        // it shows credentials, or somebody was found to be asking
    bool apart = false;             // its copies are shared only with requests that show the same credentials
    bool cookie = false;            // it has a Cookie line
    bool no_store = false;          // the client says so, and is listened to
};

// May be kept. For how long, and on which conditions.
struct Terms {
    Lifetime lifetime{};
    bool validate_always = false;  // no-cache
    bool never_stale = false;      // must-revalidate, proxy-revalidate, s-maxage (section 4.2.4)
    bool said = false;             // its own word says that it is fresh, or public: it is shared with who has cookies
    bool for_everyone = false;     // its own word: public, s-maxage, must-revalidate (section 3.5)
    Milliseconds stale_while_revalidate{0}, stale_if_error{0};
    std::vector<std::string> without{};  // names of lines that are not kept, in lower case
};
struct Judgement {
    std::optional<Terms> terms;
    std::string_view why_not;  // for traces: "no-store"
};

// Whether that says only of this request that its answer is not kept, and nothing of others.
bool is_of_the_request(std::string_view why_not) noexcept;

Judgement judge(const Asking& asking, int status, Lines answer, const Policy& policy, Seconds now);

// Whether that line belongs into what is kept: not those of one connection or one hop, nor what the terms say.
bool is_kept(std::string_view name, const Terms& terms) noexcept;

// "404", "4xx".
bool is_status_pattern(std::string_view text) noexcept;

}  // namespace tollgate::cache
