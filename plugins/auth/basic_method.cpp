// plugins/auth/basic_method.cpp - passwords known to be right, and those that must be hashed first, off the loop.
#include "basic_method.h"

#include "base64.h"
#include "basic_credentials.h"
#include "caller_ids.h"
#include "credentials.h"
#include "key_file.h"
#include "named_caller.h"
#include "password_checks.h"
#include "password_file.h"
#include "words.h"

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tollgate::auth {

namespace {

constexpr std::size_t most_remembered = 10'000;  // right passwords; there are not so many users, as a rule

// Passwords that were right, by their digest: of one content of the file, so that they outlive a reload that has not
// changed it.
class Verified {
public:
    bool has(const Digest& digest) const {
        const std::lock_guard lock{mutex_};
        return digests_.contains(digest);
    }
    void add(const Digest& digest) {
        const std::lock_guard lock{mutex_};
        if (digests_.size() >= most_remembered) digests_.clear();
        digests_.insert(digest);
    }

private:
    mutable std::mutex mutex_;
    std::set<Digest> digests_;
};

std::string text_of(const Digest& digest) { return {digest.begin(), digest.end()}; }

std::string load(const Settings& settings) {
    if (!settings.has("file")) throw ConfigError{"file", "missing; expected a file's path"};
    std::string problem;
    const std::string text = KeyFile::load(settings.text("file"), problem);
    if (!problem.empty()) throw ConfigError{"file", problem};
    return text;
}

PasswordFile read_file(const std::string& text, const Settings& settings) {
    PasswordFile file = PasswordFile::parse(text, settings.text("file"),
                                            [&](std::string_view tier) { return settings.has_tier(tier); });
    std::string all;
    for (const std::string& one : file.problems()) (all += all.empty() ? "" : "\n") += one;
    if (!all.empty()) throw ConfigError{"file", all};
    return file;
}

class BasicMethod final : public Method {
public:
    BasicMethod(const Settings& settings, Host& host)
        : BasicMethod{settings, host, load(settings)} {}

    BasicMethod(const Settings& settings, Host& host, const std::string& text)
        : host_{host}, file_{read_file(text, settings)}, content_{text_of(sha256(text))},
          id_of_{CallerIds::of(settings, "basic")},
          challenge_{"Basic realm=" + quoted_realm(settings) + ", charset=\"UTF-8\""},
          missing_{denial("missing", {401, "password_missing", "a name and a password are required"})},
          malformed_{denial("malformed", {401, "password_malformed", "the name and password are not well formed"})},
          wrong_{denial("wrong", {401, "password_wrong", "the name or the password is wrong"})},
          busy_{host, "basic", "busy", {503, "passwords_busy", "too many passwords are being checked"}},
          checks_{host.state<PasswordChecks>("password checks", [] { return std::make_shared<PasswordChecks>(); })},
          verified_{host.state<Verified>("passwords " + encode_base64(content_),
                                         [] { return std::make_shared<Verified>(); })},
          remembered_(host.loop_count() + 1) {
        busy_.refusal().with("Retry-After", "1");
    }

    Finding find(RequestContext& ctx) const override {
        const Headers& headers = ctx.request().headers();
        std::size_t lines = 0;
        for (const auto [name, value] : headers) lines += same_name(name, "Authorization");
        auto given = read_basic(headers.get("Authorization"));
        if (ctx.traced() && given.form == BasicCredentials::Form::given) ctx.conceal(given.password);
        if (given.form == BasicCredentials::Form::absent) return Finding::missing(missing_, "no name and password");
        if (given.form == BasicCredentials::Form::malformed || lines > 1)
            return Finding::denied(malformed_, "the name and password are malformed, or given twice");
        // Hashed, so that no password stays in memory; with the name, which has no NUL, so that none is another's.
        const Digest digest = sha256(given.name + '\0' + given.password);
        const auto& known = remembered_[host_.this_loop()];
        if (const auto found = known.find(digest); found != known.end()) return Finding::of(found->second);
        if (const PasswordFile::User* user = file_.find(given.name); user && verified_->has(digest))
            return Finding::of(remember(digest, given.name, *user));
        Finding finding;
        finding.later = checked(std::move(given), digest);
        return finding;
    }
    void hide(Request& request) const override {
        if (read_basic(request.headers().get("Authorization")).form != BasicCredentials::Form::absent)
            request.headers().remove("Authorization");
    }
    std::string challenge() const override { return challenge_; }

private:
    Task<Finding> checked(BasicCredentials given, Digest digest) const {
        const PasswordFile::User* user = file_.find(given.name);
        // Also for a name that is not there: whether it is must not be seen by the time this takes.
        const Digest name = sha256(content_ + text_of(digest));
        const auto answer = co_await PasswordChecks::check(
            checks_, host_, name,
            [password = std::move(given.password), hash = user ? user->hash : file_.decoy(given.name)] {
                return is_password(password, hash);
            });
        if (answer == PasswordChecks::Answer::busy)
            co_return Finding::denied(busy_, "too many passwords are being checked");
        if (!user || answer == PasswordChecks::Answer::wrong)
            co_return Finding::denied(wrong_, "the name is not known, or the password not right");
        verified_->add(digest);
        co_return Finding::of(remember(digest, given.name, *user));
    }

    std::shared_ptr<const Caller> remember(const Digest& digest, const std::string& name,
                                           const PasswordFile::User& user) const {
        auto caller = std::make_shared<NamedCaller>(id_of_(name), user.owner, user.tier);
        auto& known = remembered_[host_.this_loop()];
        if (known.size() >= most_remembered) known.clear();
        known.emplace(digest, caller);
        return caller;
    }

    Denial denial(const char* outcome, Refusal refusal) const {
        return {host_, "basic", outcome, std::move(refusal), challenge_};
    }

    Host& host_;
    const PasswordFile file_;
    const std::string content_;  // of the file, as SHA-256
    const CallerIds id_of_;
    const std::string challenge_;
    const Denial missing_, malformed_, wrong_;
    Denial busy_;
    const std::shared_ptr<PasswordChecks> checks_;  // of all uses
    const std::shared_ptr<Verified> verified_;      // of all uses of a file of this content
    mutable std::vector<std::map<Digest, std::shared_ptr<const Caller>>> remembered_;  // by loop
};

}  // namespace

std::unique_ptr<Method> make_basic_method(const Settings& settings, Host& host) {
    return std::make_unique<BasicMethod>(settings, host);
}

}  // namespace tollgate::auth
