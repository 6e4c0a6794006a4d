// tests/core/store/key_table_test.cpp - keys in both databases: made, found, changed, rotated, brought along.
#include "store/key_directory.h"
#include "store/key_table.h"

#include "core/store/both_databases.h"
#include "support/hexadecimal.h"

#include <atomic>
#include <set>
#include <thread>

using namespace tollgate;
using namespace tollgate::store;
using namespace std::chrono_literals;

namespace {

const Time start{std::chrono::microseconds{1'800'000'000'123'456}};

KeyChanges about(std::string owner, std::string tier = "free") {
    KeyChanges about;
    about.owner = std::move(owner);
    about.tier = std::move(tier);
    return about;
}

// Whether the gateway lets in who shows the secret of that hash, where that is what the database has of it.
bool lets_in(const Key& key, const std::string& sha256, Time now) {
    KeyDirectory directory{1};
    const auto digest = digest_of(sha256);
    BOOST_REQUIRE(digest);
    directory.load(*digest, key, directory.changes());
    return directory.look(*digest, now).knows == KeyDirectory::Knows::caller;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_key_table)

BOOST_AUTO_TEST_CASE(a_key_is_told_once_and_kept_as_a_hash) {
    test::on_both_migrated([](Database& database) {
        KeyTable keys{database};
        auto facts = about("alice");
        facts.name = "laptop \xC3\xA4 'quoted'";
        facts.scopes = "orders:read orders:write";
        facts.rate = KeyRate{100, 60, 20};
        facts.expires = start + 24h;
        const auto [key, secret] = keys.create(facts, start);
        BOOST_TEST(secret.shown == "tg_" + key.id + secret.shown.substr(19));
        BOOST_TEST(secret.shown.size() == 3 + 16 + 1 + 52u);
        BOOST_TEST(secret.sha256 == hexadecimal(sha256(secret.shown)));
        const auto found = keys.find_by_hash(secret.sha256);
        BOOST_REQUIRE(found);
        BOOST_TEST(found->id == key.id);
        BOOST_TEST(found->owner == "alice");
        BOOST_TEST(found->name == *facts.name);
        BOOST_TEST(found->tier == "free");
        BOOST_TEST(found->scopes == "orders:read orders:write");
        BOOST_TEST((found->rate == KeyRate{100, 60, 20}));
        BOOST_TEST(found->active);
        BOOST_TEST((found->expires == start + 24h));
        BOOST_TEST((found->created == start));
        BOOST_TEST(!found->last_used);
        BOOST_TEST(!found->previous_until);
        BOOST_TEST(lets_in(*found, secret.sha256, start));
        BOOST_TEST(lets_in(*found, secret.sha256, start + 24h - 1us));
        BOOST_TEST(!lets_in(*found, secret.sha256, start + 24h));
        BOOST_TEST(!keys.find_by_hash(hexadecimal(sha256("other"))));
        BOOST_TEST(!keys.find("nobody"));
        // Nowhere in the row is what the client shows.
        const auto letters = secret.shown.substr(20);
        const auto rows = database.with([&](Poco::Data::Session& session) {
            int count = 0;
            session << "SELECT COUNT(*) FROM api_keys WHERE secret_sha256 LIKE '%" + letters + "%' OR id LIKE '%" + letters + "%'",
                Poco::Data::Keywords::into(count), Poco::Data::Keywords::now;
            return count;
        });
        BOOST_TEST(rows == 0);
    });
}

BOOST_AUTO_TEST_CASE(changes_are_of_what_was_said_only) {
    test::on_both_migrated([](Database& database) {
        KeyTable keys{database};
        auto facts = about("alice");
        facts.rate = KeyRate{5, 1};
        facts.expires = start + 1h;
        const auto id = keys.create(facts, start).first.id;
        KeyChanges off;
        off.active = false;
        BOOST_TEST(!keys.update(id, off)->active);
        BOOST_TEST(keys.find(id)->owner == "alice");
        BOOST_TEST(keys.find(id)->rate.has_value());
        KeyChanges more;
        more.active = true;
        more.tier = "premium";
        more.rate.emplace();     // taken away
        more.expires.emplace();  // for ever
        keys.update(id, more);
        const auto key = keys.find(id);
        BOOST_TEST(key->active);
        BOOST_TEST(key->tier == "premium");
        BOOST_TEST(!key->rate);
        BOOST_TEST(!key->expires);
        BOOST_TEST(!keys.update("nobody", more));
    });
}

BOOST_AUTO_TEST_CASE(both_secrets_work_until_the_grace_is_over) {
    test::on_both_migrated([](Database& database) {
        KeyTable keys{database};
        const auto [key, before] = keys.create(about("alice"), start);
        const auto rotated = keys.rotate(key.id, start + 1h);
        BOOST_REQUIRE(rotated);
        const auto& after = rotated->second;
        BOOST_TEST(after.id == before.id);
        BOOST_TEST(after.shown != before.shown);
        for (const auto& secret : {before, after}) {
            const auto found = keys.find_by_hash(secret.sha256);
            BOOST_REQUIRE(found);
            BOOST_TEST(found->id == key.id);
            BOOST_TEST(lets_in(*found, secret.sha256, start + 59min));
        }
        BOOST_TEST(!lets_in(*keys.find(key.id), before.sha256, start + 1h));
        BOOST_TEST(lets_in(*keys.find(key.id), after.sha256, start + 1h));
        // A second rotation leaves the one before it, and no more.
        const auto third = keys.rotate(key.id, start + 2h);
        BOOST_TEST(!keys.find_by_hash(before.sha256));
        BOOST_TEST(lets_in(*keys.find_by_hash(after.sha256), after.sha256, start + 119min));
        BOOST_TEST(lets_in(*keys.find_by_hash(third->second.sha256), third->second.sha256, start + 119min));
        BOOST_TEST(!keys.rotate("nobody", start));
    });
}

BOOST_AUTO_TEST_CASE(chosen_keys_come_along_once) {
    test::on_both_migrated([](Database& database) {
        KeyTable keys{database};
        const std::vector<KeyTable::Chosen> chosen{{"premium_user", about("bob", "premium")}, {"user_1", about("dave")}};
        const auto first = keys.import(chosen, start);
        BOOST_TEST(!first[0].was_there);
        BOOST_TEST(keys.find_by_hash(hexadecimal(sha256("premium_user")))->id == first[0].key.id);
        BOOST_TEST(first[0].key.revision < first[1].key.revision);
        const std::vector<KeyTable::Chosen> more{{"premium_user", about("eve")}, {"user_2", about("eve")}, {"user_2", about("eve")}};
        const auto again = keys.import(more, start);
        BOOST_TEST(again[0].was_there);
        BOOST_TEST(again[0].key.owner == "bob");
        BOOST_TEST(!again[1].was_there);
        BOOST_TEST(again[2].was_there);
        BOOST_TEST(keys.find_by_hash(hexadecimal(sha256("user_2")))->owner == "eve");
    });
}

BOOST_AUTO_TEST_CASE(all_hashes_are_read) {
    test::on_both_migrated([](Database& database) {
        KeyTable keys{database};
        std::multiset<std::string> all, wanted;
        const auto read = [&](std::string_view hash) { all.emplace(hash); };
        BOOST_TEST(keys.each_hash(read) == 0u);
        const auto one = keys.create(about("alice"), start), two = keys.create(about("bob"), start);
        const auto rotated = keys.rotate(two.first.id, start + 1h);
        for (const auto* secret : {&one.second, &two.second, &rotated->second}) wanted.insert(secret->sha256);
        BOOST_TEST(keys.each_hash(read) == 2u);
        BOOST_TEST((all == wanted));
        BOOST_TEST(keys.find(one.first.id).has_value());  // the session is good for more
        database.write([](Poco::Data::Session& session) {
            using namespace Poco::Data::Keywords;
            session << "DROP TABLE api_keys", now;
        });
        BOOST_CHECK_THROW(keys.each_hash(read), StoreError);
        BOOST_TEST(keys.revision() == 3);
    });
}

BOOST_AUTO_TEST_CASE(an_owner_can_be_taken) {
    test::on_both_migrated([](Database& database) {
        KeyTable keys{database};
        keys.create(about("alice"), start, true);
        const auto there = [](const StoreError& error) { return error.kind() == StoreError::Kind::refused; };
        const auto revision = keys.revision();
        BOOST_CHECK_EXCEPTION(keys.create(about("alice"), start, true), StoreError, there);
        BOOST_TEST(keys.revision() == revision);  // nothing of a refused change is left
        keys.create(about("alice"), start);
    });
}

BOOST_AUTO_TEST_CASE(tiers_that_keys_name_are_counted) {
    test::on_both_migrated([](Database& database) {
        KeyTable keys{database};
        BOOST_TEST(keys.tiers().empty());
        keys.create(about("alice", ""), start);
        keys.create(about("bob", "gold"), start);
        keys.create(about("carol", "gold"), start);
        const auto off = keys.create(about("dave", "old"), start);
        KeyChanges revoked;
        revoked.active = false;
        keys.update(off.first.id, revoked);
        const auto tiers = keys.tiers();
        BOOST_REQUIRE(tiers.size() == 1u);
        BOOST_TEST(tiers[0].name == "gold");
        BOOST_TEST(tiers[0].keys == 2u);
    });
}

BOOST_AUTO_TEST_CASE(lists_come_in_pages_and_by_what_is_asked) {
    test::on_both_migrated([](Database& database) {
        KeyTable keys{database};
        std::set<std::string> made;
        for (int i = 0; i < 25; ++i) made.insert(keys.create(about(i % 5 ? "alice" : "bob", i % 2 ? "free" : "gold"), start).first.id);
        std::set<std::string> listed;
        KeyFilter page;
        page.limit = 10;
        std::vector<std::size_t> sizes;
        for (;;) {
            const auto rows = keys.list(page);
            sizes.push_back(rows.size());
            for (const auto& key : rows) {
                BOOST_TEST(key.id > page.after);
                page.after = key.id;
                listed.insert(key.id);
            }
            if (rows.empty()) break;
        }
        BOOST_TEST(sizes == (std::vector<std::size_t>{10, 10, 5, 0}), boost::test_tools::per_element());
        BOOST_TEST(listed == made, boost::test_tools::per_element());
        KeyFilter of_bob;
        of_bob.owner = "bob";
        BOOST_TEST(keys.list(of_bob).size() == 5u);
        of_bob.tier = "gold";
        BOOST_TEST(keys.list(of_bob).size() == 3u);
        KeyChanges off;
        off.active = false;
        keys.update(keys.list(of_bob).front().id, off);
        of_bob.active = true;
        BOOST_TEST(keys.list(of_bob).size() == 2u);
    });
}

BOOST_AUTO_TEST_CASE(who_asks_what_changed_hears_of_everything_in_order) {
    test::on_both_migrated([](Database& database) {
        KeyTable keys{database};
        const auto before = keys.revision();
        const auto a = keys.create(about("a"), start).first, b = keys.create(about("b"), start).first;
        KeyChanges off;
        off.active = false;
        keys.update(a.id, off);
        const auto changed = keys.changed_since(before);
        BOOST_REQUIRE(changed.size() == 2u);
        BOOST_TEST(changed[0].id == b.id);
        BOOST_TEST(changed[1].id == a.id);  // changed last
        BOOST_TEST(changed[1].revision == keys.revision());
        BOOST_TEST(keys.changed_since(keys.revision()).empty());
        BOOST_TEST(keys.changed_since(before, 1).size() == 1u);
        keys.note_used({{a.id, start + 5s}, {b.id, start}});
        keys.note_used({{a.id, start + 4s}, {"nobody", start}});
        BOOST_TEST((keys.find(a.id)->last_used == start + 5s));
        BOOST_TEST(keys.changed_since(keys.revision()).empty());
    });
}

BOOST_AUTO_TEST_CASE(writers_at_once_lose_no_change_and_repeat_no_revision) {
    test::on_both_migrated([](Database& database) {
        KeyTable keys{database};
        std::atomic<int> failed{0};
        std::vector<std::thread> writers;
        for (int writer = 0; writer < 4; ++writer)
            writers.emplace_back([&] {
                try {
                    for (int i = 0; i < 25; ++i) keys.create(about("x"), start);
                } catch (const std::exception&) {
                    ++failed;
                }
            });
        for (auto& writer : writers) writer.join();
        BOOST_TEST(failed == 0);
        std::set<std::int64_t> revisions;
        for (const auto& key : keys.changed_since(0)) revisions.insert(key.revision);
        BOOST_TEST(revisions.size() == 100u);
        BOOST_TEST(*revisions.rbegin() == keys.revision());
    });
}

BOOST_AUTO_TEST_CASE(what_may_be_chosen_as_a_key) {
    std::string problem;
    for (const char* good : {"user_1", "premium_user", "a.b-c~d!"}) BOOST_TEST(fits_as_key(good, problem), good);
    for (const std::string& bad : {std::string{}, std::string{"abc"}, std::string{"with blank"}, std::string(513, 'x'),
                                   std::string{"tab\there"}, std::string{"\xC3\xA4\xC3\xA4\xC3\xA4"}})
        BOOST_TEST(!fits_as_key(bad, problem), bad);
}

BOOST_AUTO_TEST_SUITE_END()
