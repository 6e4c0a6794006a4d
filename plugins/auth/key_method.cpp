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
    if (!settings.has("file")) throw ConfigError{"file", "missing; expected a file's path"};
    const std::string path = settings.text("file");
    std::string problem;
    const std::string text = KeyFile::load(path, problem);
    if (!problem.empty()) throw ConfigError{"file", problem};
    auto keys = host.state<Keys>("keys " + hex(sha256(text)) + ' ' + path, [&] { return parse_keys(text, settings); });
    expect_no_problems({}, keys->tiers, settings);
    return keys;
}

class KeyMethod final : public Method {
public:
    KeyMethod(const Settings& settings, Host& host)
        : host_{host}, bearer_{settings.text("scheme") == "bearer"},
          place_{settings, bearer_ ? "Authorization" : "X-API-Key", bearer_, longest_secret},
          keys_{read_keys(settings, host)},
          challenge_{(bearer_ ? "Bearer realm=" : "ApiKey realm=") + quoted_realm(settings)},
          missing_{denial("missing", sentence("an ", "a ", " is required", place_.text()), "")},
          unknown_{denial("unknown", sentence("the ", "the ", " is not known", ""), ", error=\"invalid_token\"")},
          malformed_{denial("malformed", sentence("the ", "the ", " is not well formed", ""),
                            ", error=\"invalid_token\"")} {}

    Finding find(RequestContext& ctx) const override {
        std::string scratch;
        const Presented presented = place_.read(ctx, scratch);
        const bool traced = ctx.traced();
        if (traced) ctx.conceal(presented.secret);
        if (presented.form == Presented::Form::absent) return Finding::missing(missing_, traced ? "no key" : "");
        if (presented.form == Presented::Form::malformed)
            return Finding::denied(malformed_,
                                   traced ? "the key is malformed: empty, given twice, too long or with blanks" : "");
        const std::size_t index = keys_->credentials.find(sha256(presented.secret));
        if (index != Credentials::none) return Finding::of(keys_->callers[index]);
        return Finding::denied(
            unknown_, traced ? "the key is not among the " + std::to_string(keys_->callers.size()) + " known" : "");
    }
    void hide(Request& request) const override { place_.clear(request); }
    std::string challenge() const override { return challenge_; }

private:
    Denial denial(const char* outcome, std::string message, const char* error) const {
        return {host_, "key", outcome, Refusal{401, std::string{"key_"} + outcome, std::move(message)},
                bearer_ ? challenge_ + error : challenge_};
    }
    std::string sentence(const char* plain, const char* bearer, const char* predicate, const std::string& place) const {
        return (bearer_ ? std::string{bearer} + "bearer token" : std::string{plain} + "API key") + predicate +
               (place.empty() ? "" : " in " + place);
    }

    Host& host_;
    const bool bearer_;
    const Place place_;
    const std::shared_ptr<const Keys> keys_;
    const std::string challenge_;
    const Denial missing_, unknown_, malformed_;
};

}  // namespace

std::unique_ptr<Method> make_key_method(const Settings& settings, Host& host) {
    return std::make_unique<KeyMethod>(settings, host);
}

}  // namespace tollgate::auth
