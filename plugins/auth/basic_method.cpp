// plugins/auth/basic_method.cpp - passwords known to be right, and those that must be hashed first, off the loop.
#include "basic_method.h"

#include "basic_credentials.h"
#include "credentials.h"
#include "key_file.h"
#include "named_caller.h"
#include "password_file.h"

#include <atomic>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace tollgate::auth {

namespace {

// A hash costs a thread some 100 ms: who sends wrong passwords by the thousand must not have all threads.
constexpr int most_checks = 4;
constexpr std::size_t most_remembered = 10'000;  // right passwords, by loop; there are not so many users, as a rule

PasswordFile read_file(const Settings& settings) {
    if (!settings.has("file")) throw ConfigError{"file", "missing; expected a file's path"};
    std::string problem;
    const std::string text = KeyFile::load(settings.text("file"), problem);
    if (!problem.empty()) throw ConfigError{"file", problem};
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
        : host_{host}, file_{std::make_shared<const PasswordFile>(read_file(settings))},
          challenge_{"Basic realm=" + quoted_realm(settings) + ", charset=\"UTF-8\""},
          missing_{denial("missing", {401, "password_missing", "a name and a password are required"})},
          malformed_{denial("malformed", {401, "password_malformed", "the name and password are not well formed"})},
          wrong_{denial("wrong", {401, "password_wrong", "the name or the password is wrong"})},
          busy_{host, "basic", "busy", {503, "passwords_busy", "too many passwords are being checked"}},
          remembered_(host.loop_count() + 1) {
        busy_.refusal().with("Retry-After", "1");
    }

    Finding find(RequestContext& ctx) const override {
        const Headers& headers = ctx.request().headers();
        std::size_t lines = 0;
        for (const auto [name, value] : headers) lines += is_authorization(name);
        auto given = read_basic(headers.get("Authorization"));
        if (ctx.traced() && given.form == BasicCredentials::Form::given) ctx.conceal(given.password);
        if (given.form == BasicCredentials::Form::absent) return Finding::missing(missing_, "no name and password");
        if (given.form == BasicCredentials::Form::malformed || lines > 1)
            return Finding::denied(malformed_, "the name and password are malformed, or given twice");
        // Hashed, so that no password stays in memory; with the name, which has no NUL, so that none is another's.
        const Digest digest = sha256(given.name + '\0' + given.password);
        const auto& known = remembered_[host_.this_loop()];
        if (const auto found = known.find(digest); found != known.end()) return Finding::of(found->second);
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
    struct Checking {
        explicit Checking(std::atomic<int>& c) noexcept : count{c}, first_enough{count.fetch_add(1) < most_checks} {}
        Checking(const Checking&) = delete;
        Checking& operator=(const Checking&) = delete;
        ~Checking() { count.fetch_sub(1); }
        std::atomic<int>& count;
        const bool first_enough;
    };

    Task<Finding> checked(BasicCredentials given, Digest digest) const {
        const PasswordFile::User* user = file_->find(given.name);
        // The work holds its place until it ends, also where the request that asked for it is gone.
        const auto checking = std::make_shared<Checking>(*checks_);
        if (!checking->first_enough) co_return Finding::denied(busy_, "too many passwords are being checked");
        // Also for a name that is not there: whether it is must not be seen by the time this takes.
        const bool right = co_await host_.run_blocking(
            [checks = checks_, checking, password = std::move(given.password),
             hash = user ? user->hash : file_->decoy()] { return is_password(password, hash); });
        if (!user || !right) co_return Finding::denied(wrong_, "the name is not known, or the password not right");
        auto caller = std::make_shared<NamedCaller>(given.name, user->owner, user->tier);
        auto& known = remembered_[host_.this_loop()];
        if (known.size() >= most_remembered) known.clear();
        known.emplace(digest, caller);
        co_return Finding::of(std::move(caller));
    }

    static bool is_authorization(std::string_view name) noexcept {
        constexpr std::string_view wanted = "authorization";
        if (name.size() != wanted.size()) return false;
        for (std::size_t i = 0; i < name.size(); ++i)
            if ((name[i] | 0x20) != wanted[i]) return false;
        return true;
    }
    Denial denial(const char* outcome, Refusal refusal) const {
        return {host_, "basic", outcome, std::move(refusal), challenge_};
    }

    Host& host_;
    const std::shared_ptr<const PasswordFile> file_;
    const std::string challenge_;
    const Denial missing_, malformed_, wrong_;
    Denial busy_;
    const std::shared_ptr<std::atomic<int>> checks_ = std::make_shared<std::atomic<int>>(0);  // under way
    mutable std::vector<std::map<Digest, std::shared_ptr<const Caller>>> remembered_;         // by loop
};

}  // namespace

std::unique_ptr<Method> make_basic_method(const Settings& settings, Host& host) {
    return std::make_unique<BasicMethod>(settings, host);
}

}  // namespace tollgate::auth
