// plugins/auth/words.h - letters, names and escapes as HTTP has them: ASCII, whatever the locale.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace tollgate::auth {

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// Names of header lines and schemes, in any case.
inline bool same_name(std::string_view a, std::string_view b) noexcept {
    return a == b ||
           std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

// Without blanks and tabs around it (OWS, RFC 9110 section 5.6.3).
std::string_view trimmed(std::string_view text) noexcept;

int hex_digit(char c) noexcept;  // in either case; -1 where it is none

// As Request::query_parameter and the URL standard ("application/x-www-form-urlencoded") read names and values: %XX and
// '+' decoded, a broken escape as it stands.
std::string decoded(std::string_view text);

}  // namespace tollgate::auth
