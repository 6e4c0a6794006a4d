// plugins/auth/key_method.cpp - finding the caller a key belongs to, and the answers to keys that belong to none.
#include "key_method.h"

#include "credentials.h"
#include "key_file.h"
#include "named_caller.h"
#include "place.h"

#include <utility>
#include <vector>

namespace tollgate::auth {

namespace {

// One key file's content; shared by all uses that read the same, and carried through a reload that changed nothing.
struct Keys {
    Credentials credentials;
    std::vector<std::shared_ptr<const Caller>> callers;  // by the credential's index
    KeyFile::Tiers tiers;
};

std::string hex(const Digest& digest) {
    std::string text;
    for (const unsigned char byte : digest)
        for (const int digit : {byte >> 4, byte & 15}) text += "0123456789abcdef"[digit];
    return text;
}

// Refuses the file if there is a mistake in it, or a tier that routes.lua does not declare: all of them at once.
void expect_no_problems(std::vector<std::string> problems, const KeyFile::Tiers& tiers, const Settings& settings) {
    const auto declared = [&](std::string_view tier) { return settings.has_tier(tier); };
    for (std::string& more : KeyFile::undeclared(tiers, settings.text("file"), declared))
        problems.push_back(std::move(more));
    std::string all;
    for (const std::string& problem : problems) (all += all.empty() ? "" : "\n") += problem;
    if (!all.empty()) throw ConfigError{"file", all};
}

std::shared_ptr<Keys> parse_keys(std::string_view text, const Settings& settings) {
    KeyFile file = KeyFile::parse(text, settings.text("file"));
    auto keys = std::make_shared<Keys>();
    keys->tiers = file.tiers();
    if (!file.good()) expect_no_problems(file.problems(), keys->tiers, settings);
    keys->credentials = Credentials{file.take_credentials()};
    keys->callers.reserve(keys->credentials.size());
    for (std::size_t i = 0; i < keys->credentials.size(); ++i) {
        const Credential& one = keys->credentials[i];
        keys->callers.push_back(std::make_shared<NamedCaller>(one.id(), one.owner, one.tier));
    }
    return keys;
}

// Keyed by the content, not by the file's time: an edit within one tick of the clock must count. The tiers are another
// matter: the same content may be right before a reload of routes.lua and wrong after it.
std::shared_ptr<const Keys> read_keys(const Settings& settings, Host& host) {
    if (!settings.has("file")) return nullptr;
    const std::string path = settings.text("file");
    std::string problem;
    const std::string text = KeyFile::load(path, problem);
    if (!problem.empty()) throw ConfigError{"file", problem};
    auto keys = host.state<Keys>("keys " + hex(sha256(text)) + ' ' + path, [&] { return parse_keys(text, settings); });
    expect_no_problems({}, keys->tiers, settings);
    return keys;
}

const char* challenge_word(Scheme scheme) noexcept {
    return scheme == Scheme::bearer ? "Bearer realm=" : scheme == Scheme::basic ? "Basic realm=" : "ApiKey realm=";
}

class KeyMethod final : public Method {
public:
    KeyMethod(const Settings& settings, Host& host)
        : host_{host}, scheme_{scheme_of(settings)},
          place_{settings, scheme_ == Scheme::plain ? "X-API-Key" : "Authorization", scheme_, longest_secret},
          keys_{read_keys(settings, host)}, store_{keys_ ? nullptr : host.keys()},
          challenge_{challenge_word(scheme_) + quoted_realm(settings)},
          missing_{denial("missing", sentence("an ", "a ", " is required", place_.text()), "")},
          unknown_{denial("unknown", sentence("the ", "the ", " is not known", ""), ", error=\"invalid_token\"")},
          malformed_{denial("malformed", sentence("the ", "the ", " is not well formed", ""),
                            ", error=\"invalid_token\"")},
          expired_{denial("expired", sentence("the ", "the ", " has expired", ""), ", error=\"invalid_token\"")},
          revoked_{denial("revoked", sentence("the ", "the ", " was revoked", ""), ", error=\"invalid_token\"")},
          unavailable_{host, "key", "unavailable",
                       Refusal{503, "keys_unavailable", "keys cannot be looked up just now"}.with("Retry-After", "1")} {}

    Finding find(RequestContext& ctx) const override {
        std::string scratch;
        const Presented presented = place_.read(ctx, scratch);
        const bool traced = ctx.traced();
        if (traced || place_.is_function()) ctx.conceal(presented.secret);
        if (presented.form == Presented::Form::absent) return Finding::missing(missing_, traced ? "no key" : "");
        if (presented.form == Presented::Form::malformed)
            return Finding::denied(malformed_,
                                   traced ? "the key is malformed: empty, given twice, too long or with blanks" : "");
        const Digest digest = sha256(presented.secret);
        if (!keys_) return in_database(digest, traced);
        const std::size_t index = keys_->credentials.find(digest);
        if (index != Credentials::none) return Finding::of(keys_->callers[index]);
        return Finding::denied(
            unknown_, traced ? "the key is not among the " + std::to_string(keys_->callers.size()) + " known" : "");
    }
    void hide(Request& request) const override { place_.clear(request); }
    std::string challenge() const override { return challenge_; }

private:
    // Nearly always known at once.
    Finding in_database(const Digest& digest, bool traced) const {
        if (!store_)
            return Finding::denied(unavailable_, traced ? "the database of keys is not asked where nothing is served" : "");
        if (const auto known = store_->known(bytes_of(digest))) return judged(*known, digest, traced);
        Finding finding;
        finding.later = looked_up(digest, traced);
        return finding;
    }
    Task<Finding> looked_up(Digest digest, bool traced) const {
        try {
            const auto caller = co_await store_->find(bytes_of(digest));
            co_return judged(caller, digest, traced);
        } catch (const KeysUnavailable& problem) {
            co_return Finding::denied(unavailable_, traced ? std::string{"keys: "} + problem.what() : "");
        }
    }
    // Who has the secret of a key may know what became of it; to anybody else all keys are alike.
    Finding judged(const std::shared_ptr<const Caller>& caller, const Digest& digest, bool traced) const {
        if (caller) return Finding::of(caller);
        switch (store_->why_refused(bytes_of(digest))) {
            case KeyRefusal::expired: return Finding::denied(expired_, traced ? "the key has expired" : "");
            case KeyRefusal::revoked: return Finding::denied(revoked_, traced ? "the key was revoked" : "");
            case KeyRefusal::unknown: break;
        }
        return Finding::denied(unknown_, traced ? "the key is not in the database" : "");
    }
    static std::string_view bytes_of(const Digest& digest) noexcept {
        return {reinterpret_cast<const char*>(digest.data()), digest.size()};
    }

    Denial denial(const char* outcome, std::string message, const char* error) const {
        return {host_, "key", outcome, Refusal{401, std::string{"key_"} + outcome, std::move(message)},
                scheme_ == Scheme::bearer ? challenge_ + error : challenge_};
    }
    std::string sentence(const char* plain, const char* bearer, const char* predicate, const std::string& place) const {
        return (scheme_ == Scheme::bearer ? std::string{bearer} + "bearer token" : std::string{plain} + "API key") +
               predicate + (place.empty() ? "" : " in " + place);
    }

    Host& host_;
    const Scheme scheme_;
    const Place place_;
    const std::shared_ptr<const Keys> keys_;   // null: those of the database
    const std::shared_ptr<KeyStore> store_;    // null: those of the file, or nothing is served
    const std::string challenge_;
    const Denial missing_, unknown_, malformed_, expired_, revoked_, unavailable_;
};

}  // namespace

std::unique_ptr<Method> make_key_method(const Settings& settings, Host& host) {
    return std::make_unique<KeyMethod>(settings, host);
}

}  // namespace tollgate::auth
