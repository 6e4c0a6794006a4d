// core/net/tls_sessions.cpp - keeping, giving and forgetting sessions.
#include "net/tls_sessions.h"

#include <openssl/ssl.h>

#include <algorithm>

namespace tollgate::net {

void TlsSessions::keep(const std::string& server, SslSessionPointer session) {
    const TimePoint now = Clock::now();
    const std::lock_guard lock{mutex_};
    if (kept_.size() >= most && !kept_.contains(server)) {
        std::erase_if(kept_, [now](const auto& entry) { return entry.second.until <= now; });
        const auto sooner = [](const auto& a, const auto& b) { return a.second.until < b.second.until; };
        if (kept_.size() >= most) kept_.erase(std::min_element(kept_.begin(), kept_.end(), sooner));
    }
    kept_.insert_or_assign(server, Kept{std::move(session), now + lifetime});
}

SslSessionPointer TlsSessions::of(const std::string& server) {
    const std::lock_guard lock{mutex_};
    const auto found = kept_.find(server);
    if (found == kept_.end() || found->second.until <= Clock::now()) return nullptr;
    // OpenSSL resumes nothing of TLS 1.2 whose connection was cut, and finds out when that is over.
    if (SSL_SESSION_is_resumable(found->second.session.get()) != 1) return nullptr;
    SSL_SESSION_up_ref(found->second.session.get());
    return SslSessionPointer{found->second.session.get()};
}

void TlsSessions::forget(const std::string& server) noexcept {
    const std::lock_guard lock{mutex_};
    kept_.erase(server);
}

}  // namespace tollgate::net
