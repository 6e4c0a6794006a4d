// plugins/auth/auth.cpp - the auth plugin: who is asking, by a key whose SHA-256 stands in a file.
#include "credentials.h"
#include "key_file.h"
#include "presented.h"

#include <tollgate/plugin.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace tollgate;

namespace {

using auth::Presented;

class KeyCaller final : public Caller {
public:
    explicit KeyCaller(const auth::Credential& credential)
        : id_{credential.id()}, owner_{credential.owner}, tier_{credential.tier} {}
    std::string_view id() const override { return id_; }
    std::string_view owner() const override { return owner_; }
    std::string_view tier() const override { return tier_; }

private:
    std::string id_, owner_, tier_;
};

// One key file's content; shared by all uses that read the same, and carried through a reload that changed nothing.
struct Keys {
    auth::Credentials credentials;
    std::vector<std::shared_ptr<const Caller>> callers;  // by the credential's index
    auth::KeyFile::Tiers tiers;
};

std::string hex(const auth::Digest& digest) {
    std::string text;
    for (const unsigned char byte : digest)
        for (const int digit : {byte >> 4, byte & 15}) text += "0123456789abcdef"[digit];
    return text;
}

// Refuses the file if there is a mistake in it, or a tier that routes.lua does not declare: all of them at once.
void expect_no_problems(std::vector<std::string> problems, const auth::KeyFile::Tiers& tiers,
                        const Settings& settings) {
    const auto declared = [&](std::string_view tier) { return settings.has_tier(tier); };
    for (std::string& more : auth::KeyFile::undeclared(tiers, settings.text("file"), declared))
        problems.push_back(std::move(more));
    std::string all;
    for (const std::string& problem : problems) (all += all.empty() ? "" : "\n") += problem;
    if (!all.empty()) throw ConfigError{"file", all};
}

std::shared_ptr<Keys> parse_keys(std::string_view text, const Settings& settings) {
    auth::KeyFile file = auth::KeyFile::parse(text, settings.text("file"));
    auto keys = std::make_shared<Keys>();
    keys->tiers = file.tiers();
    if (!file.good()) expect_no_problems(file.problems(), keys->tiers, settings);
    keys->credentials = auth::Credentials{file.take_credentials()};
    keys->callers.reserve(keys->credentials.size());
    for (std::size_t i = 0; i < keys->credentials.size(); ++i)
        keys->callers.push_back(std::make_shared<KeyCaller>(keys->credentials[i]));
    return keys;
}

// Keyed by the content, not by the file's time: an edit within one tick of the clock must count. The tiers are another
// matter: the same content may be right before a reload of routes.lua and wrong after it.
std::shared_ptr<const Keys> read_keys(const Settings& settings, Host& host) {
    const std::string path = settings.text("file");
    std::string problem;
    const std::string text = auth::KeyFile::load(path, problem);
    if (!problem.empty()) throw ConfigError{"file", problem};
    auto keys = host.state<Keys>("keys " + hex(auth::sha256(text)) + ' ' + path,
                                 [&] { return parse_keys(text, settings); });
    expect_no_problems({}, keys->tiers, settings);
    return keys;
}

// Where a request carries its key, so that it can be read there and taken out again.
class Place {
public:
    Place(const Settings& settings, bool bearer) : bearer_{bearer} {
        if (!settings.has("key")) {
            kind_ = "header";
            name_ = bearer ? "Authorization" : "X-API-Key";
            return;
        }
        value_ = settings.value("key");
        kind_ = value_.kind();
        name_ = value_.name();
        const std::string text = value_.describe();  // for people: a long name is cut
        if (kind_ != "header" && kind_ != "query" && kind_ != "cookie" && kind_ != "function")
            throw ConfigError{"key", "expected a header, query, cookie or function, got " + text};
        if (bearer && kind_ != "header")
            throw ConfigError{"key", "expected a header for scheme \"bearer\", got " + text};
        if (kind_ == "function" && settings.boolean("hide"))
            throw ConfigError{"hide", "expected false: a key that a function read cannot be taken out of the request"};
    }

    Presented read(const RequestContext& ctx, std::string& scratch) const {
        if (kind_ != "header") return auth::read_plain(value_.of(ctx, scratch));
        const Headers& headers = ctx.request().headers();
        std::size_t lines = 0;
        std::string_view text;
        for (const auto [name, value] : headers) {
            if (!same_name(name)) continue;
            if (lines++ == 0) text = value;
        }
        if (lines == 0) return {};
        // Two lines of one key: which of them an upstream would believe is anybody's guess.
        if (lines > 1 || text.empty()) return {Presented::Form::malformed, {}};
        return bearer_ ? auth::read_bearer(text) : auth::read_plain(text);
    }

    // After this, views into the request and what read() returned are no more.
    void clear(Request& request) const {
        if (kind_ == "header") request.headers().remove(name_);
        if (kind_ == "query") request.set_target(auth::without_parameter(request.target(), name_));
        if (kind_ == "cookie") clear_cookie(request.headers());
    }

    // `header "X-API-Key"`; "" for a function, whose place is no client's business.
    std::string text() const { return kind_ == "function" ? std::string{} : kind_ + " \"" + name_ + '"'; }

private:
    // There may be several lines (RFC 9113 section 8.2.3), any of them with the key or without.
    void clear_cookie(Headers& headers) const {
        std::vector<std::string> rests;
        for (std::size_t i = 0; i < headers.size(); ++i)
            if (const auto [name, value] = headers[i]; is(name, "Cookie"))
                rests.push_back(auth::without_cookie(value, name_));
        headers.remove("Cookie");
        for (const std::string& rest : rests)
            if (!rest.empty()) headers.add("Cookie", rest);
    }
    bool same_name(std::string_view name) const noexcept { return is(name, name_); }
    static bool is(std::string_view name, std::string_view wanted) noexcept {
        return std::equal(name.begin(), name.end(), wanted.begin(), wanted.end(),
                          [](char a, char b) { return lower(a) == lower(b); });
    }
    static char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

    Value value_;
    std::string kind_, name_;
    bool bearer_;
};

std::string quoted_realm(const std::string& realm) {
    std::string text = "\"";
    for (const char c : realm) {
        if (c < 0x20 || c > 0x7e) throw ConfigError{"realm", "expected printable ASCII, got \"" + realm + '"'};
        if (c == '"' || c == '\\') text += '\\';
        text += c;
    }
    return text + '"';
}

class Auth final : public Plugin {
public:
    Auth(const Settings& settings, Host& host)
        : host_{host}, bearer_{settings.text("scheme") == "bearer"}, place_{settings, bearer_},
          file_{settings.text("file")}, keys_{read_keys(settings, host)}, optional_{settings.boolean("optional")},
          hide_{settings.boolean("hide")},
          challenge_{(bearer_ ? "Bearer realm=" : "ApiKey realm=") + quoted_realm(settings.text("realm"))},
          missing_{refusal("key_missing", sentence("an ", "a ", " is required", place_.text()), "")},
          unknown_{refusal("key_unknown", sentence("the ", "the ", " is not known", ""), ", error=\"invalid_token\"")},
          malformed_{refusal("key_malformed", sentence("the ", "the ", " is not well formed", ""),
                             ", error=\"invalid_token\"")},
          accepted_count_{count(host, "accepted")}, anonymous_count_{count(host, "anonymous")},
          missing_count_{count(host, "missing")}, unknown_count_{count(host, "unknown")},
          malformed_count_{count(host, "malformed")}, tier_unknown_count_{count(host, "tier_unknown")} {}

    Verdict on_request(RequestContext& ctx) const override {
        std::string scratch;
        const Presented presented = place_.read(ctx, scratch);
        if (ctx.traced()) ctx.conceal(presented.secret);
        switch (presented.form) {
            case Presented::Form::absent: return without_key(ctx);
            case Presented::Form::malformed:
                malformed_count_.add();
                if (hide_) place_.clear(ctx.request());
                if (ctx.traced()) ctx.trace("the key is malformed: empty, given twice, too long or with blanks");
                return Refusal{malformed_};
            case Presented::Form::secret: break;
        }
        const std::size_t index = keys_->credentials.find(auth::sha256(presented.secret));
        // Also where it is refused: a key with a slip of the finger has no business in a log.
        if (hide_) place_.clear(ctx.request());
        if (index == auth::Credentials::none) {
            unknown_count_.add();
            if (ctx.traced()) ctx.trace("the key is not among the " + std::to_string(keys_->callers.size()) + " known");
            return Refusal{unknown_};
        }
        return let_in(ctx, keys_->callers[index]);
    }

private:
    Verdict without_key(RequestContext& ctx) const {
        if (optional_) {
            anonymous_count_.add();
            if (ctx.traced()) ctx.trace("no key: passes as anonymous");
            return {};
        }
        missing_count_.add();
        if (ctx.traced()) ctx.trace("no key, and one is required");
        return Refusal{missing_};
    }

    Verdict let_in(RequestContext& ctx, const std::shared_ptr<const Caller>& caller) const {
        ctx.set_caller(caller);
        if (!caller->tier().empty() && !ctx.tier(caller->tier())) return without_tier(ctx, *caller);
        accepted_count_.add();
        if (ctx.traced())
            ctx.trace("caller " + name_of(*caller) + ", tier " + or_none(caller->tier()),
                      {{"caller", caller->id()}, {"owner", caller->owner()}, {"tier", caller->tier()}});
        return {};
    }

    // read_keys() has seen to it that this cannot be. Still, not let in with no tier at all: a limit by tier would not
    // hold, and nobody would notice.
    Verdict without_tier(RequestContext& ctx, const Caller& caller) const {
        tier_unknown_count_.add();
        const std::string what =
            "tier \"" + std::string{caller.tier()} + "\" of " + name_of(caller) + " is no tier of routes.lua";
        if (ctx.traced()) ctx.trace(what);
        const std::lock_guard lock{warned_mutex_};
        if (warned_.emplace(caller.tier()).second)
            host_.log(Level::warning, file_ + ": " + what + "; its requests are refused");
        return Refusal{500, "tier_unknown", "the tier of this key is not configured"};
    }

    Refusal refusal(const char* reason, std::string message, const char* error) const {
        Refusal refusal{401, reason, std::move(message)};
        refusal.with("WWW-Authenticate", bearer_ ? challenge_ + error : challenge_);
        return refusal;
    }
    std::string sentence(const char* plain, const char* bearer, const char* predicate, const std::string& place) const {
        return (bearer_ ? std::string{bearer} + "bearer token" : std::string{plain} + "API key") + predicate +
               (place.empty() ? "" : " in " + place);
    }

    static std::string name_of(const Caller& caller) {
        return std::string{caller.id()} + " (owner " + or_none(caller.owner()) + ')';
    }
    static std::string or_none(std::string_view text) { return text.empty() ? "none" : '"' + std::string{text} + '"'; }
    static Counter& count(Host& host, const char* outcome) {
        return host.counter("requests_total", "Requests by what auth made of their key", {{"outcome", outcome}});
    }

    Host& host_;
    const bool bearer_;
    const Place place_;
    const std::string file_;
    const std::shared_ptr<const Keys> keys_;
    const bool optional_, hide_;
    const std::string challenge_;
    const Refusal missing_, unknown_, malformed_;  // copied for each request they refuse
    Counter &accepted_count_, &anonymous_count_, &missing_count_, &unknown_count_, &malformed_count_,
        &tier_unknown_count_;
    mutable std::mutex warned_mutex_;  // only where the configuration is wrong, and then once a request
    mutable std::set<std::string, std::less<>> warned_;
};

constexpr const char* schemes[] = {"plain", "bearer"};

constexpr Field fields[] = {
    {.name = "key", .type = Type::value, .doc = "place of the key; unset: X-API-Key, Authorization if bearer"},
    {.name = "scheme", .type = Type::choice, .doc = "form of the key there: by itself, or \"Bearer KEY\"",
     .fallback = "\"plain\"", .choices = schemes},
    {.name = "file", .type = Type::path, .doc = "file of hashed keys, read at start and at each reload",
     .required = true},
    {.name = "optional", .type = Type::boolean, .doc = "whether a request without a key passes as anonymous",
     .fallback = "false"},
    {.name = "hide", .type = Type::boolean, .doc = "whether the key is removed before the upstream sees it",
     .fallback = "true"},
    {.name = "realm", .type = Type::text, .doc = "name of what is protected, told in WWW-Authenticate",
     .fallback = "\"tollgate\""},
};

}  // namespace

TOLLGATE_PLUGIN(.name = "auth", .summary = "lets in who has a key, and says who it is", .fields = fields,
                .create = make<Auth>)
