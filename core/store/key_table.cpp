// core/store/key_table.cpp - the statements about API keys, in SQL that SQLite and PostgreSQL read alike.
#include "store/key_table.h"

#include "store/change_wait.h"
#include "store/key_hashes.h"
#include "store/key_rows.h"
#include "support/hexadecimal.h"

#include <algorithm>
#include <map>

namespace tollgate::store {

using Poco::Data::Session;
using Poco::Data::Statement;
using namespace Poco::Data::Keywords;

namespace {

constexpr std::chrono::minutes all_keys{1};      // for a question that looks at them all
constexpr std::size_t hashes_in_time = 1'000;  // that have to come before the server's time is over

std::optional<Key> only(std::vector<Key> keys) {
    if (keys.empty()) return std::nullopt;
    return std::move(keys.front());
}

std::optional<Key> find_in(Session& session, const std::string& id) {
    std::string wanted = id;
    Statement select{session};
    select << "SELECT " << key_columns << " FROM api_keys WHERE id = $1", use(wanted);
    return only(keys_of(select));
}

// Held to the transaction's end, so that writers follow one another: revisions are committed in their order, and what
// was looked up within the transaction stays so.
std::int64_t next_revision(Session& session, bool sqlite) {
    session << "UPDATE store_revision SET revision = revision + 1 WHERE only_row = 1", now;
    ChangeWait::tell(session, sqlite);
    Poco::Int64 revision = 0;
    session << "SELECT revision FROM store_revision WHERE only_row = 1", into(revision), now;
    return revision;
}

void apply(const KeyChanges& changes, Key& key) {
    if (changes.owner) key.owner = *changes.owner;
    if (changes.name) key.name = *changes.name;
    if (changes.tier) key.tier = *changes.tier;
    if (changes.scopes) key.scopes = *changes.scopes;
    if (changes.active) key.active = *changes.active;
    if (changes.rate) key.rate = *changes.rate;
    if (changes.expires) key.expires = *changes.expires;
}

bool has_owner(Session& session, const std::string& owner) {
    std::string wanted = owner;
    int count = 0;
    session << "SELECT COUNT(*) FROM api_keys WHERE owner = $1", use(wanted), into(count), now;
    return count > 0;
}

std::optional<Key> find_hash_in(Session& session, const std::string& sha256) {
    std::string wanted = sha256, also = sha256;
    Statement select{session};
    select << "SELECT " << key_columns << " FROM api_keys WHERE secret_sha256 = $1 OR previous_sha256 = $2", use(wanted), use(also);
    return only(keys_of(select));
}

}  // namespace

std::pair<Key, KeySecret> KeyTable::create(const KeyChanges& about, Time now, bool new_owner) {
    const KeySecret secret = make_key_secret({}, about.form);
    Key key;
    key.id = secret.id;
    key.secret_sha256 = secret.sha256;
    key.created = now;
    apply(about, key);
    database_.write([&](Session& session) {
        key.revision = next_revision(session, database_.is_sqlite());
        if (new_owner && has_owner(session, key.owner))
            throw StoreError{StoreError::Kind::refused, "there is a key of this owner already"};
        insert_key(session, key);
    });
    return {key, secret};
}

std::vector<KeyTable::Imported> KeyTable::import(std::span<const Chosen> chosen, Time now) {
    return database_.write([&](SessionPool::Lease& lease) {
        Session& session = *lease;
        std::vector<Imported> imported;
        for (const auto& [plain, about] : chosen) {
            lease.renew();
            Key key;
            key.revision = next_revision(session, database_.is_sqlite());
            key.secret_sha256 = hexadecimal(sha256(plain));
            if (auto known = find_hash_in(session, key.secret_sha256)) {
                imported.push_back({*std::move(known), true});
                continue;
            }
            key.id = make_key_secret().id;
            key.created = now;
            apply(about, key);
            insert_key(session, key);
            imported.push_back({std::move(key), false});
        }
        return imported;
    });
}

void KeyTable::take_back(const std::string& id) {
    std::string wanted = id;
    database_.write([&](Session& session) { session << "DELETE FROM api_keys WHERE id = $1", use(wanted), now; });
}

std::optional<Key> KeyTable::find(const std::string& id) {
    return database_.with([&](Session& session) { return find_in(session, id); });
}

std::optional<Key> KeyTable::find_by_hash(const std::string& sha256) {
    return database_.with([&](Session& session) { return find_hash_in(session, sha256); });
}

std::vector<KeyTable::Tier> KeyTable::tiers() {
    return database_.with([](SessionPool::Lease& lease) {
        lease.allow(all_keys);
        std::vector<std::string> names;
        std::vector<Poco::Int64> counts;
        *lease << "SELECT tier, COUNT(*) FROM api_keys WHERE tier <> '' AND active = 1 GROUP BY tier ORDER BY tier", into(names),
            into(counts), now;
        std::vector<Tier> tiers;
        for (std::size_t i = 0; i < names.size(); ++i) tiers.push_back({names[i], std::size_t(counts[i])});
        return tiers;
    });
}

std::vector<Key> KeyTable::list(const KeyFilter& filter) {
    return database_.with([&](Session& session) {
        std::string after = filter.after, owner = filter.owner.value_or(""), tier = filter.tier.value_or("");
        int active = filter.active.value_or(false) ? 1 : 0;
        int place = 1;
        std::string where = " WHERE id > $1";
        const auto also = [&](const char* column) { where += std::string(" AND ") + column + " = $" + std::to_string(++place); };
        Statement select{session};
        if (filter.owner) also("owner");
        if (filter.tier) also("tier");
        if (filter.active) also("active");
        select << "SELECT " << key_columns << " FROM api_keys" << where << " ORDER BY id LIMIT "
               << std::min<std::size_t>(filter.limit, 1000);
        select, use(after);
        if (filter.owner) select, use(owner);
        if (filter.tier) select, use(tier);
        if (filter.active) select, use(active);
        return keys_of(select);
    });
}

std::optional<Key> KeyTable::update(const std::string& id, const KeyChanges& changes) {
    return database_.write([&](Session& session) -> std::optional<Key> {
        const auto revision = next_revision(session, database_.is_sqlite());
        auto key = find_in(session, id);
        if (!key) return std::nullopt;
        apply(changes, *key);
        key->revision = revision;
        replace_key(session, *key);
        return key;
    });
}

std::optional<std::pair<Key, KeySecret>> KeyTable::rotate(const std::string& id, Time previous_until) {
    return database_.write([&](Session& session) -> std::optional<std::pair<Key, KeySecret>> {
        const auto revision = next_revision(session, database_.is_sqlite());
        auto key = find_in(session, id);
        if (!key) return std::nullopt;
        const KeySecret secret = make_key_secret(id);
        key->previous_sha256 = std::exchange(key->secret_sha256, secret.sha256);
        key->previous_until = previous_until;
        key->revision = revision;
        replace_key(session, *key);
        return std::pair{*key, secret};
    });
}

std::size_t KeyTable::each_hash(const std::function<void(std::string_view)>& take) {
    return database_.with([&](SessionPool::Lease& lease) {
        std::size_t count = 0;
        const auto take_one = [&](std::string_view hash) {
            if (++count % hashes_in_time == 0) lease.renew();
            take(hash);
        };
        return database_.is_sqlite() ? each_hash_by_pages(*lease, take_one) : each_hash_as_it_comes(*lease, take_one);
    });
}

std::int64_t KeyTable::revision() {
    return database_.with([](Session& session) {
        Poco::Int64 revision = 0;
        session << "SELECT revision FROM store_revision WHERE only_row = 1", into(revision), now;
        return std::int64_t{revision};
    });
}

std::vector<Key> KeyTable::changed_since(std::int64_t revision, std::size_t limit) {
    return database_.with([&](Session& session) {
        Poco::Int64 since = revision;
        Statement select{session};
        select << "SELECT " << key_columns << " FROM api_keys WHERE revision > $1 ORDER BY revision LIMIT " << limit, use(since);
        return keys_of(select);
    });
}

void KeyTable::note_used(const std::vector<std::pair<std::string, Time>>& used) {
    if (used.empty()) return;
    std::map<std::string, std::int64_t> last;
    for (const auto& [id, time] : used) {
        auto& at = last[id];
        at = std::max<std::int64_t>(at, time.time_since_epoch().count());
    }
    // One question however many there are: to a server that is far each costs its way.
    database_.write([&](Session& session) {
        std::vector<std::string> ids;
        ids.reserve(last.size());
        std::string values;
        for (const auto& [id, at] : last) {
            ids.push_back(id);
            values += (values.empty() ? "($" : ", ($") + std::to_string(ids.size()) + ", " + std::to_string(at) + ")";
        }
        Statement update{session};
        update << "UPDATE api_keys SET last_used_at = used.column2 FROM (VALUES " << values
               << ") AS used WHERE id = used.column1 AND (last_used_at IS NULL OR last_used_at < used.column2)";
        for (auto& id : ids) update, use(id);
        update.execute();
    });
}

}  // namespace tollgate::store
