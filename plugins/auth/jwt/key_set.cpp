// plugins/auth/jwt/key_set.cpp - reading sets of keys, and choosing among them.
#include "key_set.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>

namespace tollgate::auth::jwt {

namespace {

constexpr std::size_t most_tried = 16;  // a token without kid must not buy a check by each of a hundred keys
constexpr Json::Bounds jwks_bounds{8, 10'000};

bool may_mean(const Key& key, std::string_view id) noexcept {
    return id.empty() || key.id().empty() || key.id() == id;
}

// One block of PEM, as OpenSSL hands it out.
struct Block {
    ~Block() {
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_free(data);
    }
    bool read(BIO* from) { return PEM_read_bio(from, &name, &header, &data, &size) == 1; }

    char *name = nullptr, *header = nullptr;
    unsigned char* data = nullptr;
    long size = 0;
};

std::shared_ptr<EVP_PKEY> key_in(const Block& block) {
    const unsigned char* at = block.data;
    const std::string_view name = block.name;
    if (name == PEM_STRING_PUBLIC) return {d2i_PUBKEY(nullptr, &at, block.size), EVP_PKEY_free};
    if (name == PEM_STRING_RSA_PUBLIC)
        return {d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, block.size), EVP_PKEY_free};
    if (name != PEM_STRING_X509) return nullptr;
    const std::unique_ptr<X509, decltype(&X509_free)> certificate{d2i_X509(nullptr, &at, block.size), X509_free};
    return {certificate ? X509_get_pubkey(certificate.get()) : nullptr, EVP_PKEY_free};
}

}  // namespace

std::optional<KeySet> KeySet::parse(std::string_view text, std::string& problem) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin != std::string_view::npos && text[begin] == '{') return parse_jwks(text, problem);
    return parse_pem(text, problem);
}

std::optional<KeySet> KeySet::parse_jwks(std::string_view text, std::string& problem) {
    const auto json = Json::parse(text, jwks_bounds);
    const Json* list = json ? json->find("keys") : nullptr;
    if (!list || !list->is(Json::Kind::list)) {
        problem = json ? "expected a JWK set ({\"keys\": [...]}), got other JSON" : "expected JSON, got something else";
        return std::nullopt;
    }
    if (list->elements.size() > most_keys) {
        problem = "expected at most " + std::to_string(most_keys) + " keys, got " +
                  std::to_string(list->elements.size());
        return std::nullopt;
    }
    KeySet set;
    std::string first;
    for (const Json& jwk : list->elements) {
        std::string why;
        if (auto key = Key::of_jwk(jwk, why)) set.keys_.push_back(std::move(*key));
        else if (first.empty()) first = "; the first: " + why;
    }
    if (!set.keys_.empty()) return set;
    problem = "expected a key that signatures can be verified with, got none of " +
              std::to_string(list->elements.size()) + first;
    return std::nullopt;
}

std::optional<KeySet> KeySet::parse_pem(std::string_view text, std::string& problem) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> source{BIO_new_mem_buf(text.data(), static_cast<int>(text.size())),
                                                           BIO_free};
    KeySet set;
    for (;;) {
        Block block;
        if (!source || !block.read(source.get())) break;
        const std::shared_ptr<EVP_PKEY> key = key_in(block);
        if (!key) {
            problem = std::string_view{block.name}.find("PRIVATE") != std::string_view::npos
                          ? "expected public keys, got a private one: it has no business here"
                          : "expected public keys or certificates, got a \"" + std::string{block.name} + '"';
            break;
        }
        auto made = Key::of_public(key, problem);
        if (!made) break;
        set.keys_.push_back(std::move(*made));
        if (set.keys_.size() > most_keys) {
            problem = "expected at most " + std::to_string(most_keys) + " keys, got more";
            break;
        }
    }
    ERR_clear_error();
    if (problem.empty() && set.keys_.empty()) problem = "expected a public key in PEM or a JWK set, got neither";
    if (!problem.empty()) return std::nullopt;
    return set;
}

KeySet KeySet::of_secret(std::string secret) {
    KeySet set;
    set.keys_.push_back(Key::of_secret(std::move(secret)));
    return set;
}

AlgorithmSet KeySet::algorithms() const noexcept {
    AlgorithmSet set;
    for (const AlgorithmFacts& facts : all_algorithms())
        for (const Key& key : keys_)
            if (key.fits(facts.algorithm)) set.add(facts.algorithm);
    return set;
}

bool KeySet::knows(std::string_view id) const noexcept {
    return std::any_of(keys_.begin(), keys_.end(), [&](const Key& key) { return may_mean(key, id); });
}

bool KeySet::verify(std::string_view id, Algorithm algorithm, std::string_view input,
                    std::string_view signature) const {
    std::size_t tried = 0;
    for (const Key& key : keys_) {
        if (!may_mean(key, id) || !key.fits(algorithm)) continue;
        if (key.verify(algorithm, input, signature)) return true;
        if (++tried == most_tried) return false;
    }
    return false;
}

}  // namespace tollgate::auth::jwt
