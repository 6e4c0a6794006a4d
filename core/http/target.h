// core/http/target.h - checks and normalises request targets and Host, so that router and upstream see one path.
#pragma once

#include <string>
#include <string_view>

namespace tollgate::http {

// Writes the normalised form of an origin-form target (RFC 9112 section 3.2.1) to `into`: unreserved characters
// decoded, percent-encodings in upper case, runs of '/' made one, the query untouched. Returns null, or what is wrong:
// a fragment, bytes outside ASCII, a backslash, a broken or NUL percent-encoding, a dot segment however written.
const char* normalise_target(std::string_view target, std::string& into);

// Checks "host" or "host:port" of Host or an absolute target, and writes the host in lower case, without port.
bool parse_authority(std::string_view authority, std::string& host);

// What means the same in a path or query whether it is percent-encoded or not (RFC 3986 section 2.3).
constexpr bool is_unreserved(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

void append_encoded(std::string& out, char c);  // "%2F", in upper case

std::string decode_path(std::string_view text);   // percent-encodings; broken ones stay as they are
std::string decode_query(std::string_view text);  // the same, and '+' is a blank

}  // namespace tollgate::http
