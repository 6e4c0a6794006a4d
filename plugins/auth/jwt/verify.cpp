// plugins/auth/jwt/verify.cpp - the steps from a text to claims that can be believed.
#include "verify.h"

#include "base64url.h"

namespace tollgate::auth::jwt {

namespace {

constexpr Json::Bounds claims_bounds{8, 1000};

}  // namespace

std::variant<Verified, Fault> verify(std::string_view text, const KeySet& keys, AlgorithmSet accepted,
                                     const Rules& rules, double now) {
    Fault fault{};
    const auto token = Token::parse(text, accepted, fault);
    if (!token) return fault;
    if (!keys.knows(token->key_id)) return Fault::key_unknown;
    if (!keys.verify(token->key_id, token->algorithm, token->input, token->signature))
        return token->key_id.empty() ? Fault::no_key_signed : Fault::signature;
    if (!takes_type(rules, token->type)) return Fault::type;
    const auto payload = decode_base64url(token->payload);
    auto claims = payload ? Json::parse(*payload, claims_bounds) : std::nullopt;
    if (!claims || !claims->is(Json::Kind::object)) return Fault::malformed;
    Verified verified{std::move(*claims), 0};
    if (const auto wrong = fault_of(verified.claims, rules, now, verified.end)) return *wrong;
    return verified;
}

}  // namespace tollgate::auth::jwt
