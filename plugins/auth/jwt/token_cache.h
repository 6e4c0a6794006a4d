// plugins/auth/jwt/token_cache.h - TokenCache: tokens that were verified, so that each is verified once.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollgate::auth::jwt {

// What is known of each token, a T, until its time is over or its keys have changed. Holds so many and no more: sets
// of eight, in which the longest unused makes room. For one thread; aligned, since those of several loops lie side by
// side.
//
// A token is found by its end, which is of its signature, and then compared as a whole. To hash all of it (SHA-256 of
// 700 bytes takes 0.5 us) would cost more than everything else here. Nobody learns a signature from the time it takes,
// since nothing is compared before its last 24 bytes agree; and as only what was verified comes in, strangers can
// neither choose where tokens fall nor push any out.
template <class T>
class alignas(128) TokenCache {
public:
    explicit TokenCache(std::size_t most) : sets_{std::bit_ceil((most + ways - 1) / ways)}, on_{most > 0} {}

    // `keys` numbers the set of keys in force, `now` is in seconds since 1970. Null where it is not known. The pointer
    // holds until the next put().
    const std::shared_ptr<T>* find(std::string_view token, double now, std::uint64_t keys) noexcept {
        if (entries_.empty()) return nullptr;
        const std::uint64_t tag = tag_of(token);
        const std::size_t begin = set_of(tag);
        for (std::size_t at = begin; at != begin + ways; ++at) {
            if (tags_[at] != tag || entries_[at].token != token) continue;
            Entry& entry = entries_[at];
            if (entry.keys != keys || now >= entry.end) return nullptr;
            entry.used = ++clock_;
            return &entry.known;
        }
        return nullptr;
    }

    void put(std::string_view token, std::shared_ptr<T> known, double end, double now, std::uint64_t keys) {
        if (!on_) return;
        if (entries_.empty()) {
            entries_.resize(sets_ * ways);
            tags_.resize(sets_ * ways);
        }
        const std::uint64_t tag = tag_of(token);
        const std::size_t begin = set_of(tag);
        std::size_t place = begin;
        for (std::size_t at = begin; at != begin + ways; ++at) {
            if (tags_[at] == tag && entries_[at].token == token) {
                place = at;
                break;
            }
            if (worth(entries_[at], now, keys) < worth(entries_[place], now, keys)) place = at;
        }
        entries_[place] = {std::string{token}, std::move(known), end, keys, ++clock_};
        tags_[place] = tag;
    }

    std::size_t capacity() const noexcept { return on_ ? sets_ * ways : 0; }

private:
    static constexpr std::size_t ways = 8;
    struct Entry {
        std::string token;
        std::shared_ptr<T> known;  // null: free
        double end = 0;
        std::uint64_t keys = 0, used = 0;
    };

    static std::uint64_t worth(const Entry& entry, double now, std::uint64_t keys) noexcept {
        return !entry.known || now >= entry.end || entry.keys != keys ? 0 : entry.used;
    }
    static std::uint64_t tag_of(std::string_view token) noexcept {
        std::array<std::uint64_t, 3> words{};
        const std::string_view last = token.substr(token.size() - std::min(token.size(), sizeof words));
        std::memcpy(words.data(), last.data(), last.size());
        std::uint64_t tag = 0;
        for (const std::uint64_t word : words) tag = std::rotl((tag ^ word) * 0x9e3779b97f4a7c15u, 29);
        return tag;
    }
    std::size_t set_of(std::uint64_t tag) const noexcept { return (tag & (sets_ - 1)) * ways; }

    const std::size_t sets_;
    const bool on_;
    std::vector<std::uint64_t> tags_;  // of the entries; one line of the processor's cache per set
    std::vector<Entry> entries_;       // allocated with the first put()
    std::uint64_t clock_ = 0;
};

}  // namespace tollgate::auth::jwt
