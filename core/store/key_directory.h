// core/store/key_directory.h - KeyDirectory: what a gateway knows of its database's keys, so that it need not ask.
#pragma once

#include "store/key_table.h"

#include <tollgate/context.h>
#include <tollgate/host.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tollgate::store {

// Who has a key of the database. Immutable, but for when he was seen last.
class StoredCaller final : public Caller {
public:
    explicit StoredCaller(Key key);
    // "key-" and the key's: no other method of auth lets a client choose a name that begins so.
    std::string_view id() const override { return id_; }
    std::string_view owner() const override { return key_.owner; }
    std::string_view tier() const override { return key_.tier; }
    // "name", "scopes" (blanks between), "tollgate.rate" ("100/60s", a limit of its own), "tollgate.burst" ("20", of
    // that limit).
    std::string_view claim(std::string_view name) const override;

    const Key& key() const noexcept { return key_; }

private:
    friend class KeyDirectory;
    const Key key_;
    const std::string id_, rate_, burst_;
    std::atomic<bool> outdated_{false};      // the database says something else by now
    std::atomic<std::int64_t> used_{0};      // microseconds since 1970
    std::atomic<bool> listed_{false};        // among those that take_used() will tell
};

// Of every key 8 bytes of its secret's hash are kept, so that who shows a made-up one is refused without a question to
// the database; of those in use lately, all of it. Filled and kept up to date by one KeyFeed; asked by any thread. A
// look costs a lock that is held for some tens of nanoseconds, one of 64.
class KeyDirectory {
public:
    // At most so many keys are remembered whole; of more, those not seen for longest are forgotten.
    explicit KeyDirectory(std::size_t most_remembered);

    enum class Knows : std::uint8_t {
        caller,   // lets him in
        nobody,   // no key of this hash, or one that lets in nobody (any more)
        perhaps,  // has to be looked up: load() it
    };
    struct Look {
        Knows knows = Knows::nobody;
        std::shared_ptr<const StoredCaller> caller{};
        KeyRefusal refusal = KeyRefusal::unknown;  // why nobody
    };
    Look look(const Digest& sha256, Time now);

    // How many changes note() and forget() have heard of, by parts of the keys' ids and hashes, so that one key's spoil few
    // others' answers.
    static constexpr std::size_t shard_count = 64;
    struct Changes {
        std::array<std::uint64_t, shard_count> ids, hashes;
    };
    Changes changes() const noexcept;
    // What the database has of this hash: nullopt for nothing. Then look() knows. `before`: changes() before the database
    // was asked, by which an answer that is older than what note() has heard is known.
    void load(const Digest& sha256, std::optional<Key> key, const Changes& before);

    // A key is there, or was changed: what is remembered of it counts no more.
    void note(const Key& key);
    // The same for a key of which only the hashes (in hex) are at hand, when everything is read at the start.
    void note_hash(std::string_view hex);
    // Nothing that is remembered counts any more: the database is another than it was.
    void forget();

    // Who was seen since that was asked last, with when; at most `limit`.
    std::vector<std::pair<std::string, Time>> take_used(std::size_t limit);

    // What it has grown to; tests ask.
    std::size_t remembered() const;
    std::size_t bytes_of_hashes() const;

private:
    struct Entry {
        std::shared_ptr<StoredCaller> caller;  // null: the database has nothing of this hash
        Time until;                            // when it ends to be let in
        std::list<Digest>::iterator place;
    };
    struct Hash {
        std::size_t operator()(const Digest& digest) const noexcept;
    };
    using Entries = std::unordered_map<Digest, Entry, Hash>;
    struct Shard {
        mutable std::mutex mutex;
        std::atomic<std::uint64_t> changes{0};
        // Open addressing, at most half full; 0 is empty.
        std::vector<std::uint64_t> prefixes;
        std::size_t prefix_count = 0;
        Entries entries;
        std::list<Digest> by_use;  // the one used last first
        std::vector<std::shared_ptr<StoredCaller>> used;  // since take_used(), each once
    };
    struct IdShard {
        std::mutex mutex;
        std::atomic<std::uint64_t> changes{0};
        std::unordered_map<std::string, std::weak_ptr<StoredCaller>> callers;  // remembered ones by id
    };

    Shard& shard_of(const Digest& digest) noexcept { return shards_[place_of(digest)]; }
    IdShard& shard_of(const std::string& id) noexcept { return ids_[place_of(id)]; }
    static std::size_t place_of(const Digest& digest) noexcept { return digest[8] % shard_count; }
    static std::size_t place_of(const std::string& id) noexcept { return std::hash<std::string>{}(id) % shard_count; }
    static void forget(Shard& shard, Entries::iterator entry);
    static bool has_prefix(const Shard& shard, std::uint64_t prefix) noexcept;
    static void add_prefix(Shard& shard, std::uint64_t prefix);

    const std::size_t most_in_shard_;
    std::array<Shard, shard_count> shards_;
    std::array<IdShard, shard_count> ids_;
};

// "00ff..." as a digest; nullopt where it is none.
std::optional<Digest> digest_of(std::string_view hex);

}  // namespace tollgate::store
