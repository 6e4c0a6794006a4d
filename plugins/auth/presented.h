// plugins/auth/presented.h - Presented: the secret in what a client sent, and the same text with the secret taken out.
#pragma once

#include "credentials.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace tollgate::auth {

// What a header, query parameter or cookie turned out to hold. `secret` is a part of the text that was read.
struct Presented {
    enum class Form { absent, malformed, secret };
    Form form = Form::absent;
    std::string_view secret;
};

// The whole text is the secret; malformed if longer than `longest`.
Presented read_plain(std::string_view text, std::size_t longest = longest_secret) noexcept;

// `Bearer <secret>` as RFC 6750 section 2.1 has it, the scheme in any case, the secret without blanks. Another scheme
// is absent: it may be meant for the upstream or for another plugin.
Presented read_bearer(std::string_view text, std::size_t longest = longest_secret) noexcept;

// A request target without the query parameters called `name`, however percent-encoded: "/a?key=s&b=1" -> "/a?b=1".
std::string without_parameter(std::string_view target, std::string_view name);

// A Cookie header's value without the cookies called `name`: "a=1; key=s" -> "a=1".
std::string without_cookie(std::string_view cookies, std::string_view name);

}  // namespace tollgate::auth
