// core/store/key_table.h - KeyTable: the API keys as the database has them; every statement about them is here.
#pragma once

#include "store/database.h"
#include "store/key_secret.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollgate::store {

using Time = std::chrono::sys_time<std::chrono::microseconds>;

// A key's own limit, instead of its tier's.
struct KeyRate {
    std::int64_t count = 0, seconds = 1;
    std::int64_t burst = 0;  // most at once; 0: nothing is said of it
    bool operator==(const KeyRate&) const = default;
};

struct Key {
    std::string id, owner, name, tier, scopes;  // scopes with blanks between
    std::optional<KeyRate> rate;
    bool active = true;
    std::optional<Time> expires, last_used;
    Time created{};
    std::optional<Time> previous_until;  // the secret before the last rotation is good until then
    // Not for people: what is shown is hashed to one of these.
    std::string secret_sha256, previous_sha256;
    std::int64_t revision = 0;
};

// What may be said of a key. nullopt: nothing is (as it was, or the default). Of what may be taken away again there is
// an optional within: the inner nullopt takes it away.
struct KeyChanges {
    std::optional<std::string> owner, name, tier, scopes;
    std::optional<bool> active;
    std::optional<std::optional<KeyRate>> rate;
    std::optional<std::optional<Time>> expires;
    std::string form{usual_form};  // of a secret that is made with it
};

struct KeyFilter {
    std::optional<std::string> owner, tier;
    std::optional<bool> active;
    std::string after;        // the id that the page before ended with
    std::size_t limit = 100;  // at most 1000
};

// Any thread; every call may block and throws StoreError. What is wrong with a value is the caller's to say before.
class KeyTable {
public:
    explicit KeyTable(Database& database) : database_{database} {}

    // With a new secret, which is told here and never again. `new_owner`: StoreError::refused where the owner has a key
    // already, be it revoked.
    std::pair<Key, KeySecret> create(const KeyChanges& about, Time now, bool new_owner = false);
    // Keys that their operator has chosen, all in one transaction.
    struct Chosen {
        std::string plain;
        KeyChanges about;
    };
    struct Imported {
        Key key;
        bool was_there;  // already: it stays as it is
    };
    std::vector<Imported> import(std::span<const Chosen> chosen, Time now);
    // A key of which nobody has the secret ceases to be, as if it had not been made.
    void take_back(const std::string& id);
    std::optional<Key> find(const std::string& id);
    struct Tier {
        std::string name;
        std::size_t keys = 0;
    };
    // Those that active keys name, by name.
    std::vector<Tier> tiers();
    // Also by the secret before the last rotation.
    std::optional<Key> find_by_hash(const std::string& sha256);
    std::vector<Key> list(const KeyFilter& filter);  // by id
    std::optional<Key> update(const std::string& id, const KeyChanges& changes);
    // Another secret; the one before is good until then. nullopt: there is no such key.
    std::optional<std::pair<Key, KeySecret>> rotate(const std::string& id, Time previous_until);

    // Tells `take` the hash of every secret, in hex, also of those before the last rotation. Returns how many keys there
    // are. Of PostgreSQL a million take a second or two, read as they come and not by POCO, which takes ten times as long.
    std::size_t each_hash(const std::function<void(std::string_view)>& take);

    // Counts every change, in the order in which they were committed.
    std::int64_t revision();
    // Those changed after it, at most `limit`, the earliest first.
    std::vector<Key> changed_since(std::int64_t revision, std::size_t limit = 1000);
    // When they were used last, by id; older than what is there changes nothing. No revision: nobody need hear of it.
    void note_used(const std::vector<std::pair<std::string, Time>>& used);

private:
    Database& database_;
};

}  // namespace tollgate::store
