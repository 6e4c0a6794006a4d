// plugins/auth/certificate_method.cpp - certificates as callers, any that was verified or only those a file lists.
#include "certificate_method.h"

#include "certificate_file.h"
#include "key_file.h"
#include "named_caller.h"

#include <utility>

namespace tollgate::auth {

namespace {

CertificateFile read_file(const Settings& settings) {
    std::string problem;
    const std::string text = KeyFile::load(settings.text("file"), problem);
    if (!problem.empty()) throw ConfigError{"file", problem};
    CertificateFile file = CertificateFile::parse(text, settings.text("file"),
                                                  [&](std::string_view tier) { return settings.has_tier(tier); });
    std::string all;
    for (const std::string& one : file.problems()) (all += all.empty() ? "" : "\n") += one;
    if (!all.empty()) throw ConfigError{"file", all};
    return file;
}

class CertificateMethod final : public Method {
public:
    CertificateMethod(const Settings& settings, Host& host)
        : tier_{declared_tier(settings, "tier")},
          challenge_{"Certificate realm=" + quoted_realm(settings)},
          missing_{host, "certificate", "missing", {401, "certificate_missing", "a client certificate is required"},
                   challenge_},
          unknown_{host, "certificate", "unknown", {403, "certificate_unknown", "this certificate is not known"}} {
        if (settings.has("file")) file_ = read_file(settings);
    }

    Finding find(RequestContext& ctx) const override {
        const ClientCertificate* shown = ctx.client_certificate();
        if (!shown) return Finding::missing(missing_, "no client certificate");
        const std::string& owner = shown->common_name.empty() ? shown->subject : shown->common_name;
        std::string id = "cert-" + shown->fingerprint.substr(0, 12);
        if (!file_) return Finding::of(std::make_shared<NamedCaller>(std::move(id), owner, tier_));
        const CertificateFile::Entry* entry = file_->find(shown->fingerprint, shown->names, shown->common_name);
        if (!entry)
            return Finding::denied(unknown_, ctx.traced() ? "the certificate of \"" + shown->subject +
                                                                "\" is not in the file" : "");
        return Finding::of(std::make_shared<NamedCaller>(std::move(id), entry->owner.empty() ? owner : entry->owner,
                                                         entry->tier.empty() ? tier_ : entry->tier));
    }
    std::string challenge() const override { return challenge_; }

private:
    std::optional<CertificateFile> file_;
    const std::string tier_;  // of those for whom the file says none
    const std::string challenge_;
    const Denial missing_, unknown_;
};

}  // namespace

std::unique_ptr<Method> make_certificate_method(const Settings& settings, Host& host) {
    return std::make_unique<CertificateMethod>(settings, host);
}

}  // namespace tollgate::auth
