// plugins/auth/signature/base.h - the signature base: the text that a signature of an HTTP message is made over.
#pragma once

#include "structured.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate::auth::signature {

// What can be covered of a request. The views must outlive it.
struct Message {
    std::string_view method, scheme;
    std::string authority;                // lower case, without the scheme's own port
    std::string_view path, query;         // the query without '?'
    bool has_query = false;               // "/a?" has an empty one
    // The lines of that name (lower case), each trimmed, with ", " between; nullopt where there is none.
    std::function<std::optional<std::string>(std::string_view)> field;
};

// "@method", "@target-uri", "@authority", "@scheme", "@request-target", "@path", "@query", or a header's name in lower
// case (RFC 9421 section 2). "@query-param" says too little without its name.
bool is_component(std::string_view name) noexcept;

// Whether a signature over `input` covers that component: itself, or as a part of "@target-uri" or "@request-target".
bool covers(const Member& input, std::string_view component) noexcept;

// RFC 9421 section 2.5. nullopt where `input` covers something that the message has not, or something twice, or what
// no request has ("@status"), or asks for a form of a header that is not made here (sf, key, bs, tr, req).
std::optional<std::string> base_of(const Member& input, const Message& message);

}  // namespace tollgate::auth::signature
