// plugins/cache/use.h - whether what is kept may answer a request (RFC 9111 sections 4 and 5.2.1, RFC 5861).
#pragma once

#include "kept.h"

namespace tollgate::cache {

enum class Use : std::uint8_t {
    fresh,
    stale,             // by the client's word (max-stale)
    stale_and_refresh,  // now, while another is sent for (stale-while-revalidate)
    validate,          // only once the upstream has said that it still holds
};

// `asked` is what the client says in Cache-Control; empty where clients are not listened to.
Use use_of(const Kept& kept, const Directives& asked, Instant now);
// Whether it may answer where the upstream does not (stale-if-error).
bool answers_errors(const Kept& kept, const Directives& asked, Instant now);
// What a request says of caching: Cache-Control, or else Pragma (section 5.4).
Directives asked_by(Lines request);

}  // namespace tollgate::cache
