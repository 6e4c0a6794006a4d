// plugins/cache/asked.h - Asked: a request as the cache looks at it.
#pragma once

#include "cache_control.h"
#include "kept.h"
#include "ranges.h"
#include "rules.h"
#include "storing.h"

#include <tollgate/context.h>

#include <string>
#include <string_view>
#include <vector>

namespace tollgate::cache {

// The lines of a message. Views into it.
std::vector<Line> lines_of(const Headers& headers);
// "http://a.example:8080": what a URL begins with.
std::string origin_of(const Request& request);

struct Asked {
    Asked(const Rules& rules, const RequestContext& ctx);

    // Whether that answer may be given to this one: it is for everybody, or was made for the same.
    bool may_have(const Kept& kept) const noexcept;
    // The key under which an answer on those terms is kept.
    const std::string& key_of(const Terms& terms) const noexcept {
        return own.empty() || (terms.for_everyone && may_be_for_everyone) ? key : own;
    }

    // Of requests to which the same rules apply: what is learnt of one of them, that its answer is not kept, holds for
    // the others.
    std::string kind() const;

    std::vector<Line> lines;  // of the request, which has to stay as it is
    std::string url;          // as purges know it
    std::string key;          // of what is for everyone
    std::string who;          // whose copies are apart, or ""
    std::string own;          // the key of those, or ""; key and own differ in this alone
    Directives directives;    // of the client, where it is listened to
    Asking asking;
    bool wants_part = false;  // a GET with a Range
    bool may_be_for_everyone = true;  // if the answer says so; false where the operator says who shares
};

}  // namespace tollgate::cache
