// core/store/count_table.cpp - the statements about counts, in SQL that SQLite and PostgreSQL read alike.
#include "store/count_table.h"

#include <openssl/rand.h>

#include <charconv>
#include <stdexcept>
#include <string_view>

namespace tollgate::store {

using Poco::Data::Session;
using Poco::Data::Statement;
using namespace Poco::Data::Keywords;

namespace {

// As 16 digits: of integers below -2^53 POCO 1.11, which reads what PostgreSQL sends as text, loses the last bits.
std::string digits_of(std::uint64_t bits) {
    std::string text(16, '0');
    for (std::size_t i = text.size(); i-- > 0; bits >>= 4) text[i] = "0123456789abcdef"[bits & 15];
    return text;
}
std::uint64_t bits_of(std::string_view digits) {
    std::uint64_t bits = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), bits, 16);
    if (digits.size() != 16 || problem != std::errc{} || end != digits.data() + digits.size())
        throw StoreError{StoreError::Kind::broken, "counts: expected 16 hexadecimal digits, got something else"};
    return bits;
}

constexpr std::chrono::minutes all_counts{1};  // for a question that looks at them all

void add(SessionPool::Lease& lease, std::span<const CountTable::More> more) {
    std::string plugin, name, key;
    Poco::Int64 until = 0, amount = 0;
    Statement insert{*lease};
    insert << "INSERT INTO counts (plugin, name, key_hash, ends_at, amount) VALUES ($1, $2, $3, $4, $5)"
              " ON CONFLICT (plugin, name, key_hash, ends_at) DO UPDATE SET amount = counts.amount + excluded.amount",
        use(plugin), use(name), use(key), use(until), use(amount);
    for (const auto& [of, kept] : more) {
        plugin = of.plugin, name = of.name;
        key = digits_of(kept.key), until = kept.until, amount = kept.amount;
        lease.renew();
        insert.execute();
    }
}

void move(Session& session, const CountTable::Move& one) {
    std::string plugin = one.of.plugin, name = one.of.name, key = digits_of(one.key);
    Poco::Int64 from = one.from, until = one.until;
    session << "INSERT INTO counts (plugin, name, key_hash, ends_at, amount)"
               " SELECT plugin, name, key_hash, CAST($1 AS BIGINT), amount FROM counts"
               " WHERE plugin = $2 AND name = $3 AND key_hash = $4 AND ends_at = $5"
               " ON CONFLICT (plugin, name, key_hash, ends_at) DO UPDATE SET amount = counts.amount + excluded.amount",
        use(until), use(plugin), use(name), use(key), use(from), now;
    session << "DELETE FROM counts WHERE plugin = $1 AND name = $2 AND key_hash = $3 AND ends_at = $4", use(plugin),
        use(name), use(key), use(from), now;
}

}  // namespace

std::array<std::uint64_t, 2> CountTable::secret() {
    std::array<std::uint64_t, 2> random{};
    if (RAND_bytes(reinterpret_cast<unsigned char*>(random.data()), int(sizeof random)) != 1)
        throw std::runtime_error{"openssl: no random bytes are to be had"};
    return database_.write([&](Session& session) {
        std::string first = digits_of(random[0]), second = digits_of(random[1]);
        session << "INSERT INTO count_secret (only_row, first_half, second_half) VALUES (1, $1, $2)"
                   " ON CONFLICT (only_row) DO NOTHING",
            use(first), use(second), now;
        session << "SELECT first_half, second_half FROM count_secret WHERE only_row = 1", into(first), into(second), now;
        return std::array{bits_of(first), bits_of(second)};
    });
}

std::vector<Kept> CountTable::load(const CountName& of, std::int64_t now) {
    return database_.with([&](SessionPool::Lease& lease) {
        lease.allow(all_counts);
        std::string plugin = of.plugin, name = of.name;
        Poco::Int64 after = now;
        std::vector<std::string> keys;
        std::vector<Poco::Int64> ends, amounts;
        Statement select{*lease};
        select << "SELECT key_hash, ends_at, amount FROM counts WHERE plugin = $1 AND name = $2 AND ends_at > $3"
                  " ORDER BY ends_at DESC, key_hash",
            use(plugin), use(name), use(after), into(keys), into(ends), into(amounts);
        select.execute();
        std::vector<Kept> kept;
        kept.reserve(keys.size());
        for (std::size_t i = 0; i < keys.size(); ++i) kept.push_back({bits_of(keys[i]), ends[i], amounts[i]});
        return kept;
    });
}

void CountTable::write(std::span<const More> more, std::span<const Move> moves) {
    database_.write([&](SessionPool::Lease& lease) {
        if (!more.empty()) add(lease, more);
        for (const Move& one : moves) {
            lease.renew();
            move(*lease, one);
        }
    });
}

void CountTable::forget(std::int64_t now) {
    database_.write([&](SessionPool::Lease& lease) {
        lease.allow(all_counts);
        Poco::Int64 until = now;
        *lease << "DELETE FROM counts WHERE ends_at <= $1", use(until), Poco::Data::Keywords::now;
    });
}

}  // namespace tollgate::store
