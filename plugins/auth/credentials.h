// plugins/auth/credentials.h - Credentials: the keys that may enter, found by the SHA-256 of what a client presents.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::auth {

using Digest = std::array<unsigned char, 32>;

// A longer secret is no key of ours: it is refused unhashed, so that nobody makes us hash for them.
inline constexpr std::size_t longest_secret = 512;

// SHA-256 of the text. Any thread; allocates only at a thread's first call. Throws std::runtime_error where OpenSSL
// refuses (a provider without SHA-256).
Digest sha256(std::string_view text);

// What is known of one key. The secret itself is nowhere: only who holds it can make the digest.
struct Credential {
    Digest digest{};
    std::string owner;  // "" if none was given
    std::string tier;   // "" if none was given
    // "key-" and the first 12 hex digits of the digest: safe to log, since 48 bits of a hash lead back to no secret
    // worth the name.
    std::string id() const;
};

// Immutable once filled; find() is safe from any thread.
class Credentials {
public:
    Credentials() = default;
    // The digests must differ; KeyFile sees to that.
    explicit Credentials(std::vector<Credential> all);

    std::size_t size() const noexcept { return all_.size(); }
    const Credential& operator[](std::size_t index) const noexcept { return all_[index]; }

    static constexpr std::size_t none = SIZE_MAX;
    // The index of the credential with this digest, or `none`. Which slot is looked at first depends on the digest,
    // and so does the time; the digest of a guess tells nothing about its neighbours' secrets. The comparison of a
    // whole digest takes the same time wherever it differs.
    std::size_t find(const Digest& digest) const noexcept;

private:
    // Open addressing, at most half full: the digest's first eight bytes are as good a hash as any.
    struct Slot {
        std::uint64_t prefix = 0;
        std::uint32_t index = empty;
    };
    static constexpr std::uint32_t empty = UINT32_MAX;

    std::vector<Credential> all_;
    std::vector<Slot> slots_;
    std::size_t mask_ = 0;
};

}  // namespace tollgate::auth
