// plugins/auth/jwt_keys.h - JwtKeys: the keys that tokens are verified with, from routes.lua, a file, or a URL.
#pragma once

#include "jwt/key_set.h"

#include <tollgate/host.h>
#include <tollgate/settings.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tollgate::auth {

class JwtKeys {
public:
    // What `keys`, `keys_url` or `secret` say, of which there must be one. Throws ConfigError.
    JwtKeys(const Settings& settings, Host& host);
    ~JwtKeys();

    struct InForce {
        std::shared_ptr<const jwt::KeySet> keys;  // null: none has come yet
        std::uint64_t number = 0;                 // another one for other keys
    };
    // [loop] The keys in force. The first call begins to fetch, and from then on they are kept fresh.
    const InForce& now() const;
    // [loop] Fetches, unless that was done within `retry`, and waits for that, or for one that is under way already: a
    // thousand do, others go on at once. Afterwards now() may have other keys.
    Task<void> ask_again() const;
    // Whether that could bring anything.
    bool may_ask_again() const noexcept;
    // Null where keys are fetched and none has come yet; else what they were at the start.
    const jwt::KeySet* fixed() const noexcept { return fixed_.keys.get(); }

private:
    struct Fetched;
    struct Figures;
    bool due() const noexcept;
    Task<void> keep_fresh() const;
    Task<void> fetch() const;
    bool is_known(const std::string& text) const;
    void take_up(std::string text, jwt::KeySet keys) const;
    void note_failure(const std::string& why) const;

    Host& host_;
    InForce fixed_;
    std::string url_;
    std::chrono::nanoseconds refresh_{}, retry_{};
    std::unique_ptr<Figures> figures_;
    std::shared_ptr<Fetched> fetched_;   // null unless from a URL; shared by all uses of it, also through reloads
    mutable std::vector<InForce> seen_;  // by loop: what it knows of fetched_
};

}  // namespace tollgate::auth
