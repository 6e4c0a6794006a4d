// plugins/ratelimit/inquiry.h - Inquiry: what an operator wants to know of a key, or have forgotten.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::ratelimit {

struct Inquiry {
    std::optional<std::string> name;  // of the limit; unset: all of them
    std::optional<std::string> by;    // what it goes by, as describe() has it; unset: whatever it is
    std::vector<std::string> key;     // as many values as `by` has
    std::string tier, id;             // of the caller, where that says which limit, or which counter
    std::string rate, burst;          // of the caller's key, where that has a limit of its own
};

// Of a URL's query: "name=ip&key=192.0.2.7". Throws std::invalid_argument with what is wrong about it.
Inquiry inquiry_of(std::string_view query);

}  // namespace tollgate::ratelimit
