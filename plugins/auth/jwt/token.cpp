// plugins/auth/jwt/token.cpp - taking a compact JWS apart.
#include "token.h"

#include "base64url.h"
#include "json.h"

namespace tollgate::auth::jwt {

namespace {

// Unauthenticated, so held tight: who has a dozen members in a header has something else in mind.
constexpr Json::Bounds header_bounds{4, 64};

}  // namespace

std::optional<Token> Token::parse(std::string_view text, AlgorithmSet accepted, Fault& fault) {
    fault = Fault::malformed;
    const std::size_t first = text.find('.');
    const std::size_t last = text.rfind('.');
    if (text.size() > longest || first == std::string_view::npos || first == last ||
        text.find('.', first + 1) != last)
        return std::nullopt;
    const auto header = decode_base64url(text.substr(0, first));
    auto signature = decode_base64url(text.substr(last + 1));
    if (!header || !signature) return std::nullopt;
    // `jwk`, `jku`, `x5u` and `x5c` are not even looked at: a token does not say whom to trust. No extension that
    // `crit` could name is known here (section 4.1.11), `b64` among them.
    const auto json = Json::parse(*header, header_bounds);
    if (!json || !json->is(Json::Kind::object) || json->find("crit")) return std::nullopt;
    const std::string* name = json->text_of("alg");
    const Json *id = json->find("kid"), *type = json->find("typ");
    for (const Json* text_or_none : {id, type})
        if (text_or_none && !text_or_none->is(Json::Kind::text)) return std::nullopt;
    if (!name) return std::nullopt;
    const auto algorithm = algorithm_named(*name);
    if (!algorithm || !accepted.has(*algorithm)) {
        fault = Fault::algorithm;
        return std::nullopt;
    }
    Token token;
    token.algorithm = *algorithm;
    if (id) token.key_id = id->text;
    if (type) token.type = type->text;
    token.input = text.substr(0, last);
    token.payload = text.substr(first + 1, last - first - 1);
    token.signature = std::move(*signature);
    return token;
}

}  // namespace tollgate::auth::jwt
