// plugins/auth/base64.h - base64 with padding (RFC 4648 section 4), strictly: one text per value.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tollgate::auth {

// nullopt for any other character, wrong padding, or bits that are not zero beyond the last byte.
std::optional<std::string> decode_base64(std::string_view text);
std::string encode_base64(std::string_view bytes);

}  // namespace tollgate::auth
