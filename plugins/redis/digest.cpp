// plugins/redis/digest.cpp - OpenSSL's digests.
#include "redis/digest.h"

#include <openssl/evp.h>

#include <new>

namespace tollgate::redis {

namespace {

std::string hex_of(const EVP_MD* kind, std::string_view text) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_Digest(text.data(), text.size(), digest, &size, kind, nullptr) != 1) throw std::bad_alloc{};
    constexpr const char* digits = "0123456789abcdef";
    std::string hex;
    hex.reserve(2 * size);
    for (unsigned int i = 0; i < size; ++i) (hex += digits[digest[i] >> 4]) += digits[digest[i] & 15];
    return hex;
}

}  // namespace

std::string sha1_hex(std::string_view text) { return hex_of(EVP_sha1(), text); }
std::string sha256_hex(std::string_view text) { return hex_of(EVP_sha256(), text); }

}  // namespace tollgate::redis
