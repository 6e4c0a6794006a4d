// tests/core/store/key_directory_test.cpp - what is known without asking, what is forgotten, what a flood cannot do.
#include "store/key_directory.h"

#include "support/hexadecimal.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>

using namespace tollgate;
using namespace tollgate::store;
using namespace std::chrono_literals;

namespace {

const Time start{std::chrono::microseconds{1'800'000'000'000'000}};
using Knows = KeyDirectory::Knows;

Key key_of(const std::string& secret, std::int64_t revision = 1) {
    Key key;
    key.id = "id-" + secret;
    key.owner = "alice";
    key.secret_sha256 = hexadecimal(sha256(secret));
    key.revision = revision;
    return key;
}
bool knows(KeyDirectory& directory, const std::string& secret, Knows what, Time now = start) {
    return directory.look(sha256(secret), now).knows == what;
}
void load(KeyDirectory& directory, const std::string& secret, const Key& key) {
    directory.load(sha256(secret), key, directory.changes());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_key_directory)

BOOST_AUTO_TEST_CASE(made_up_keys_are_nobodys_and_real_ones_are_looked_up_once) {
    KeyDirectory directory{1000};
    BOOST_TEST(knows(directory, "a", Knows::nobody));
    directory.note_hash(hexadecimal(sha256("a")));
    BOOST_TEST(knows(directory, "a", Knows::perhaps));
    load(directory, "a", key_of("a"));
    const auto look = directory.look(sha256("a"), start);
    BOOST_TEST((look.knows == Knows::caller));
    BOOST_TEST(look.caller->id() == "key-id-a");
    BOOST_TEST(look.caller->owner() == "alice");
    BOOST_TEST(knows(directory, "b", Knows::nobody));
}

BOOST_AUTO_TEST_CASE(what_ends_ends_by_the_clock) {
    KeyDirectory directory{1000};
    Key key = key_of("a");
    key.expires = start + 10s;
    key.previous_sha256 = hexadecimal(sha256("before"));
    key.previous_until = start + 5s;
    directory.note(key);
    load(directory, "a", key);
    load(directory, "before", key);
    BOOST_TEST(knows(directory, "before", Knows::caller, start + 4s));
    BOOST_TEST(knows(directory, "before", Knows::nobody, start + 5s));
    BOOST_TEST(knows(directory, "a", Knows::caller, start + 9s));
    BOOST_TEST(knows(directory, "a", Knows::nobody, start + 10s));
}

BOOST_AUTO_TEST_CASE(a_change_is_asked_for_again) {
    KeyDirectory directory{1000};
    directory.note(key_of("a"));
    load(directory, "a", key_of("a"));
    BOOST_TEST(knows(directory, "a", Knows::caller));
    Key off = key_of("a", 2);
    off.active = false;
    directory.note(off);
    BOOST_TEST(knows(directory, "a", Knows::perhaps));
    load(directory, "a", off);
    BOOST_TEST(knows(directory, "a", Knows::nobody));
    Key on = key_of("a", 3);
    directory.note(on);
    BOOST_TEST(knows(directory, "a", Knows::perhaps));  // also who was let in no more
    load(directory, "a", on);
    BOOST_TEST(knows(directory, "a", Knows::caller));
}

BOOST_AUTO_TEST_CASE(a_hash_that_the_database_has_not_is_remembered_until_it_has) {
    KeyDirectory directory{1000};
    directory.note_hash(hexadecimal(sha256("gone")));  // a secret from before two rotations
    BOOST_TEST(knows(directory, "gone", Knows::perhaps));
    directory.load(sha256("gone"), std::nullopt, directory.changes());
    BOOST_TEST(knows(directory, "gone", Knows::nobody));
    directory.note(key_of("gone", 5));
    BOOST_TEST(knows(directory, "gone", Knows::perhaps));
}

BOOST_AUTO_TEST_CASE(an_answer_from_before_a_change_does_not_outlive_it) {
    KeyDirectory directory{1000};
    directory.note(key_of("a"));
    const auto before = directory.changes();
    Key off = key_of("a", 2);
    off.active = false;
    directory.note(off);  // while the database's answer of before is on its way
    directory.load(sha256("a"), key_of("a"), before);
    BOOST_TEST(knows(directory, "a", Knows::perhaps));
    directory.load(sha256("b"), std::nullopt, before);
    directory.note(key_of("b", 3));
    BOOST_TEST(knows(directory, "b", Knows::perhaps));
}

BOOST_AUTO_TEST_CASE(a_change_of_one_key_spoils_few_others_answers) {
    KeyDirectory directory{10'000};
    for (int i = 0; i < 640; ++i) directory.note(key_of("k" + std::to_string(i)));
    const auto before = directory.changes();
    directory.note(key_of("changed", 7));
    int asked_again = 0;
    for (int i = 0; i < 640; ++i) {
        const std::string secret = "k" + std::to_string(i);
        directory.load(sha256(secret), key_of(secret), before);
        asked_again += knows(directory, secret, Knows::perhaps);
    }
    BOOST_TEST(asked_again < 100);
}

BOOST_AUTO_TEST_CASE(a_flood_of_made_up_keys_is_remembered_nowhere) {
    KeyDirectory directory{1000};
    for (int i = 0; i < 500; ++i) directory.note(key_of("real" + std::to_string(i)));
    const auto bytes = directory.bytes_of_hashes();
    int asked = 0;
    for (int i = 0; i < 200'000; ++i)
        asked += directory.look(sha256("made up " + std::to_string(i)), start).knows != Knows::nobody;
    BOOST_TEST(asked == 0);
    BOOST_TEST(directory.remembered() == 0u);
    BOOST_TEST(directory.bytes_of_hashes() == bytes);
}

BOOST_AUTO_TEST_CASE(no_more_are_remembered_than_was_said_and_the_forgotten_are_found_again) {
    KeyDirectory directory{640};
    for (int i = 0; i < 5000; ++i) {
        const std::string secret = "k" + std::to_string(i);
        directory.note(key_of(secret));
        load(directory, secret, key_of(secret));
        BOOST_TEST_REQUIRE(knows(directory, "k0", Knows::caller));  // shown again and again: stays
    }
    BOOST_TEST(directory.remembered() <= 640u);
    int forgotten = 0;
    for (int i = 0; i < 5000; ++i) {
        const auto knows = directory.look(sha256("k" + std::to_string(i)), start).knows;
        BOOST_TEST_REQUIRE((knows != Knows::nobody));
        forgotten += knows == Knows::perhaps;
    }
    BOOST_TEST(forgotten >= 5000 - 640);
}

BOOST_AUTO_TEST_CASE(who_was_seen_is_told_once_a_minute_at_most) {
    KeyDirectory directory{1000};
    directory.note(key_of("a"));
    load(directory, "a", key_of("a"));
    for (int i = 0; i < 10; ++i) directory.look(sha256("a"), start + std::chrono::seconds{i});
    const auto used = directory.take_used(10);
    BOOST_REQUIRE(used.size() == 1u);
    BOOST_TEST(used[0].first == "id-a");
    BOOST_TEST((used[0].second == start));
    BOOST_TEST(directory.take_used(10).empty());
    // Also where nobody has taken for hours, or it was forgotten meanwhile.
    for (int i = 1; i < 200; ++i) directory.look(sha256("a"), start + i * 60s);
    directory.forget();
    const auto later = directory.take_used(10);
    BOOST_REQUIRE(later.size() == 1u);
    BOOST_TEST((later[0].second == start + 199 * 60s));
    BOOST_TEST(directory.take_used(10).empty());
}

BOOST_AUTO_TEST_CASE(threads_look_load_and_change_at_once) {
    KeyDirectory directory{256};
    std::atomic<bool> stop{false};
    std::atomic<int> wrong{0};
    std::vector<std::thread> lookers;
    for (int thread = 0; thread < 3; ++thread)
        lookers.emplace_back([&, thread] {
            for (int i = thread; !stop; i = (i + 7) % 500) {
                const std::string secret = "k" + std::to_string(i);
                const auto look = directory.look(sha256(secret), start);
                if (look.knows == Knows::caller && look.caller->id() != "key-id-" + secret) ++wrong;
                if (look.knows == Knows::perhaps) directory.load(sha256(secret), key_of(secret), directory.changes());
            }
        });
    for (int round = 1; round < 20; ++round)
        for (int i = 0; i < 500; ++i) directory.note(key_of("k" + std::to_string(i), round));
    stop = true;
    for (auto& looker : lookers) looker.join();
    BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_SUITE_END()
