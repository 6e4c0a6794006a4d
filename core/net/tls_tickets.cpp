// core/net/tls_tickets.cpp - making ticket keys, replacing and forgetting them.
#include "net/tls_tickets.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace tollgate::net {

TlsTickets::~TlsTickets() {
    for (auto* key : {&current_, &former_})
        if (*key) OPENSSL_cleanse(&**key, sizeof **key);
}

void TlsTickets::retire_old() {
    const TimePoint now = now_();
    if (current_ && now - current_->made >= lifetime) {
        former_ = current_;
        current_.reset();
    }
    if (former_ && now - former_->made >= 2 * lifetime) {
        OPENSSL_cleanse(&*former_, sizeof *former_);
        former_.reset();
    }
}

std::optional<TlsTickets::Key> TlsTickets::to_seal() {
    const std::lock_guard lock{mutex_};
    retire_old();
    if (!current_) {
        Key fresh{.name = {}, .cipher = {}, .digest = {}, .made = now_()};
        if (RAND_bytes(fresh.name.data(), int(fresh.name.size())) != 1 ||
            RAND_priv_bytes(fresh.cipher.data(), int(fresh.cipher.size())) != 1 ||
            RAND_priv_bytes(fresh.digest.data(), int(fresh.digest.size())) != 1)
            return std::nullopt;
        current_ = fresh;
    }
    return current_;
}

std::optional<TlsTickets::Key> TlsTickets::to_open(std::span<const unsigned char, 16> name, bool& sealed_anew) {
    const std::lock_guard lock{mutex_};
    retire_old();
    const auto named = [&](const std::optional<Key>& key) { return key && std::ranges::equal(key->name, name); };
    sealed_anew = !named(current_);
    if (!sealed_anew) return current_;
    return named(former_) ? former_ : std::nullopt;
}

// As they are in memory: processes of one machine agree on that, and on the clock since its start. Where a Key has
// become another thing, its size has.
static_assert(std::is_trivially_copyable_v<TlsTickets::Key>);

std::string TlsTickets::to_hand_over() {
    const std::lock_guard lock{mutex_};
    retire_old();
    std::string keys;
    for (const auto& key : {current_, former_})
        if (key) keys.append(reinterpret_cast<const char*>(&*key), sizeof *key);
    return keys;
}

void TlsTickets::take_over(std::string_view keys) {
    if (keys.size() != sizeof(Key) && keys.size() != 2 * sizeof(Key)) return;
    const std::lock_guard lock{mutex_};
    for (auto* key : {&current_, &former_}) {
        if (keys.empty()) break;
        std::memcpy(&key->emplace(), keys.data(), sizeof(Key));
        keys.remove_prefix(sizeof(Key));
    }
    retire_old();
}

}  // namespace tollgate::net
