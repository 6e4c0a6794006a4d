// core/snapshot/redirect.h - Redirect: sends clients elsewhere, to a place that only the operator can choose.
#pragma once

#include "routing/path_template.h"

#include <tollgate/message.h>

#include <optional>
#include <string>
#include <string_view>

namespace tollgate {

struct Redirect {
    int status = 302;                          // 301, 302, 303, 307 or 308
    std::optional<routing::PathTemplate> to;  // of Kind::location
    int function = 0;                          // or that function of the Script, which makes the location

    // Where the template leads: the client's query follows unless the template has one.
    std::string location(const routing::Captures& captures, std::string_view query) const;
};

// What keeps a text that a function made from being a location ("/path" or "https://host/path"), or null. A path that
// begins with two slashes is none: browsers read a host there, which is how clients are led astray.
const char* problem_of_location(std::string_view text) noexcept;

// The answer: status, Location, no body.
Response redirect_answer(int status, std::string_view location);

}  // namespace tollgate
