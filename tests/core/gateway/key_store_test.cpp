// tests/core/gateway/key_store_test.cpp - keys as a loop asks for them: known at once, looked up, unavailable.
#include "gateway/key_store.h"

#include "core/store/both_databases.h"

#include "support/deadline.h"

#include <tollgate/plugin.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <future>
#include <random>
#include <thread>

using namespace tollgate;
using namespace std::chrono_literals;

namespace {

store::Time wall() { return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now()); }

store::KeyChanges about(const char* owner) {
    store::KeyChanges about;
    about.owner = owner;
    return about;
}

std::string_view bytes(const Digest& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

// A loop on a thread of its own, and a store that it asks.
struct Site {
    explicit Site(const store::DatabaseUrl& url) : keys{std::make_shared<GatewayKeyStore>(url, 1)} {
        thread = std::thread{[this] { loop.run(); }};
    }
    ~Site() {
        keys->finish();
        on_loop([this] { loop.cancel_spawned(); });
        loop.stop();
        thread.join();
    }
    void on_loop(const std::function<void()>& job) {
        const auto done = std::make_shared<std::promise<void>>();
        loop.post([&job, done] {
            job();
            done->set_value();
        });
        done->get_future().wait();
    }
    std::string known(const std::string& secret) {
        std::string said;
        on_loop([&] {
            const auto known = keys->known(bytes(sha256(secret)));
            said = !known ? "?" : *known ? std::string{(*known)->owner()} : "nobody";
        });
        return said;
    }
    // Asked `times` times at once.
    std::vector<std::string> find(const std::string& secret, int times = 1) {
        std::vector<std::string> said(std::size_t(times), "");
        std::vector<Task<void>> asking;
        std::promise<void> all;
        int left = times;
        loop.post([&] {
            for (auto& one : said) {
                asking.push_back(ask(sha256(secret), one, left, all));
                asking.back().start();
            }
        });
        all.get_future().wait();
        on_loop([&] { asking.clear(); });
        return said;
    }
    Task<void> ask(Digest digest, std::string& said, int& left, std::promise<void>& all) {
        try {
            const auto caller = co_await keys->find(bytes(digest));
            said = caller ? std::string{caller->owner()} : "nobody";
        } catch (const KeysUnavailable&) {
            said = "unavailable";
        }
        if (--left == 0) loop.post([&all] { all.set_value(); });
    }
    // A new key of that owner: its secret, or why not.
    std::string create(const std::string& owner) {
        std::string said;
        std::promise<void> done;
        Task<void> asking;
        loop.post([&] {
            asking = make(owner, said, done);
            asking.start();
        });
        done.get_future().wait();
        on_loop([&] { asking = {}; });
        return said;
    }
    Task<void> make(std::string owner, std::string& said, std::promise<void>& done) {
        try {
            store::KeyChanges changes;
            changes.owner = owner;
            said = (co_await keys->create(std::move(changes))).second.shown;
        } catch (const KeysUnavailable&) {
            said = "unavailable";
        } catch (const store::StoreError&) {
            said = "refused";
        }
        loop.post([&done] { done.set_value(); });
    }
    void wait_until_read() {
        test::wait_until("the keys were read", [&] { return !keys->away(); });
    }

    net::EventLoop loop{0};
    std::shared_ptr<GatewayKeyStore> keys;
    std::thread thread;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(gateway_key_store)

BOOST_AUTO_TEST_CASE(a_key_is_looked_up_once_and_known_then) {
    test::on_both_migrated([](store::Database& database) {
        store::KeyTable table{database};
        const auto key = table.create(about("alice"), wall());
        Site site{database.url()};
        site.wait_until_read();
        const auto& secret = key.second.shown;
        BOOST_TEST(site.known(secret) == "?");
        for (const auto& said : site.find(secret, 20)) BOOST_TEST(said == "alice");
        BOOST_TEST(site.known(secret) == "alice");
        BOOST_TEST(site.known("made up") == "nobody");
        BOOST_TEST(site.find("made up").front() == "nobody");
        store::KeyChanges off;
        off.active = false;
        table.update(key.first.id, off);
        test::wait_until("the change is heard of", [&] { return site.known(secret) != "alice"; });
        BOOST_TEST(site.find(secret).front() == "nobody");
    });
}

BOOST_AUTO_TEST_CASE(while_the_database_is_away_known_keys_go_on_and_others_are_not_judged) {
    test::Postgres server;
    store::Database database{test::database_url(server.url())};
    store::migrate(database);
    store::KeyTable table{database};
    const auto used = table.create(about("alice"), wall()), unused = table.create(about("bob"), wall());
    Site site{database.url()};
    site.wait_until_read();
    BOOST_TEST(site.find(used.second.shown).front() == "alice");
    server.kill();
    test::wait_until("it is noticed", [&] { return site.keys->away(); });
    BOOST_TEST(site.known(used.second.shown) == "alice");
    BOOST_TEST(site.find(used.second.shown).front() == "alice");
    BOOST_TEST(site.find(unused.second.shown).front() == "unavailable");
    BOOST_TEST(site.find("made up").front() == "unavailable");
    server.start();
    test::wait_until("it is back", [&] { return !site.keys->away(); });
    BOOST_TEST(site.find(unused.second.shown).front() == "bob");
    BOOST_TEST(site.find("made up").front() == "nobody");
}

BOOST_AUTO_TEST_CASE(who_leaves_while_the_database_thinks_harms_nobody) {
    test::on_both_migrated([](store::Database& database) {
        store::KeyTable table{database};
        const auto key = table.create(about("alice"), wall());
        Site site{database.url()};
        site.wait_until_read();
        std::string said;
        int left = 2;
        std::promise<void> never;
        site.on_loop([&] {
            Task<void> leaves = site.ask(sha256(key.second.shown), said, left, never);
            leaves.start();
        });
        BOOST_TEST(said == "");
        test::wait_until("the lookup has ended", [&] { return site.known(key.second.shown) == "alice"; });
    });
}

BOOST_AUTO_TEST_CASE(who_lost_the_right_to_enter_is_told_why) {
    test::on_both_migrated([](store::Database& database) {
        store::KeyTable table{database};
        store::KeyChanges expired = about("alice"), revoked = about("bob");
        expired.expires.emplace(wall() - 1h);
        revoked.active = false;
        const auto old = table.create(expired, wall()).second.shown, off = table.create(revoked, wall()).second.shown;
        Site site{database.url()};
        site.wait_until_read();
        for (const auto& [secret, why] : {std::pair{old, KeyRefusal::expired}, {off, KeyRefusal::revoked}, {std::string{"made up"}, KeyRefusal::unknown}}) {
            BOOST_TEST(site.find(secret).front() == "nobody");
            site.on_loop([&] { BOOST_TEST((site.keys->why_refused(bytes(sha256(secret))) == why)); });
        }
    });
}

BOOST_AUTO_TEST_CASE(keys_that_change_all_the_time_hold_up_no_others_lookup) {
    test::on_both_migrated([](store::Database& database) {
        store::KeyTable table{database};
        std::vector<std::string> secrets;
        for (int i = 0; i < 50; ++i) secrets.push_back(table.create(about("alice"), wall()).second.shown);
        const auto other = table.create(about("bob"), wall()).first.id;
        Site site{database.url()};
        site.wait_until_read();
        std::atomic<bool> going_on{true};
        std::thread changes{[&] {
            while (going_on) table.update(other, about("bob"));
        }};
        for (const auto& secret : secrets) BOOST_TEST(site.find(secret).front() == "alice");
        going_on = false;
        changes.join();
    });
}

BOOST_AUTO_TEST_CASE(a_key_made_here_is_known_at_once_and_an_owner_registers_once) {
    test::on_both_migrated([](store::Database& database) {
        Site site{database.url()};
        site.wait_until_read();
        const std::string secret = site.create("alice");
        BOOST_TEST(secret.starts_with("tg_"));
        BOOST_TEST(site.find(secret).front() == "alice");
        BOOST_TEST(site.create("alice") == "refused");
        BOOST_TEST(site.create("bob").starts_with("tg_"));
    });
}

// As someone who works on the table by hand does: whoever asks it waits until this is over.
struct Held {
    explicit Held(const store::DatabaseUrl& url) : database{url}, session{database.session()} {
        using namespace Poco::Data::Keywords;
        (*session).begin();
        *session << "LOCK TABLE api_keys IN ACCESS EXCLUSIVE MODE", now;
    }
    ~Held() { (*session).rollback(); }
    store::Database database;
    store::SessionPool::Lease session;
};

BOOST_AUTO_TEST_CASE(a_key_that_nobody_will_hear_of_does_not_keep_its_owner_from_another) {
    const auto url = test::database_url(test::postgres().url("made_too_late"));
    store::Database database{url};
    store::migrate(database);
    Site site{url};
    site.wait_until_read();
    {
        const Held held{url};
        BOOST_TEST(site.create("alice") == "unavailable");
        std::string said;
        std::promise<void> never;
        site.on_loop([&] {
            Task<void> leaves = site.make("bob", said, never);
            leaves.start();
        });
    }
    for (const char* owner : {"alice", "bob"}) {
        test::wait_until("the owner is free", [&] { return site.create(owner).starts_with("tg_"); });
        store::KeyFilter of_owner;
        of_owner.owner = owner;
        BOOST_TEST(store::KeyTable{database}.list(of_owner).size() == 1u);
    }
}

BOOST_AUTO_TEST_CASE(a_lookup_that_failed_is_not_made_again_and_again) {
    const auto url = test::database_url(test::postgres().url("lookup_fails"));
    store::Database database{url};
    store::migrate(database);
    store::KeyTable table{database};
    const auto key = table.create(about("alice"), wall());
    Site site{url};
    site.wait_until_read();
    // The feed goes on, by a change that never comes: who looks a key up by its hash is told that there is no such column.
    test::postgres().ask("CREATE SEQUENCE lookups; ALTER TABLE api_keys RENAME TO kept; CREATE FUNCTION counted(text) RETURNS text "
                         "LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('lookups'); RAISE 'no'; END $$; "
                         "CREATE VIEW api_keys AS SELECT id, owner, name, tier, scopes, rate_count, rate_seconds, rate_burst, active, "
                         "expires_at, created_at, last_used_at, previous_until, counted(secret_sha256) AS secret_sha256, "
                         "previous_sha256, revision FROM kept", "lookup_fails");
    BOOST_TEST(site.find(key.second.shown).front() == "unavailable");
    BOOST_TEST(test::postgres().ask("SELECT last_value FROM lookups", "lookup_fails") == "1");
}

// Random hashes but for one, made by the database itself.
std::string make_keys(store::Database& database, int count) {
    using namespace Poco::Data::Keywords;
    store::KeyTable table{database};
    const auto one = table.create(about("alice"), wall());
    database.write([&](store::SessionPool::Lease& lease) {
        lease.allow(1h);
        auto& session = *lease;
        const std::string values = ", 'owner' || i, '', 'free', '', 1, 1, 0 FROM n", number = std::to_string(count);
        const std::string into = "INSERT INTO api_keys (id, secret_sha256, owner, name, tier, scopes, active, created_at, revision) ";
        if (database.is_sqlite())
            session << into + "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < " + number +
                           ") SELECT 'k' || i, lower(hex(randomblob(32)))" + values, now;
        else
            session << into + "SELECT 'k' || i, md5(random()::text) || md5(random()::text)" + values.substr(0, values.find(" FROM")) +
                           " FROM generate_series(2, " + number + ") AS n(i)", now;
    });
    return one.second.shown;
}

std::size_t resident_bytes() {
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6)) * 1024;
    return 0;
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

BOOST_AUTO_TEST_CASE(a_million_keys_and_a_million_made_up_ones) {
    const bool plain = std::string_view{TOLLGATE_SANITIZER} == "none";
    const int count = plain ? 1'000'000 : 100'000;
    test::on_both_migrated([&](store::Database& database) {
        const std::string secret = make_keys(database, count);
        const auto before = resident_bytes();
        const auto begin = std::chrono::steady_clock::now();
        Site site{database.url()};
        site.wait_until_read();
        const double start_up = seconds_since(begin);
        const auto bytes_used = std::int64_t(resident_bytes()) - std::int64_t(before);
        BOOST_TEST(site.find(secret).front() == "alice");

        double known = 0, made_up = 0;
        int asked = 0, wrong = 0;
        site.on_loop([&] {
            const Digest digest = sha256(secret);
            auto from = std::chrono::steady_clock::now();
            for (int i = 0; i < count; ++i) {
                const auto found = site.keys->known(bytes(digest));
                if (!found || !*found) ++wrong;
            }
            known = seconds_since(from) / count;
            std::mt19937_64 random{7};
            Digest none{};
            from = std::chrono::steady_clock::now();
            for (int i = 0; i < 1'000'000; ++i) {
                for (std::size_t at = 0; at < none.size(); at += 8) {
                    const auto bits = random();
                    std::memcpy(none.data() + at, &bits, 8);
                }
                const auto found = site.keys->known(bytes(none));
                if (!found) ++asked;
                else if (*found) ++wrong;
            }
            made_up = seconds_since(from) / 1'000'000;
        });
        const auto grown = std::int64_t(resident_bytes()) - std::int64_t(before) - bytes_used;
        BOOST_TEST(wrong == 0);
        BOOST_TEST(asked == 0);
        BOOST_TEST(grown < (plain ? 4 << 20 : 256 << 20));
        BOOST_TEST(start_up < 60);
        if (plain) BOOST_TEST(bytes_used < std::int64_t{100} << 20);
        std::printf("%s: %d keys: read in %.2f s, %.1f MB; a known key %.0f ns, a made-up one %.0f ns\n",
                    database.is_sqlite() ? "SQLite" : "PostgreSQL", count, start_up, double(bytes_used) / 1e6, known * 1e9,
                    made_up * 1e9);
    });
}

BOOST_AUTO_TEST_CASE(a_database_that_hangs_keeps_no_gateway_from_ending) {
    test::Postgres server;
    store::Database database{test::database_url(server.url())};
    store::migrate(database);
    store::KeyTable table{database};
    const auto key = table.create(about("alice"), wall());
    Site site{database.url()};
    site.wait_until_read();
    // Whoever reads the table waits.
    store::Database other{database.url()};
    auto session = other.session();
    using namespace Poco::Data::Keywords;
    (*session).begin();
    *session << "LOCK TABLE api_keys IN ACCESS EXCLUSIVE MODE", now;
    BOOST_TEST(site.find(key.second.shown).front() == "unavailable");
    test::wait_until("it is noticed", [&] { return site.keys->away(); });
    site.keys->finish();
    (*session).rollback();
}

BOOST_AUTO_TEST_CASE(one_database_is_opened_once) {
    const test::TemporaryFolder folder;
    GatewayKeyStores stores{1};
    const auto one = test::database_url("sqlite:one.db", folder.path().string());
    const auto first = stores.of(one);
    BOOST_TEST(stores.of(one) == first);
    const auto other = stores.of(test::database_url("sqlite:two.db", folder.path().string()));
    BOOST_TEST(other != first);
    test::wait_until("it was read", [&] { return !stores.away(); });
}

BOOST_AUTO_TEST_SUITE_END()
