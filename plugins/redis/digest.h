// plugins/redis/digest.h - digests as hexadecimal text: SHA-1 names a script, SHA-256 stands for a secret.
#pragma once

#include <string>
#include <string_view>

namespace tollgate::redis {

std::string sha1_hex(std::string_view text);
std::string sha256_hex(std::string_view text);

}  // namespace tollgate::redis
