// plugins/auth/fields.cpp - the settings of auth, from which routes.lua is checked and the README's table is written.
#include "fields.h"

#include <algorithm>
#include <array>
#include <string>

namespace tollgate::auth {

namespace {

constexpr const char* methods[] = {"key", "jwt", "basic", "certificate", "ip", "signature"};
constexpr const char* schemes[] = {"plain", "bearer", "basic"};
constexpr const char* replays[] = {"refuse", "allow"};

constexpr Field fields[] = {
    {.name = "method", .type = Type::choice, .doc = "what a caller is known by", .fallback = "\"key\"",
     .choices = methods},
    {.name = "optional", .type = Type::boolean, .doc = "whether a request without a credential passes",
     .fallback = "false"},
    {.name = "scopes", .type = Type::texts, .doc = "scopes that a caller must have, all of them"},
    {.name = "allow", .type = Type::value,
     .doc = "function of the request that has the last word on a caller: true lets in"},
    {.name = "pass_on", .type = Type::texts,
     .doc = "headers that tell the upstream of the caller: \"X-Caller-Id: id\", or owner, tier, scopes, claim NAME"},
    {.name = "anonymous_tier", .type = Type::text, .doc = "tier of requests that pass without a credential"},
    {.name = "hide", .type = Type::boolean, .doc = "whether the credential is removed before the upstream sees it",
     .fallback = "true"},
    {.name = "realm", .type = Type::text, .doc = "name of what is protected, told in WWW-Authenticate",
     .fallback = "\"tollgate\""},
    {.name = "key", .type = Type::value,
     .doc = "key, jwt: place of the key or token; unset: X-API-Key, or Authorization if bearer or basic"},
    {.name = "scheme", .type = Type::choice,
     .doc = "key, jwt: form of the credential there: by itself, \"Bearer KEY\", or Basic (key alone), as password or user "
            "name; jwt without key: always bearer",
     .fallback = "\"plain\"", .choices = schemes},
    {.name = "file", .type = Type::path,
     .doc = "key: file of hashed keys; basic: of users; certificate: of certificates; signature: of signers; read at "
            "start and at each reload; key without it: keys of the database"},
    {.name = "tier", .type = Type::text,
     .doc = "certificate, ip: tier of whom they let in; unset: none, and ip lets pass without saying who it is"},
    {.name = "allow_from", .type = Type::texts, .doc = "ip: addresses and networks that are let in; unset: all others"},
    {.name = "deny_from", .type = Type::texts, .doc = "ip: addresses and networks that are not let in"},
    {.name = "keys", .type = Type::path,
     .doc = "jwt: file of the public keys that tokens are verified with, in PEM or as a JWK set, read as `file` is"},
    {.name = "keys_url", .type = Type::text, .doc = "jwt: URL of a JWK set, fetched and kept fresh"},
    {.name = "secret", .type = Type::text, .doc = "jwt: shared secret of HS256 (32 bytes and more), HS384 and HS512"},
    {.name = "refresh", .type = Type::duration,
     .doc = "jwt: longest time between two fetches of keys_url; its max-age may say less", .fallback = "10 * minutes",
     .min = 1, .max = 86400 * 7},
    {.name = "retry", .type = Type::duration,
     .doc = "jwt: shortest time between two fetches of keys_url: after a failure, for an unknown key, by max-age",
     .fallback = "30 * seconds", .min = 0.1, .max = 86400},
    {.name = "algorithms", .type = Type::texts,
     .doc = "jwt: algorithms that are accepted; unset: those that fit the keys"},
    {.name = "issuer", .type = Type::texts, .doc = "jwt: who may have issued a token (iss); unset: anybody"},
    {.name = "audience", .type = Type::texts,
     .doc = "jwt: whom a token must be meant for, one of these (aud); unset: anybody"},
    {.name = "typ", .type = Type::texts,
     .doc = "jwt: types of token that are accepted, by the typ of their header (\"at+jwt\"); unset: any"},
    {.name = "leeway", .type = Type::duration, .doc = "jwt, signature: how far clocks may differ",
     .fallback = "30 * seconds",
     .min = 0, .max = 3600},
    {.name = "expiry_required", .type = Type::boolean, .doc = "jwt: whether a token without exp is refused",
     .fallback = "true"},
    {.name = "id_claim", .type = Type::text, .doc = "jwt: claim that is the caller's id", .fallback = "\"sub\""},
    {.name = "owner_claim", .type = Type::text, .doc = "jwt: claim that is the caller's owner"},
    {.name = "tier_claim", .type = Type::text, .doc = "jwt: claim that is the caller's tier"},
    {.name = "scope_claims", .type = Type::texts,
     .doc = "jwt: claims that hold scopes, a text with blanks between or a list; unset: scope and scp"},
    {.name = "cache", .type = Type::integer, .doc = "jwt: verified tokens that each event loop remembers",
     .fallback = "10000", .min = 0, .max = 10'000'000},
    {.name = "id_prefix", .type = Type::text,
     .doc = "jwt, basic, signature: what stands before a caller's id, so that names of several methods differ"},
    {.name = "components", .type = Type::texts,
     .doc = "signature: what it must cover; unset: @method, @authority, @path, @query, and content-digest of a body"},
    {.name = "max_age", .type = Type::duration, .doc = "signature: longest time since it was created",
     .fallback = "5 * minutes", .min = 1, .max = 86400},
    {.name = "replay", .type = Type::choice, .doc = "signature: what becomes of a request that was made before",
     .fallback = "\"refuse\"", .choices = replays},
    {.name = "remember", .type = Type::integer,
     .doc = "signature: requests that are remembered, of all uses of the file; beyond it signed ones get 503",
     .fallback = "100000", .min = 1, .max = 10'000'000},
    {.name = "largest_body", .type = Type::size,
     .doc = "signature: longest body that is held to compare it with its digest", .fallback = "1 * megabytes",
     .min = 0, .max = 1 << 30},
    {.name = "tag", .type = Type::text,
     .doc = "signature: tag of the signature that counts, where there may be several"},
};

// Fields with a default are not told apart from those that were given, so they are not here.
struct Understood {
    std::string_view field;
    std::array<std::string_view, 4> by;
};
constexpr Understood understood[] = {
    {"key", {"key", "jwt"}},   {"file", {"key", "basic", "certificate", "signature"}}, {"tier", {"certificate", "ip"}},
    {"allow_from", {"ip"}},    {"deny_from", {"ip"}},   {"keys", {"jwt"}},       {"keys_url", {"jwt"}},
    {"secret", {"jwt"}},       {"algorithms", {"jwt"}},  {"issuer", {"jwt"}},     {"audience", {"jwt"}},
    {"owner_claim", {"jwt"}},  {"tier_claim", {"jwt"}},  {"scope_claims", {"jwt"}},
    {"components", {"signature"}}, {"tag", {"signature"}}, {"typ", {"jwt"}},
    {"id_prefix", {"jwt", "basic", "signature"}},
};

}  // namespace

const std::span<const Field> all_fields{fields};

void expect_fields_of(std::string_view method, const Settings& settings) {
    for (const auto& [field, by] : understood) {
        if (!settings.has(field) || std::find(by.begin(), by.end(), method) != by.end()) continue;
        std::string others;
        for (const std::string_view other : by)
            if (!other.empty()) (others += others.empty() ? "\"" : ", \"") += std::string{other} + '"';
        throw ConfigError{std::string{field}, "expected nothing, method \"" + std::string{method} +
                                                  "\" does not read it (method " + others + " does)"};
    }
}

}  // namespace tollgate::auth
