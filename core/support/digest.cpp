// core/support/digest.cpp - hashing and comparing by OpenSSL.
#include "support/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <stdexcept>

namespace tollgate {

Digest sha256(std::string_view text) {
    Digest digest;
    unsigned int length = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1 ||
        length != digest.size())
        throw std::runtime_error{"openssl: sha-256 is not available"};
    return digest;
}

bool same(const Digest& a, const Digest& b) noexcept { return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0; }

}  // namespace tollgate
