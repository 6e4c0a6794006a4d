// plugins/cache/answers.h - answers made of what is kept: whole, in part, or that nothing has changed.
#pragma once

#include "arriving.h"
#include "asked.h"
#include "cache_status.h"

#include <tollgate/context.h>
#include <tollgate/message.h>
#include <tollgate/plugin.h>

#include <memory>

namespace tollgate::cache {

// What an answer is made for.
struct Recipient {
    const Asked& asked;
    Instant now;
    Seconds wall;      // now, since 1970
    const Told& told;  // of the way it came
    bool headers;      // tell the client
};

// Of what is kept whole: 200, 304, 206 or 416 as the request asks; a HEAD gets the head of it.
Response answer_of(const Kept& kept, const Recipient& recipient);
// Of what is on its way, whose head is there. Null where its beginning is gone.
Response answer_of(std::shared_ptr<Arriving> arriving, const Kept& head, const Recipient& recipient, Loop& loop);
// Adds what clients are told of the way to an answer of somebody else's.
void tell(Headers& headers, const Told& told);
// only-if-cached, and there is nothing (RFC 9111 section 5.2.1.7).
Refusal not_cached();

}  // namespace tollgate::cache
