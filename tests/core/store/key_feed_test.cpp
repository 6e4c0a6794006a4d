// tests/core/store/key_feed_test.cpp - a directory follows its database, also one that goes away and comes back.
#include "store/key_feed.h"

#include "core/store/both_databases.h"

#include "support/deadline.h"
#include "support/hexadecimal.h"

using namespace tollgate;
using namespace tollgate::store;
using namespace std::chrono_literals;
using Knows = KeyDirectory::Knows;

namespace {

const Time start{std::chrono::microseconds{1'800'000'000'000'000}};

KeyChanges about(const char* owner) {
    KeyChanges about;
    about.owner = owner;
    return about;
}

void wait_for(KeyDirectory& directory, const std::string& secret, Knows knows) {
    test::wait_until("the directory has heard of it", [&] { return directory.look(sha256(secret), start).knows == knows; });
}

bool behind(const KeyFeed& feed) { return feed.behind_since(std::chrono::steady_clock::now()).has_value(); }

// As the gateway does it.
void load(KeyDirectory& directory, KeyTable& table, const std::string& secret) {
    const auto changes = directory.changes();
    directory.load(sha256(secret), table.find_by_hash(hexadecimal(sha256(secret))), changes);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_key_feed)

BOOST_AUTO_TEST_CASE(what_is_there_and_what_comes_is_known) {
    test::on_both([](Database& database) {
        migrate(database);
        KeyTable table{database};
        const auto before = table.create(about("alice"), start);
        KeyDirectory directory{100};
        {
            KeyFeed feed{database, directory};
            wait_for(directory, before.second.shown, Knows::perhaps);
            test::wait_until("it has read everything", [&] { return !behind(feed); });
            BOOST_TEST(feed.problem() == "");
            const auto after = table.create(about("bob"), start);
            wait_for(directory, after.second.shown, Knows::perhaps);
            load(directory, table, after.second.shown);
            wait_for(directory, after.second.shown, Knows::caller);
            KeyChanges off;
            off.active = false;
            table.update(after.first.id, off);
            wait_for(directory, after.second.shown, Knows::perhaps);
            load(directory, table, after.second.shown);
            wait_for(directory, after.second.shown, Knows::nobody);
            load(directory, table, before.second.shown);
            directory.look(sha256(before.second.shown), start + 5s);
        }
        // The end of the feed writes down who was seen.
        BOOST_TEST((table.find(before.first.id)->last_used == start + 5s));
    });
}

BOOST_AUTO_TEST_CASE(a_new_database_gets_its_schema) {
    test::on_both([](Database& database) {
        KeyDirectory directory{100};
        const KeyFeed feed{database, directory};
        test::wait_until("it has read everything", [&] { return !behind(feed); });
        BOOST_TEST(migration_status(database).pending.empty());
    });
}

BOOST_AUTO_TEST_CASE(a_database_from_before_is_read_anew) {
    test::on_both([](Database& database) {
        migrate(database);
        KeyTable table{database};
        const auto key = table.create(about("alice"), start);
        KeyDirectory directory{100};
        const KeyFeed feed{database, directory};
        test::wait_until("it has read everything", [&] { return !behind(feed); });
        load(directory, table, key.second.shown);
        wait_for(directory, key.second.shown, Knows::caller);
        database.write([](Poco::Data::Session& session) {
            using namespace Poco::Data::Keywords;
            session << "DELETE FROM api_keys", now;
            session << "UPDATE store_revision SET revision = 0", now;
        });
        wait_for(directory, key.second.shown, Knows::perhaps);
        load(directory, table, key.second.shown);
        BOOST_TEST((directory.look(sha256(key.second.shown), start).knows == Knows::nobody));
        const auto other = table.create(about("bob"), start);
        wait_for(directory, other.second.shown, Knows::perhaps);
    });
}

// A view that changes a key whenever somebody looks: no answer ever says that this was the last change.
BOOST_AUTO_TEST_CASE(a_database_that_changes_with_every_look_is_followed) {
    Database database{test::database_url(test::postgres().url("feed_changes"))};
    migrate(database);
    KeyTable table{database};
    const auto key = table.create(about("alice"), start);
    test::postgres().ask(
        "ALTER TABLE api_keys RENAME TO keys_kept; CREATE FUNCTION looked_at() RETURNS SETOF keys_kept LANGUAGE plpgsql AS $$ "
        "BEGIN UPDATE store_revision SET revision = revision + 1; "
        "UPDATE keys_kept SET revision = (SELECT revision FROM store_revision); RETURN QUERY SELECT * FROM keys_kept; END $$; "
        "CREATE VIEW api_keys AS SELECT * FROM looked_at()", "feed_changes");
    KeyDirectory directory{100};
    const KeyFeed feed{database, directory};
    test::wait_until("it has read everything", [&] { return !behind(feed); });
    BOOST_TEST((directory.look(sha256(key.second.shown), start).knows == Knows::perhaps));
}

BOOST_AUTO_TEST_CASE(however_many_were_used_all_are_written_down) {
    test::on_both_migrated([](Database& database) {
        KeyTable table{database};
        std::vector<KeyTable::Chosen> chosen;
        for (int i = 0; i < 1200; ++i) chosen.push_back({"chosen key " + std::to_string(i), about("alice")});
        const auto imported = table.import(chosen, start);
        KeyDirectory directory{100'000};
        {
            const KeyFeed feed{database, directory};
            test::wait_until("it has read everything", [&] { return !behind(feed); });
            for (std::size_t i = 0; i < chosen.size(); ++i) {
                directory.load(sha256(chosen[i].plain), imported[i].key, directory.changes());
                directory.look(sha256(chosen[i].plain), start + 5s);
            }
        }
        int noted = 0;
        KeyFilter page;
        page.limit = 1000;
        for (auto keys = table.list(page); !keys.empty(); keys = table.list(page)) {
            for (const auto& key : keys) noted += key.last_used == start + 5s;
            page.after = keys.back().id;
        }
        BOOST_TEST(noted == 1200);
    });
}

BOOST_AUTO_TEST_CASE(a_server_that_goes_away_is_waited_for) {
    test::Postgres server;
    Database database{test::database_url(server.url())};
    migrate(database);
    KeyTable table{database};
    const auto key = table.create(about("alice"), start);
    KeyDirectory directory{100};
    const KeyFeed feed{database, directory};
    test::wait_until("it has read everything", [&] { return !behind(feed); });
    load(directory, table, key.second.shown);
    server.kill();
    test::wait_until("it has noticed", [&] { return behind(feed); });
    BOOST_TEST(feed.problem().find("secret") == std::string::npos);
    wait_for(directory, key.second.shown, Knows::caller);
    server.start();
    test::wait_until("it has come back", [&] { return !behind(feed); });
    const auto more = table.create(about("bob"), start);
    wait_for(directory, more.second.shown, Knows::perhaps);
}

// As behind an address that another server has taken over: the connections are alive, and nobody is there.
BOOST_AUTO_TEST_CASE(connections_that_nobody_answers_on_are_left_for_others) {
    test::Postgres server;
    Patience patience;
    patience.answer = 1s;
    Database database{test::database_url(server.url()), patience};
    KeyDirectory directory{100};
    const KeyFeed feed{database, directory};
    test::wait_until("it has read everything", [&] { return !behind(feed); });
    server.hang_those_that_serve();
    test::wait_until("it has noticed", [&] { return feed.problem().find("does not answer in time") != std::string::npos; });
    test::wait_until("it has others", [&] { return !behind(feed) && feed.problem().empty(); });
    KeyTable table{database};
    const auto key = table.create(about("alice"), start);
    wait_for(directory, key.second.shown, Knows::perhaps);
}

BOOST_AUTO_TEST_CASE(a_server_that_is_not_there_yet_is_waited_for) {
    test::Postgres server;
    Database database{test::database_url(server.url())};
    server.kill();
    KeyDirectory directory{100};
    const KeyFeed feed{database, directory};
    test::wait_until("it has tried", [&] { return feed.problem() != "the database has not been read yet"; });
    BOOST_TEST(behind(feed));
    server.start();
    test::wait_until("it has read everything", [&] { return !behind(feed); });
}

BOOST_AUTO_TEST_SUITE_END()
