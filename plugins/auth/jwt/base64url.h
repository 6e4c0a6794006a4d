// plugins/auth/jwt/base64url.h - base64url without padding (RFC 7515 section 2), strictly: one text per value.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tollgate::auth::jwt {

// nullopt for any other character, padding, an impossible length, or bits that are not zero beyond the last byte.
std::optional<std::string> decode_base64url(std::string_view text);

}  // namespace tollgate::auth::jwt
