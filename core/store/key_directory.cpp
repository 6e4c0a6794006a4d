// core/store/key_directory.cpp - remembering keys, and forgetting those that nobody shows.
#include "store/key_directory.h"

#include "store/key_facts.h"
#include "support/hexadecimal.h"

#include <algorithm>
#include <cstring>

namespace tollgate::store {

namespace {

std::uint64_t prefix_of(const Digest& digest) noexcept {
    std::uint64_t prefix = 0;
    std::memcpy(&prefix, digest.data(), sizeof prefix);
    return prefix == 0 ? 1 : prefix;
}

constexpr std::int64_t news_after = 60'000'000;  // microseconds; a use within that of the last one is no news

}  // namespace

std::optional<Digest> digest_of(std::string_view hex) {
    Digest digest{};
    if (hex.size() != 2 * digest.size()) return std::nullopt;
    for (std::size_t i = 0; i < hex.size(); ++i) {
        const char c = hex[i];
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0) return std::nullopt;
        digest[i / 2] = static_cast<unsigned char>(digest[i / 2] << 4 | digit);
    }
    return digest;
}

StoredCaller::StoredCaller(Key key)
    : key_{std::move(key)}, id_{"key-" + key_.id}, rate_{key_.rate ? show(KeyRate{key_.rate->count, key_.rate->seconds}) : std::string{}},
      burst_{key_.rate && key_.rate->burst > 0 ? std::to_string(key_.rate->burst) : std::string{}} {}

std::string_view StoredCaller::claim(std::string_view name) const {
    if (name == "name") return key_.name;
    if (name == "scopes") return key_.scopes;
    if (name == "tollgate.rate") return rate_;
    if (name == "tollgate.burst") return burst_;
    return {};
}

KeyDirectory::KeyDirectory(std::size_t most_remembered)
    : most_in_shard_{std::max<std::size_t>(1, most_remembered / shard_count)} {}

std::size_t KeyDirectory::Hash::operator()(const Digest& digest) const noexcept { return std::size_t(prefix_of(digest)); }

bool KeyDirectory::has_prefix(const Shard& shard, std::uint64_t prefix) noexcept {
    if (shard.prefixes.empty()) return false;
    const std::size_t mask = shard.prefixes.size() - 1;
    for (std::size_t slot = std::size_t(prefix) & mask; shard.prefixes[slot] != 0; slot = (slot + 1) & mask)
        if (shard.prefixes[slot] == prefix) return true;
    return false;
}

void KeyDirectory::add_prefix(Shard& shard, std::uint64_t prefix) {
    if (has_prefix(shard, prefix)) return;
    if (2 * (shard.prefix_count + 1) > shard.prefixes.size()) {
        std::vector<std::uint64_t> before(std::max<std::size_t>(16, 2 * shard.prefixes.size()), 0);
        before.swap(shard.prefixes);
        shard.prefix_count = 0;
        for (const auto known : before)
            if (known != 0) add_prefix(shard, known);
    }
    const std::size_t mask = shard.prefixes.size() - 1;
    std::size_t slot = std::size_t(prefix) & mask;
    while (shard.prefixes[slot] != 0) slot = (slot + 1) & mask;
    shard.prefixes[slot] = prefix;
    ++shard.prefix_count;
}

KeyDirectory::Look KeyDirectory::look(const Digest& sha256, Time now) {
    Shard& shard = shard_of(sha256);
    const std::lock_guard lock{shard.mutex};
    const auto found = shard.entries.find(sha256);
    if (found == shard.entries.end() || (found->second.caller && found->second.caller->outdated_.load(std::memory_order_acquire)))
        return {has_prefix(shard, prefix_of(sha256)) ? Knows::perhaps : Knows::nobody};
    Entry& entry = found->second;
    shard.by_use.splice(shard.by_use.begin(), shard.by_use, entry.place);
    if (!entry.caller) return {Knows::nobody};
    if (!entry.caller->key_.active) return {Knows::nobody, nullptr, KeyRefusal::revoked};
    if (now >= entry.until) return {Knows::nobody, nullptr, KeyRefusal::expired};
    const std::int64_t at = now.time_since_epoch().count();
    if (at - entry.caller->used_.load(std::memory_order_relaxed) >= news_after) {
        entry.caller->used_.store(at);
        // Nobody may take them for long.
        if (!entry.caller->listed_.exchange(true)) shard.used.push_back(entry.caller);
    }
    return {Knows::caller, entry.caller};
}

KeyDirectory::Changes KeyDirectory::changes() const noexcept {
    Changes changes;
    for (std::size_t i = 0; i < shard_count; ++i) {
        changes.ids[i] = ids_[i].changes.load();
        changes.hashes[i] = shards_[i].changes.load();
    }
    return changes;
}

void KeyDirectory::load(const Digest& sha256, std::optional<Key> key, const Changes& before) {
    std::shared_ptr<StoredCaller> caller;
    Time until{};
    if (key) {
        const bool previous = hexadecimal(sha256) == key->previous_sha256;
        until = key->expires.value_or(Time::max());
        if (previous) until = std::min(until, key->previous_until.value_or(Time{}));
        IdShard& ids = shard_of(key->id);
        const std::lock_guard lock{ids.mutex};
        auto& known = ids.callers[key->id];
        caller = known.lock();
        // Two hashes may lead to one key.
        if (!caller || caller->outdated_ || caller->key_.revision < key->revision) {
            if (caller) caller->outdated_.store(true, std::memory_order_release);
            known = caller = std::make_shared<StoredCaller>(*key);
        }
        if (ids.callers.size() > 2 * most_in_shard_ + 16)
            std::erase_if(ids.callers, [](const auto& entry) { return entry.second.expired(); });
    }
    Shard& shard = shard_of(sha256);
    const std::lock_guard lock{shard.mutex};
    const auto [entry, fresh] = shard.entries.try_emplace(sha256);
    if (fresh) {
        shard.by_use.push_front(sha256);
        entry->second.place = shard.by_use.begin();
    }
    entry->second.caller = caller;
    entry->second.until = until;
    // Was something near changed since the database was asked, it may be this: note() either finds what was put down above,
    // or has counted before this looks. Of what is not there, only the hash is known.
    const bool changed = key ? shard_of(key->id).changes.load() != before.ids[place_of(key->id)]
                             : shard.changes.load() != before.hashes[place_of(sha256)];
    if (changed) {
        if (caller) caller->outdated_.store(true, std::memory_order_release);
        else forget(shard, entry);
    }
    if (shard.entries.size() > most_in_shard_) {
        shard.entries.erase(shard.by_use.back());
        shard.by_use.pop_back();
    }
}

void KeyDirectory::forget(Shard& shard, Entries::iterator entry) {
    shard.by_use.erase(entry->second.place);
    shard.entries.erase(entry);
}

void KeyDirectory::note(const Key& key) {
    {
        IdShard& ids = shard_of(key.id);
        ++ids.changes;
        const std::lock_guard lock{ids.mutex};
        const auto known = ids.callers.find(key.id);
        if (known != ids.callers.end())
            if (const auto caller = known->second.lock(); caller && caller->key_.revision < key.revision)
                caller->outdated_.store(true, std::memory_order_release);
    }
    for (const auto& hash : {key.secret_sha256, key.previous_sha256}) {
        const auto digest = digest_of(hash);
        if (!digest) continue;
        Shard& shard = shard_of(*digest);
        ++shard.changes;
        const std::lock_guard lock{shard.mutex};
        add_prefix(shard, prefix_of(*digest));
        // That there was nothing is no longer so.
        const auto nothing = shard.entries.find(*digest);
        if (nothing != shard.entries.end() && !nothing->second.caller) forget(shard, nothing);
    }
}

void KeyDirectory::note_hash(std::string_view hex) {
    const auto digest = digest_of(hex);
    if (!digest) return;
    Shard& shard = shard_of(*digest);
    const std::lock_guard lock{shard.mutex};
    add_prefix(shard, prefix_of(*digest));
}

void KeyDirectory::forget() {
    for (auto& ids : ids_) ++ids.changes;
    for (auto& shard : shards_) ++shard.changes;
    for (auto& shard : shards_) {
        const std::lock_guard lock{shard.mutex};
        for (const auto& [digest, entry] : shard.entries)
            if (entry.caller) entry.caller->outdated_.store(true, std::memory_order_release);
        shard.entries.clear();
        shard.by_use.clear();
    }
}

std::vector<std::pair<std::string, Time>> KeyDirectory::take_used(std::size_t limit) {
    std::vector<std::pair<std::string, Time>> used;
    for (auto& shard : shards_) {
        const std::lock_guard lock{shard.mutex};
        while (!shard.used.empty() && used.size() < limit) {
            auto& caller = *shard.used.back();
            caller.listed_.store(false);  // before the time is read: who is seen by another secret meanwhile is not missed
            used.emplace_back(caller.key_.id, Time{std::chrono::microseconds{caller.used_.load()}});
            shard.used.pop_back();
        }
    }
    return used;
}

std::size_t KeyDirectory::remembered() const {
    std::size_t count = 0;
    for (const auto& shard : shards_) {
        const std::lock_guard lock{shard.mutex};
        count += shard.entries.size();
    }
    return count;
}

std::size_t KeyDirectory::bytes_of_hashes() const {
    std::size_t bytes = 0;
    for (const auto& shard : shards_) {
        const std::lock_guard lock{shard.mutex};
        bytes += shard.prefixes.size() * sizeof(std::uint64_t);
    }
    return bytes;
}

}  // namespace tollgate::store
