// plugins/cache/vary.h - which of several answers of one URL a request asks for (RFC 9111 section 4.1).
#pragma once

#include "lines.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::cache {

// The names that answers vary by, in lower case, sorted, each once. "*" among them: nobody knows by what.
std::vector<std::string> varying_names(Lines answer);

// What a request says of each of these names, in a form that is the same for requests that say the same: lines
// combined, blanks taken out around commas, Accept-Encoding and Accept-Language by what they mean. Of codings only
// those of `codings` count, which are what answers of this URL came in (in lower case; none: "identity" only).
std::string selecting_text(Lines request, std::span<const std::string> names, std::span<const std::string> codings);

// "br, gzip": which of these codings the request takes, sorted; "" for none of them. (RFC 9110 section 12.5.3.)
std::string accepted_codings(Lines request, std::span<const std::string> codings);
// The languages by falling weight, in lower case. Those of the same weight in the order in which they were said, which
// may be taken for a preference (RFC 9110 section 12.5.4) and mostly is.
std::string preferred_languages(std::string_view accept_language);

}  // namespace tollgate::cache
