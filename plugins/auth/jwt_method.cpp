// plugins/auth/jwt_method.cpp - tokens that are known, those that must be verified, and the answers to what fails.
#include "jwt_method.h"

#include "caller_ids.h"
#include "jwt/token_cache.h"
#include "jwt/verify.h"
#include "jwt_caller.h"
#include "jwt_keys.h"
#include "place.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>
#include <variant>
#include <vector>

namespace tollgate::auth {

namespace {

using jwt::AlgorithmSet;
using jwt::Fault;
using TokenCache = jwt::TokenCache<const Caller>;

// What a client is told of a fault, by its number. Times help an honest caller, whose clock may be wrong or whose token
// wants renewing. What else was wrong would help others more: figures and the trace know.
struct FaultWords {
    const char *outcome, *reason, *message, *for_trace;
};
constexpr std::array<FaultWords, jwt::fault_count> fault_words{{
    {"malformed", "token_invalid", "the token is not valid", "the token is no JWT that can be read"},
    {"algorithm", "token_invalid", "the token is not valid", "the token's algorithm is not accepted"},
    {"key_unknown", "token_invalid", "the token is not valid", "no key has the token's kid"},
    {"signature", "token_invalid", "the token is not valid", "the token's signature is not by the keys"},
    {"expired", "token_expired", "the token has expired", "the token has expired"},
    {"not_yet_valid", "token_not_yet_valid", "the token is not valid yet", "the token's nbf or iat lies ahead"},
    {"issuer", "token_invalid", "the token is not valid", "the token is from another issuer"},
    {"audience", "token_invalid", "the token is not valid", "the token is for another audience"},
    {"claims", "token_invalid", "the token is not valid",
     "the token lacks a claim (exp, the id), or one is not of its form"},
    {"signature", "token_invalid", "the token is not valid", "the token has no kid, and none of the keys signed it"},
    {"type", "token_invalid", "the token is not valid", "the token's typ is not accepted"},
}};

AlgorithmSet accepted_by(const Settings& settings, const jwt::KeySet* keys) {
    AlgorithmSet fitting, named;
    if (keys) fitting = keys->algorithms();
    else  // keys from a URL are public keys
        for (const auto& facts : jwt::all_algorithms())
            if (facts.family != jwt::Family::hmac) fitting.add(facts.algorithm);
    if (!settings.has("algorithms")) return fitting;
    std::string names;
    for (const auto& facts : jwt::all_algorithms())
        if (fitting.has(facts.algorithm)) (names += names.empty() ? "" : ", ") += facts.name;
    for (const std::string& name : settings.texts("algorithms")) {
        const auto algorithm = jwt::algorithm_named(name);
        if (!algorithm || !fitting.has(*algorithm))
            throw ConfigError{"algorithms", "expected what fits the keys (" + names + "), got \"" + name + '"'};
        named.add(*algorithm);
    }
    if (named.empty())
        throw ConfigError{"algorithms", "expected what fits the keys (" + names + "), got an empty list"};
    return named;
}

std::vector<std::string> texts_of(const Settings& settings, const char* field, std::vector<std::string> otherwise) {
    return settings.has(field) ? settings.texts(field) : std::move(otherwise);
}

// As they are compared: in lower case, and a media type without its "application/" (RFC 7515 section 4.1.9).
std::vector<std::string> types_of(const Settings& settings) {
    std::vector<std::string> types = texts_of(settings, "typ", {});
    for (const std::string& type : types) {
        const bool plain = std::all_of(type.begin(), type.end(), [](char c) { return c > 0x20 && c < 0x7f; });
        const bool lower = std::none_of(type.begin(), type.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
        if (type.empty() || !plain || !lower || type.find('/') != std::string::npos)
            throw ConfigError{"typ", "expected types in lower case without \"application/\" (\"at+jwt\"), got \"" +
                                         type + '"'};
    }
    if (settings.has("typ") && types.empty()) throw ConfigError{"typ", "expected a type, got an empty list"};
    return types;
}

jwt::Rules rules_of(const Settings& settings) {
    return {texts_of(settings, "issuer", {}), texts_of(settings, "audience", {}),
            std::chrono::duration<double>(settings.duration("leeway")).count(), settings.boolean("expiry_required"),
            types_of(settings)};
}

ClaimNames names_of(const Settings& settings) {
    const auto text = [&](const char* field) { return settings.has(field) ? settings.text(field) : std::string{}; };
    if (text("id_claim").empty()) throw ConfigError{"id_claim", "expected the name of a claim, got \"\""};
    return {text("id_claim"), text("owner_claim"), text("tier_claim"),
            texts_of(settings, "scope_claims", {"scope", "scp"})};
}

Scheme scheme_for_tokens(const Settings& settings) {
    const Scheme scheme = scheme_of(settings);
    if (scheme == Scheme::basic)
        throw ConfigError{"scheme", "expected \"plain\" or \"bearer\" for a token, got \"basic\""};
    return settings.has("key") ? scheme : Scheme::bearer;
}

class JwtMethod final : public Method {
public:
    JwtMethod(const Settings& settings, Host& host)
        : host_{host}, place_{settings, "Authorization", scheme_for_tokens(settings), jwt::Token::longest},
          keys_{settings, host},
          accepted_{accepted_by(settings, keys_.fixed())}, rules_{rules_of(settings)}, names_{names_of(settings)},
          id_of_{CallerIds::of(settings, "jwt")},
          challenge_{"Bearer realm=" + quoted_realm(settings)},
          missing_{host, "jwt", "missing",
                   {401, "token_missing",
                    "a token is required" + (place_.text().empty() ? "" : " in " + place_.text())},
                   challenge_},
          no_keys_{host, "jwt", "no_keys", {503, "keys_unavailable", "tokens cannot be verified at the moment"}},
          denials_{denials()}, hits_{looked_up("hit")}, misses_{looked_up("miss")} {
        no_keys_.refusal().with("Retry-After", "1");
        for (std::size_t loop = 0; loop <= host.loop_count(); ++loop)
            caches_.emplace_back(static_cast<std::size_t>(settings.integer("cache")));
    }

    Finding find(RequestContext& ctx) const override {
        std::string scratch;
        const Presented presented = place_.read(ctx, scratch);
        const bool traced = ctx.traced();
        if (traced || place_.is_function()) ctx.conceal(presented.secret);
        if (presented.form == Presented::Form::absent) return Finding::missing(missing_, traced ? "no token" : "");
        if (presented.form == Presented::Form::malformed) return denied(Fault::malformed);
        const JwtKeys::InForce& keys = keys_.now();
        if (const auto* known = cache().find(presented.secret, seconds(), keys.number)) {
            hits_.add();
            return Finding::of(*known);
        }
        misses_.add();
        if (keys.keys) {
            Finding finding = verified(presented.secret, keys);
            if (!may_be_rotated(finding) || !keys_.may_ask_again()) return finding;
        }
        Finding finding;
        finding.later = verified_later(std::string{presented.secret});
        return finding;
    }
    void hide(Request& request) const override { place_.clear(request); }
    std::string challenge() const override { return challenge_; }

private:
    // The issuer may have other keys by now. What names a known key was not made by it, whatever keys there are.
    bool may_be_rotated(const Finding& finding) const noexcept {
        return finding.denial == &denial(Fault::key_unknown) || finding.denial == &denial(Fault::no_key_signed);
    }

    Task<Finding> verified_later(std::string token) const {
        co_await keys_.ask_again();
        const JwtKeys::InForce& keys = keys_.now();
        if (!keys.keys) co_return Finding::denied(no_keys_, "keys_url has not given keys yet");
        co_return verified(token, keys);
    }

    Finding verified(std::string_view token, const JwtKeys::InForce& keys) const {
        const double now = seconds();
        auto outcome = jwt::verify(token, *keys.keys, accepted_, rules_, now);
        if (const Fault* fault = std::get_if<Fault>(&outcome)) return denied(*fault);
        auto& good = std::get<jwt::Verified>(outcome);
        std::shared_ptr<const Caller> caller = make_jwt_caller(std::move(good.claims), names_, id_of_);
        if (!caller) return denied(Fault::claims);
        cache().put(token, caller, good.end, now, keys.number);
        return Finding::of(std::move(caller));
    }

    Finding denied(Fault fault) const {
        return Finding::denied(denial(fault), fault_words[static_cast<std::size_t>(fault)].for_trace);
    }
    const Denial& denial(Fault fault) const noexcept { return denials_[static_cast<std::size_t>(fault)]; }

    std::vector<Denial> denials() const {
        std::vector<Denial> all;
        for (const FaultWords& words : fault_words)
            all.emplace_back(host_, "jwt", words.outcome, Refusal{401, words.reason, words.message},
                             challenge_ + ", error=\"invalid_token\", error_description=\"" + words.message + '"');
        return all;
    }
    Counter& looked_up(std::string_view result) const {
        return host_.counter("token_cache_total", "Tokens by whether they were known to be good", {{"result", result}});
    }
    TokenCache& cache() const { return caches_[host_.this_loop()]; }
    double seconds() const {
        return std::chrono::duration<double>(host_.wall_clock().time_since_epoch()).count();
    }

    Host& host_;
    const Place place_;
    const JwtKeys keys_;
    const AlgorithmSet accepted_;
    const jwt::Rules rules_;
    const ClaimNames names_;
    const CallerIds id_of_;
    const std::string challenge_;
    Denial missing_, no_keys_;
    const std::vector<Denial> denials_;  // by Fault
    Counter &hits_, &misses_;
    mutable std::vector<TokenCache> caches_;  // by loop
};

}  // namespace

std::unique_ptr<Method> make_jwt_method(const Settings& settings, Host& host) {
    return std::make_unique<JwtMethod>(settings, host);
}

}  // namespace tollgate::auth
