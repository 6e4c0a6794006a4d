// plugins/auth/jwt/key.cpp - keys by OpenSSL EVP: reading them, and verifying signatures with them.
#include "key.h"

#include "base64url.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>

namespace tollgate::auth::jwt {

namespace {

constexpr int shortest_rsa = 2048, longest_rsa = 8192;  // RFC 7518 section 3.3; and a bound on what a check costs

template <auto free>
struct Freed {
    void operator()(auto* thing) const noexcept { free(thing); }
};
template <class T, auto free>
using Owned = std::unique_ptr<T, Freed<free>>;
using OwnedNumber = Owned<BIGNUM, BN_free>;

const unsigned char* bytes_of(std::string_view text) noexcept {
    return reinterpret_cast<const unsigned char*>(text.data());
}

// What OpenSSL notes of a failure is of no use to anybody, and must not be found by the next who looks.
struct ErrorsForgotten {
    ~ErrorsForgotten() { ERR_clear_error(); }
};

OwnedNumber number_of(std::string_view bytes) {
    return OwnedNumber{BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr)};
}

std::shared_ptr<EVP_PKEY> key_from(const char* type, OSSL_PARAM_BLD* build) {
    const Owned<OSSL_PARAM, OSSL_PARAM_free> parameters{OSSL_PARAM_BLD_to_param(build)};
    const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context{EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
    EVP_PKEY* key = nullptr;
    if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
        return nullptr;
    return {key, EVP_PKEY_free};
}

std::optional<std::string> bytes_in(const Json& jwk, std::string_view name) {
    const std::string* text = jwk.text_of(name);
    return text ? decode_base64url(*text) : std::nullopt;
}

std::shared_ptr<EVP_PKEY> rsa_of(const Json& jwk) {
    const auto n = bytes_in(jwk, "n"), e = bytes_in(jwk, "e");
    if (!n || !e || n->empty() || e->empty() || n->size() > longest_rsa / 8 + 1 || e->size() > 8) return nullptr;
    const OwnedNumber modulus = number_of(*n), exponent = number_of(*e);
    const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> build{OSSL_PARAM_BLD_new()};
    if (!build || !modulus || !exponent || !BN_is_odd(exponent.get()) || BN_is_one(exponent.get()) ||
        OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1)
        return nullptr;
    return key_from("RSA", build.get());
}

std::shared_ptr<EVP_PKEY> ec_of(const Json& jwk) {
    struct Curve {
        std::string_view name;
        Algorithm algorithm;
    };
    constexpr Curve curves[] = {{"P-256", Algorithm::es256}, {"P-384", Algorithm::es384}, {"P-521", Algorithm::es512}};
    const std::string* name = jwk.text_of("crv");
    const auto x = bytes_in(jwk, "x"), y = bytes_in(jwk, "y");
    const auto curve = std::find_if(std::begin(curves), std::end(curves),
                                    [&](const Curve& known) { return name && known.name == *name; });
    if (!x || !y || curve == std::end(curves)) return nullptr;
    const AlgorithmFacts& facts = facts_of(curve->algorithm);
    if (x->size() != facts.coordinate || y->size() != facts.coordinate) return nullptr;
    const std::string point = '\4' + *x + *y;  // uncompressed; OpenSSL sees to it that it is on the curve
    const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> build{OSSL_PARAM_BLD_new()};
    if (!build ||
        OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, facts.curve, 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1)
        return nullptr;
    return key_from("EC", build.get());
}

std::shared_ptr<EVP_PKEY> ed25519_of(const Json& jwk) {
    const std::string* name = jwk.text_of("crv");
    const auto x = bytes_in(jwk, "x");
    if (!name || *name != "Ed25519" || !x) return nullptr;
    return {EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(*x), x->size()), EVP_PKEY_free};
}

// RFC 7517 sections 4.2 and 4.3.
bool for_signatures(const Json& jwk) {
    if (const Json* use = jwk.find("use"); use && !(use->is(Json::Kind::text) && use->text == "sig")) return false;
    const Json* operations = jwk.find("key_ops");
    return !operations || std::any_of(operations->elements.begin(), operations->elements.end(),
                                      [](const Json& operation) { return operation.text == "verify"; });
}

// JWS has r and s side by side (RFC 7518 section 3.4), OpenSSL a sequence in DER.
std::string der_of(std::string_view signature, std::size_t coordinate) {
    OwnedNumber r = number_of(signature.substr(0, coordinate)), s = number_of(signature.substr(coordinate));
    const Owned<ECDSA_SIG, ECDSA_SIG_free> pair{ECDSA_SIG_new()};
    if (!r || !s || !pair || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return {};
    (void)r.release(), (void)s.release();
    unsigned char* der = nullptr;
    const int size = i2d_ECDSA_SIG(pair.get(), &der);
    std::string text{reinterpret_cast<char*>(der), size > 0 ? std::size_t(size) : 0};
    OPENSSL_free(der);
    return text;
}

}  // namespace

Key Key::of_secret(std::string secret) {
    Key key;
    key.secret_ = std::move(secret);
    return key;
}

std::optional<Key> Key::of_public(std::shared_ptr<EVP_PKEY> key, std::string& problem) {
    const ErrorsForgotten forgotten;
    Key made;
    switch (EVP_PKEY_get_base_id(key.get())) {
        case EVP_PKEY_RSA:
            if (const int bits = EVP_PKEY_get_bits(key.get()); bits < shortest_rsa || bits > longest_rsa) {
                problem = "expected an RSA key of 2048 to 8192 bits, got " + std::to_string(bits);
                return std::nullopt;
            }
            made.family_ = Family::rsa;
            break;
        case EVP_PKEY_EC: {
            char name[64];
            std::size_t length = 0;
            if (EVP_PKEY_get_group_name(key.get(), name, sizeof name, &length) == 1) made.curve_.assign(name, length);
            const auto known = [&](const AlgorithmFacts& facts) { return facts.curve && made.curve_ == facts.curve; };
            if (!std::any_of(all_algorithms().begin(), all_algorithms().end(), known)) {
                problem = "expected an EC key on P-256, P-384 or P-521, got \"" + made.curve_ + '"';
                return std::nullopt;
            }
            made.family_ = Family::ec;
            break;
        }
        case EVP_PKEY_ED25519: made.family_ = Family::ed25519; break;
        default: problem = "expected a key of RSA, EC or Ed25519, got another"; return std::nullopt;
    }
    made.key_ = std::move(key);
    return made;
}

std::optional<Key> Key::of_jwk(const Json& jwk, std::string& problem) {
    const ErrorsForgotten forgotten;
    const std::string* type = jwk.text_of("kty");
    if (!type || (*type != "RSA" && *type != "EC" && *type != "OKP")) {
        problem = "expected kty RSA, EC or OKP, got " + (type ? '"' + *type + '"' : std::string{"none"});
        return std::nullopt;
    }
    if (!for_signatures(jwk)) {
        problem = "not for signatures, by its \"use\" or \"key_ops\"";
        return std::nullopt;
    }
    const auto key = *type == "RSA" ? rsa_of(jwk) : *type == "EC" ? ec_of(jwk) : ed25519_of(jwk);
    if (!key) {
        problem = "expected the members of a public key of kty " + *type + ", got others";
        return std::nullopt;
    }
    auto made = of_public(key, problem);
    if (!made) return made;
    if (const std::string* id = jwk.text_of("kid")) made->id_ = *id;
    if (const Json* only = jwk.find("alg")) {
        made->only_ = algorithm_named(only->text);
        if (!made->only_ || !made->fits(*made->only_)) {
            problem = "expected an alg for signatures that fits its kty, got \"" + only->text + '"';
            return std::nullopt;
        }
    }
    return made;
}

bool Key::fits(Algorithm algorithm) const noexcept {
    const AlgorithmFacts& facts = facts_of(algorithm);
    if (facts.family != family_ || (only_ && *only_ != algorithm)) return false;
    if (family_ == Family::hmac) return secret_.size() >= facts.hash / 8;  // RFC 7518 section 3.2
    return family_ != Family::ec || curve_ == facts.curve;
}

bool Key::verify(Algorithm algorithm, std::string_view input, std::string_view signature) const {
    const ErrorsForgotten forgotten;
    return family_ == Family::hmac ? verify_hmac(algorithm, input, signature)
                                   : verify_public(algorithm, input, signature);
}

bool Key::verify_hmac(Algorithm algorithm, std::string_view input, std::string_view signature) const {
    unsigned char code[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    return HMAC(digest_of(algorithm), secret_.data(), static_cast<int>(secret_.size()), bytes_of(input), input.size(),
                code, &size) &&
           size == signature.size() && CRYPTO_memcmp(code, signature.data(), size) == 0;
}

bool Key::verify_public(Algorithm algorithm, std::string_view input, std::string_view signature) const {
    const AlgorithmFacts& facts = facts_of(algorithm);
    std::string der;
    if (facts.family == Family::ec) {
        if (signature.size() != 2 * facts.coordinate) return false;
        der = der_of(signature, facts.coordinate);
        signature = der;
    }
    const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context{EVP_MD_CTX_new()};
    EVP_PKEY_CTX* padding = nullptr;  // the context's
    if (!context || EVP_DigestVerifyInit(context.get(), &padding, digest_of(algorithm), nullptr, key_.get()) != 1)
        return false;
    if (facts.pss && (EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PSS_PADDING) != 1 ||
                      EVP_PKEY_CTX_set_rsa_pss_saltlen(padding, RSA_PSS_SALTLEN_DIGEST) != 1))
        return false;
    return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(input), input.size()) == 1;
}

}  // namespace tollgate::auth::jwt
