// plugins/auth/place.h - Place: where a request carries its credential, to be read there and taken out again.
#pragma once

#include "presented.h"

#include <tollgate/plugin.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace tollgate::auth {

// Which form a credential has in its header: by itself, "Bearer KEY", or "Basic" and base64 of "KEY:" or "anybody:KEY"
// (RFC 7617).
enum class Scheme { plain, bearer, basic };
// What `scheme` says.
Scheme scheme_of(const Settings& settings);

class Place {
public:
    // What `key` and `hide` say. `fallback` is the header where `key` says nothing; `longest` bounds what is read.
    // Throws ConfigError.
    Place(const Settings& settings, const char* fallback, Scheme scheme, std::size_t longest);

    // `scratch` holds what the result views where the request itself does not.
    Presented read(const RequestContext& ctx, std::string& scratch) const;
    // After this, views into the request and what read() returned are no more.
    void clear(Request& request) const;
    // Whether nobody but the configuration knows where it stood: in the path, perhaps, which is in every log.
    bool is_function() const noexcept { return kind_ == "function"; }
    // `header "X-API-Key"`; "" for a function, whose place is no client's business.
    std::string text() const { return is_function() ? std::string{} : kind_ + " \"" + name_ + '"'; }

private:
    void clear_cookie(Headers& headers) const;

    Value value_;
    std::string kind_, name_;
    Scheme scheme_;
    std::size_t longest_;
};

}  // namespace tollgate::auth
