// plugins/auth/credentials.cpp - hashing a presented secret and finding the key it belongs to.
#include "credentials.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <bit>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <utility>

namespace tollgate::auth {

namespace {

struct FreeContext {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

// Fetching an algorithm costs more than hashing a key: once per process, and a context per thread.
const EVP_MD* sha256_algorithm() {
    static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return fetched;
}

std::uint64_t prefix_of(const Digest& digest) noexcept {
    std::uint64_t prefix;
    std::memcpy(&prefix, digest.data(), sizeof prefix);
    return prefix;
}

}  // namespace

Digest sha256(std::string_view text) {
    thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context{EVP_MD_CTX_new()};
    const EVP_MD* algorithm = sha256_algorithm();
    Digest digest;
    unsigned int length = 0;
    if (!context || !algorithm || EVP_DigestInit_ex2(context.get(), algorithm, nullptr) != 1 ||
        EVP_DigestUpdate(context.get(), text.data(), text.size()) != 1 ||
        EVP_DigestFinal_ex(context.get(), digest.data(), &length) != 1 || length != digest.size())
        throw std::runtime_error{"openssl: sha-256 is not available"};
    return digest;
}

std::string Credential::id() const {
    constexpr char hex[] = "0123456789abcdef";
    std::string id = "key-";
    for (std::size_t i = 0; i < 6; ++i) {
        id += hex[digest[i] >> 4];
        id += hex[digest[i] & 15];
    }
    return id;
}

Credentials::Credentials(std::vector<Credential> all)
    : all_{std::move(all)}, slots_(std::bit_ceil(2 * all_.size() + 2)), mask_{slots_.size() - 1} {
    for (std::size_t i = 0; i < all_.size(); ++i) {
        const std::uint64_t prefix = prefix_of(all_[i].digest);
        std::size_t at = prefix & mask_;
        while (slots_[at].index != empty) at = (at + 1) & mask_;
        slots_[at] = {prefix, static_cast<std::uint32_t>(i)};
    }
}

std::size_t Credentials::find(const Digest& digest) const noexcept {
    if (all_.empty()) return none;
    const std::uint64_t prefix = prefix_of(digest);
    for (std::size_t at = prefix & mask_; slots_[at].index != empty; at = (at + 1) & mask_) {
        if (slots_[at].prefix != prefix) continue;
        const std::uint32_t index = slots_[at].index;
        if (CRYPTO_memcmp(all_[index].digest.data(), digest.data(), digest.size()) == 0) return index;
    }
    return none;
}

}  // namespace tollgate::auth
