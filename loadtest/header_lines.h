// loadtest/header_lines.h - header lines as users write them: read, and refused where they would break a request.
#pragma once

#include "loadtest/options.h"

#include <string_view>

namespace tollgate::loadtest {

// "Name: value", blanks around the value left out. Throws UsageError, which quotes no value: no name, bytes that would
// begin another line, and names that are not the user's to say (see check_header()).
std::pair<std::string, std::string> parse_header(std::string_view line);

// Throws UsageError for a name that is no token, for a value with line breaks or NUL, and for Connection,
// Content-Length, Transfer-Encoding, Expect, Upgrade: the load tester frames its requests itself.
void check_header(std::string_view name, std::string_view value);

// What --key-header says: "X-API-Key", or "Authorization: Bearer", where the key follows after a blank.
struct KeyHeader {
    std::string name;
    std::string before;  // "Bearer "
};
KeyHeader parse_key_header(std::string_view text);  // throws UsageError

}  // namespace tollgate::loadtest
