// plugins/auth/signature_method.cpp - the steps from a signed request to its signer, and the answers to what fails.
#include "signature_method.h"

#include "caller_ids.h"
#include "key_file.h"
#include "signature/base.h"
#include "signature/claimed.h"
#include "signature/content_digest.h"
#include "signature/replays.h"
#include "signed_message.h"
#include "signer_file.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

namespace tollgate::auth {

namespace {

using signature::Claimed;
using signature::ContentDigest;
using signature::Replays;

constexpr std::string_view digest_field = "content-digest";
constexpr std::size_t piece_size = std::size_t{64} << 10;  // hashed in one turn of a loop: a tenth of a millisecond

SignerFile read_file(const Settings& settings) {
    if (!settings.has("file")) throw ConfigError{"file", "missing; expected a file's path"};
    std::string problem;
    const std::string text = KeyFile::load(settings.text("file"), problem);
    if (!problem.empty()) throw ConfigError{"file", problem};
    SignerFile file = SignerFile::parse(
        text, settings.text("file"), [&](std::string_view tier) { return settings.has_tier(tier); },
        CallerIds::of(settings, "signature"));
    std::string all;
    for (const std::string& one : file.problems()) (all += all.empty() ? "" : "\n") += one;
    if (!all.empty()) throw ConfigError{"file", all};
    return file;
}

double seconds_of(const Settings& settings, const char* field) {
    return std::chrono::duration<double>(settings.duration(field)).count();
}

// What must be covered: `always`, and where there is a body its digest.
struct Required {
    std::vector<std::string> always{"@method", "@authority", "@path", "@query"};
    bool digest = true;

    explicit Required(const Settings& settings) {
        if (!settings.has("components")) return;
        always = settings.texts("components");
        for (const std::string& name : always)
            if (!signature::is_component(name))
                throw ConfigError{"components", "expected \"@method\", \"@target-uri\", \"@authority\", \"@scheme\", "
                                                "\"@request-target\", \"@path\", \"@query\" or a header's name in "
                                                "lower case, got \"" + name + '"'};
        if (always.empty()) throw ConfigError{"components", "expected what a signature must cover, got an empty list"};
        digest = std::erase(always, digest_field) > 0;
    }

    // `"@method" "@path"`, as a client would write it.
    std::string text() const {
        std::string all;
        for (const std::string& name : always) (all += all.empty() ? "" : " ") += signature::written_string(name);
        if (digest) (all += all.empty() ? "" : " ") += signature::written_string(digest_field);
        return all;
    }
};

class SignatureMethod final : public Method {
public:
    SignatureMethod(const Settings& settings, Host& host)
        : host_{host}, required_{settings}, file_{read_file(settings)},
          tag_{settings.has("tag") ? settings.text("tag") : std::string{}},
          max_age_{seconds_of(settings, "max_age")}, leeway_{seconds_of(settings, "leeway")},
          largest_body_{static_cast<std::size_t>(settings.size("largest_body"))},
          challenge_{"Signature realm=" + quoted_realm(settings)},
          missing_{denial("missing", {401, "signature_missing", "a signature is required"})},
          malformed_{denial("malformed", {401, "signature_malformed", "the signature is not well formed"})},
          incomplete_{denial("incomplete", {401, "signature_incomplete",
                                            "the signature must cover " + in_words()})},
          expired_{denial("expired", {401, "signature_expired", "the signature has expired"})},
          not_yet_valid_{denial("not_yet_valid", {401, "signature_not_yet_valid", "the signature is not valid yet"})},
          key_unknown_{denial("key_unknown", {401, "signature_invalid", "the signature is not valid"})},
          algorithm_{denial("algorithm", {401, "signature_invalid", "the signature is not valid"})},
          wrong_{denial("signature", {401, "signature_invalid", "the signature is not valid"})},
          digest_{denial("digest", {401, "digest_wrong", "the body is not what Content-Digest says"})},
          replayed_{denial("replayed", {401, "signature_replayed", "this request was made before"})},
          body_too_large_{host, "signature", "body_too_large",
                          {413, "signed_body_too_large", "the body of a signed request may have at most " +
                                                             std::to_string(largest_body_) + " bytes"}},
          busy_{host, "signature", "busy", {503, "signatures_busy", "too many signed requests were made"}} {
        busy_.refusal().with("Retry-After", "10");
        if (settings.text("replay") == "allow") return;
        replays_ = host.state<Replays>("replays " + settings.text("file"), [] { return std::make_shared<Replays>(); });
        replays_->settle(max_age_ + 2 * leeway_, static_cast<std::size_t>(settings.integer("remember")));
    }

    Finding find(RequestContext& ctx) const override {
        const auto input = lines_of(ctx.request().headers(), "signature-input");
        const auto signature = lines_of(ctx.request().headers(), "signature");
        if (!input && !signature) return Finding::missing(missing_, "no signature");
        if (ctx.traced() && signature) ctx.conceal(*signature);
        Claimed::Fault fault{};
        auto claimed = Claimed::read(input.value_or(""), signature.value_or(""), tag_, fault);
        if (!claimed) return without(fault);
        if (const Denial* denial = objection_to(*claimed))
            return Finding::denied(*denial, "the signature's times, or what it covers");
        Finding finding;
        finding.later = verified(ctx, std::move(*claimed));
        return finding;
    }
    void hide(Request& request) const override {
        request.headers().remove("Signature-Input");
        request.headers().remove("Signature");
    }
    std::string challenge() const override { return challenge_; }

private:
    Finding without(Claimed::Fault fault) const {
        switch (fault) {
            case Claimed::Fault::absent: return Finding::missing(missing_, "no signature has the tag");
            case Claimed::Fault::several:
                return Finding::denied(malformed_, "several signatures, and nothing says which of them is meant");
            case Claimed::Fault::malformed: break;
        }
        return Finding::denied(malformed_, "Signature-Input and Signature are not of RFC 9421's form");
    }

    // What can be said of it before it is verified.
    const Denial* objection_to(const Claimed& claimed) const {
        const double now = std::chrono::duration<double>(host_.wall_clock().time_since_epoch()).count();
        const auto created = static_cast<double>(claimed.created);
        if (created > now + leeway_) return &not_yet_valid_;
        if (created + max_age_ + leeway_ <= now) return &expired_;
        if (claimed.expires && static_cast<double>(*claimed.expires) + leeway_ <= now) return &expired_;
        const auto covered = [&](const std::string& name) { return signature::covers(claimed.input, name); };
        return std::all_of(required_.always.begin(), required_.always.end(), covered) ? nullptr : &incomplete_;
    }

    // The signature first, so that bodies are held and hashed for signers only.
    Task<Finding> verified(RequestContext& ctx, Claimed claimed) const {
        const bool digest_covered = signature::covers(claimed.input, digest_field);
        const auto base = signature::base_of(claimed.input, message_of(ctx.request(), ctx.request_body_length()));
        if (!base) co_return Finding::denied(malformed_, "the signature covers what the request has not, or twice");
        const Signer* known = file_.find(claimed.key_id);
        // Also for an id that is not there: whether it is must not be seen by the time this takes.
        const Signer& signer = known ? *known : file_.decoy();
        const bool right = signer.signed_this(*base, claimed.signature);
        if (!known) co_return Finding::denied(key_unknown_, "no signer has the keyid");
        if (claimed.algorithm && *claimed.algorithm != signer.algorithm_name)
            co_return Finding::denied(algorithm_, "alg is not the algorithm of this keyid");
        if (!right) co_return Finding::denied(wrong_, "the signature is not by the keyid's key over this request");
        if (const Denial* denial = co_await objection_to_body(ctx, digest_covered))
            co_return Finding::denied(*denial, "the body, or what is said of it");
        if (const Denial* denial = replayed(claimed, *base))
            co_return Finding::denied(*denial, "taken before, or there is no room to remember it");
        co_return Finding::of(signer.caller);
    }

    // Nothing of the body has gone on when this is known.
    Task<const Denial*> objection_to_body(RequestContext& ctx, bool digest_covered) const {
        if (!digest_covered) {
            if (required_.digest && !co_await ctx.whole_request_body(0)) co_return &incomplete_;
            co_return nullptr;
        }
        auto digest = ContentDigest::read(lines_of(ctx.request().headers(), digest_field).value_or(""));
        if (!digest) co_return &digest_;
        const auto body = co_await ctx.whole_request_body(largest_body_);
        if (!body) co_return &body_too_large_;
        for (std::string_view rest = *body; !rest.empty();) {
            const std::string_view piece = rest.substr(0, piece_size);
            digest->add(piece);
            rest.remove_prefix(piece.size());
            if (!rest.empty()) co_await host_.sleep(std::chrono::nanoseconds{0});  // the others' turn
        }
        co_return digest->matches() ? nullptr : &digest_;
    }

    // By what was signed, not by the signature: of one of ECDSA anybody can make another that is as good.
    const Denial* replayed(const Claimed& claimed, const std::string& base) const {
        if (!replays_) return nullptr;
        const Digest name = sha256(claimed.nonce ? "nonce" + ('\0' + claimed.key_id) + '\0' + *claimed.nonce : base);
        const double now = std::chrono::duration<double>(host_.now().time_since_epoch()).count();
        switch (replays_->note(name, now)) {
            case Replays::Answer::again: return &replayed_;
            case Replays::Answer::full: return &busy_;
            case Replays::Answer::first: break;
        }
        return nullptr;
    }

    Denial denial(const char* outcome, Refusal refusal) const {
        Denial made{host_, "signature", outcome, std::move(refusal), challenge_};
        made.refusal().with("Accept-Signature",
                            "sig=(" + required_.text() + ");created;keyid" +
                                (tag_.empty() ? "" : ";tag=" + signature::written_string(tag_)));
        return made;
    }
    std::string in_words() const {
        std::string all;
        for (const std::string& name : required_.always) (all += all.empty() ? "" : ", ") += name;
        if (required_.digest) all += all.empty() ? "content-digest of a body" : ", and content-digest of a body";
        return all;
    }

    Host& host_;
    const Required required_;
    const SignerFile file_;
    const std::string tag_;
    const double max_age_, leeway_;
    const std::size_t largest_body_;
    const std::string challenge_;
    const Denial missing_, malformed_, incomplete_, expired_, not_yet_valid_, key_unknown_, algorithm_, wrong_, digest_,
        replayed_, body_too_large_;
    Denial busy_;
    std::shared_ptr<Replays> replays_;  // null where they are allowed
};

}  // namespace

std::unique_ptr<Method> make_signature_method(const Settings& settings, Host& host) {
    return std::make_unique<SignatureMethod>(settings, host);
}

}  // namespace tollgate::auth
