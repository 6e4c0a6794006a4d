// plugins/auth/signature/content_digest.cpp - sums by OpenSSL EVP.
#include "content_digest.h"

#include "structured.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <stdexcept>
#include <utility>

namespace tollgate::auth::signature {

void ContentDigest::Freed::operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }

std::optional<ContentDigest> ContentDigest::read(std::string_view field) {
    const auto digests = parse_dictionary(field);
    if (!digests) return std::nullopt;
    ContentDigest made;
    for (const auto& [name, algorithm] : {std::pair{"sha-256", EVP_sha256()}, {"sha-512", EVP_sha512()}}) {
        const Member* digest = find(*digests, name);
        if (!digest) continue;
        if (digest->is_list || !digest->items[0].value.is(Bare::Kind::bytes)) return std::nullopt;
        Sum sum{std::unique_ptr<EVP_MD_CTX, Freed>{EVP_MD_CTX_new()}, digest->items[0].value.text};
        if (!sum.context || EVP_DigestInit_ex(sum.context.get(), algorithm, nullptr) != 1)
            throw std::runtime_error{std::string{"OpenSSL has no "} + name};
        made.sums_.push_back(std::move(sum));
    }
    if (made.sums_.empty()) return std::nullopt;
    return made;
}

void ContentDigest::add(std::string_view piece) {
    for (Sum& sum : sums_)
        if (EVP_DigestUpdate(sum.context.get(), piece.data(), piece.size()) != 1)
            throw std::runtime_error{"OpenSSL cannot make a digest"};
}

bool ContentDigest::matches() {
    bool all = true;
    for (Sum& sum : sums_) {
        unsigned char made[EVP_MAX_MD_SIZE];
        unsigned int size = 0;
        all &= EVP_DigestFinal_ex(sum.context.get(), made, &size) == 1 && size == sum.wanted.size() &&
               CRYPTO_memcmp(made, sum.wanted.data(), size) == 0;
    }
    return all;
}

}  // namespace tollgate::auth::signature
