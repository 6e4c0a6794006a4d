// tests/plugins/cache/store/redis_tier_test.cpp - gateways that share copies through a real Redis, and lose it.
#include "store/redis_tier.h"

#include "plugins/cache/store/text_item.h"
#include "plugins/redis/loops.h"
#include "support/redis.h"

#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <csignal>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace tollgate;
using namespace tollgate::cache;
using namespace std::chrono_literals;
using test::TextItem;
using test::wait_until;

namespace {

// "version url tag tag"
class TextForm final : public Form {
public:
    void write(const Item& item, std::string& out) const override {
        ++written;
        out += std::to_string(static_cast<const TextItem&>(item).version()) + ' ' + std::string{item.url()};
        for (const std::string& tag : item.tags()) out += ' ' + tag;
    }
    std::shared_ptr<const Item> read(std::string_view bytes) const override {
        std::vector<std::string> words{""};
        for (const char c : bytes)
            if (c == ' ')
                words.emplace_back();
            else
                words.back() += c;
        if (words.size() < 2) return nullptr;
        return TextItem::make(words[1], {words.begin() + 2, words.end()}, 1000, std::stoull(words[0]));
    }
    bool is_newer(const Item& here, const Item& there) const override {
        const auto &one = static_cast<const TextItem&>(here), &other = static_cast<const TextItem&>(there);
        return one.url() == other.url() && one.version() > other.version();
    }
    mutable std::atomic<int> written{0};
};

std::thread::id thread_of(test::Loops& loops) {
    std::thread::id id;
    loops.run([&]() -> Task<void> {
        id = std::this_thread::get_id();
        co_return;
    });
    return id;
}

struct Gateway {
    explicit Gateway(const std::string& url, RedisTier::Options options = {.timeout = 60s})
        : reads_seldom{options.every > 1min}, tier{std::make_unique<RedisTier>(
              *host, redis::Server::shared(redis::Address::parse(url), *host, words_of_copies), log, memory, form,
              std::move(options))} {
        loops.run([this]() -> Task<void> {
            tier->attend();
            co_return;
        });
        if (reads_seldom) return;
        wait_until("the log is read", [this] { return position() != Moment{} && log->applied(); });
    }
    ~Gateway() { plugins::retire(host.get()); }  // its tasks end before what they refer to

    static void purge(MemoryStore& memory, const Purge& purge) {
        if (purge.what == Purge::What::url) memory.purge_url(purge.text);
        if (purge.what == Purge::What::prefix) memory.purge_prefix(purge.text);
        if (purge.what == Purge::What::tag) memory.purge_tag(purge.text);
        if (purge.what == Purge::What::all) memory.purge_all();
    }
    // Told first, as PurgeLog says.
    void purge_everywhere(const Purge& meant) {
        log->tell(meant);
        purge(memory, meant);
    }
    std::shared_ptr<const Item> in_memory(const std::string& text) { return memory.find(memory.key_of(text)); }
    std::shared_ptr<const Item> find(const std::string& text) {
        std::shared_ptr<const Item> found;
        loops.run([&]() -> Task<void> { found = co_await tier->find(memory.key_of(text), text); });
        return found;
    }
    Moment position() {
        Moment moment;
        loops.run([&]() -> Task<void> {
            moment = tier->now_begun();
            co_return;
        });
        return moment;
    }
    void put(const std::string& text, const std::shared_ptr<const TextItem>& item, Moment begun,
             std::chrono::milliseconds keep = 1h) {
        loops.run([&]() -> Task<void> {
            tier->put(text, *item, begun, keep);
            co_return;
        });
    }
    int late() const {
        const std::string all = loops.metrics();
        const auto at = all.find("} ", all.find("kind=\"timeout\""));
        return at == all.npos ? -1 : std::stoi(all.substr(at + 2));
    }

    const bool reads_seldom;
    test::Loops loops;
    std::unique_ptr<plugins::PluginHost> host = loops.host("cache");
    // What the log's applying may still be at when the rest is gone.
    struct Own {
        MemoryStore memory{1 << 20};
        std::atomic<int> applied{0}, applied_on_a_loop{0};
    };
    const std::shared_ptr<Own> own = std::make_shared<Own>();
    MemoryStore& memory = own->memory;
    TextForm form;
    std::shared_ptr<PurgeLog> log = std::make_shared<PurgeLog>([own = own, on = thread_of(loops)](const Purge& meant) {
        ++(std::this_thread::get_id() == on ? own->applied_on_a_loop : own->applied);
        purge(own->memory, meant);
    });
    std::unique_ptr<RedisTier> tier;
};

constexpr const char* key = "GET http://a/x";

std::shared_ptr<const TextItem> item(std::uint64_t version) {
    return TextItem::make("http://a/x", {"red"}, 1000, version);
}

// Sent, and there: what is put waits for nobody, and goes nowhere where the log was not read for a while.
void put_and_wait(Gateway& gateway, Gateway& other, std::uint64_t version) {
    wait_until("the other finds it", [&] {
        gateway.put(key, item(version), gateway.position());
        const auto found = other.find(key);
        return found && TextItem::version_of(found) == version;
    });    // What it has sent comes before what it asks now.
    wait_until("the log is read", [&] { return gateway.position() != Moment{}; });
    BOOST_TEST(!gateway.find("GET http://a/nothing"));
}

void wait_until_heard(Gateway& gateway, Gateway& other) {
    wait_until("what one has told is purged by the other", [&] {
        const Moment told = gateway.position();
        return !gateway.log->behind() && told != Moment{} && other.position() >= told && other.log->applied();
    });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_redis_tier)

BOOST_AUTO_TEST_CASE(what_one_gateway_puts_the_other_finds_and_has_in_memory_then) {
    const test::Redis redis;
    Gateway one{redis.url()}, other{redis.unix_url()};
    BOOST_TEST(!one.find(key));
    put_and_wait(one, other, 5);
    BOOST_TEST(TextItem::version_of(other.in_memory(key)) == 5U);
    BOOST_TEST(!one.in_memory(key));  // put() is the tier's only
    BOOST_TEST(!other.find("GET http://a/y"));
    one.loops.run([&]() -> Task<void> {
        one.tier->remove(key);
        co_return;
    });
    wait_until("it is gone", [&] { return !other.find(key); });
}

BOOST_AUTO_TEST_CASE(a_purge_on_one_gateway_is_one_on_the_others_and_in_the_redis) {
    const test::Redis redis;
    Gateway one{redis.url()}, other{redis.url()};
    std::uint64_t version = 0;
    for (const Purge& purge : {Purge{Purge::What::url, "http://a/x"}, Purge{Purge::What::prefix, "http://a"},
                               Purge{Purge::What::tag, "red"}, Purge{Purge::What::all, ""}}) {
        put_and_wait(one, other, ++version);
        wait_until("the first one finds it", [&] { return one.find(key) != nullptr; });
        one.purge_everywhere(purge);
        BOOST_TEST(!one.in_memory(key));
        BOOST_TEST(!one.find(key));  // at once
        wait_until_heard(one, other);
        BOOST_TEST(!other.in_memory(key));
        BOOST_TEST(!other.find(key));
    }
    put_and_wait(one, other, ++version);
    other.purge_everywhere({Purge::What::url, "http://a/y"});
    wait_until_heard(other, one);
    wait_until("it is found as before", [&] { return other.find(key) != nullptr; });
}

BOOST_AUTO_TEST_CASE(what_was_sent_for_before_anothers_purge_is_not_found_whenever_it_comes) {
    const test::Redis redis;
    Gateway one{redis.url()}, other{redis.url()};
    const Moment begun = one.position();
    other.purge_everywhere({Purge::What::tag, "red"});
    wait_until("it is told", [&] { return !other.log->behind(); });
    // The first has not heard of it perhaps: it may still put the copy, which nobody takes then.
    one.put(key, item(1), begun);
    wait_until("the first has heard of it", [&] { return one.position() > begun; });
    BOOST_TEST(!one.find(key));
    BOOST_TEST(!other.find(key));
    put_and_wait(other, one, 2);
}

BOOST_AUTO_TEST_CASE(while_the_redis_is_away_everything_is_a_miss_and_purges_are_told_later) {
    test::Redis redis;
    Gateway one{redis.url(), {.timeout = 100ms}}, other{redis.url(), {.timeout = 100ms}};
    put_and_wait(one, other, 1);
    redis.process().signal(SIGKILL);
    for (int i = 0; i < 100; ++i) BOOST_REQUIRE(!one.find(key));
    BOOST_TEST(other.in_memory(key) != nullptr);
    one.put(key, item(2), one.position());
    one.purge_everywhere({Purge::What::tag, "blue"});
    BOOST_TEST(one.log->behind());
    redis.start_again();
    wait_until("it is told", [&] { return !one.log->behind() && one.position() != Moment{}; });
    // Nobody knows what the log said that was lost.
    wait_until("the other's memory has heard of it", [&] { return !other.in_memory(key); });
    wait_until("the other is there again", [&] { return other.position() != Moment{}; });
    put_and_wait(one, other, 3);
}

BOOST_AUTO_TEST_CASE(a_redis_that_says_nothing_keeps_a_few_waiting_for_their_timeout_and_then_nobody) {
    test::Redis redis;
    Gateway one{redis.url(), {.timeout = 50ms}}, other{redis.url()};
    put_and_wait(other, one, 1);
    redis.process().signal(SIGSTOP);
    for (int i = 0; i < 200; ++i) BOOST_REQUIRE(!one.find(key));
    BOOST_TEST(one.late() > 0);
    BOOST_TEST(one.late() < 50);
    redis.process().signal(SIGCONT);
    wait_until("it is found again", [&] { return one.find(key) != nullptr; });
}

BOOST_AUTO_TEST_CASE(garbage_is_a_miss) {
    const test::Redis redis;
    Gateway one{redis.url()}, other{redis.url()};
    put_and_wait(one, other, 1);
    std::string name = redis.ask({"keys", "cache:[0-9a-f]*"});
    name = name.substr(0, name.find_first_of("\r\n"));
    for (const char* garbage : {"", "garbage", "tollgate cache 1", "tollgate cache 2........................"}) {
        redis.ask({"set", name, garbage});
        BOOST_TEST(!one.find(key), garbage);
    }
    redis.ask({"del", name});
    redis.ask({"rpush", name, "a", "list"});
    BOOST_TEST(!one.find(key));
    put_and_wait(one, other, 2);
}

BOOST_AUTO_TEST_CASE(a_value_lives_as_long_as_was_said_and_large_ones_are_not_sent) {
    const test::Redis redis;
    Gateway one{redis.url(), {.timeout = 60s, .largest = 1000}}, other{redis.url()};
    one.put(key, item(1), one.position(), 90s);
    wait_until("it is there", [&] { return other.find(key) != nullptr; });
    std::string name = redis.ask({"keys", "cache:[0-9a-f]*"});
    const int left = std::stoi(redis.ask({"pttl", name.substr(0, name.find_first_of("\r\n"))}));
    BOOST_TEST(left > 0);
    BOOST_TEST(left <= 90'000);

    one.put("large", TextItem::make("http://a/" + std::string(1000, 'x')), one.position());
    one.put("later", item(2), one.position());  // comes after it
    wait_until("it is there", [&] { return other.find("later") != nullptr; });
    BOOST_TEST(!other.find("large"));

    const int written = one.form.written;
    one.put("long", TextItem::make("http://a/x", {}, 1 << 20), one.position());
    BOOST_TEST(one.form.written == written);  // nobody spends a loop's time on it
}

BOOST_AUTO_TEST_CASE(what_is_too_large_to_be_sent_takes_what_is_there_away) {
    const test::Redis redis;
    Gateway one{redis.url(), {.timeout = 60s, .largest = 1000}}, other{redis.url()};
    one.put(key, item(1), one.position());
    wait_until("it is there", [&] { return one.find(key) != nullptr; });
    one.put(key, TextItem::make("http://a/x", {}, 1 << 20, 2), one.position());
    wait_until("the older one is not there any more",
               [&] { return !other.find(key) && redis.ask({"dbsize"}) == redis.ask({"exists", "cache:purges"}); });
}

BOOST_AUTO_TEST_CASE(what_nobody_can_say_the_age_of_takes_what_is_there_away) {
    const test::Redis redis;
    Gateway one{redis.url()}, other{redis.url()};
    put_and_wait(one, other, 1);
    one.put(key, item(2), Moment{});
    wait_until("the older one is not there any more", [&] { return !other.find(key); });
}

BOOST_AUTO_TEST_CASE(what_was_made_while_the_redis_was_silent_takes_what_is_there_away_once_it_is_back) {
    test::Redis redis;
    Gateway one{redis.url(), {.timeout = 100ms}}, other{redis.url()};
    put_and_wait(one, other, 1);
    redis.process().signal(SIGSTOP);
    wait_until("nothing was heard for a while", [&] {
        (void)one.find("anything");
        return one.position() == Moment{};
    });
    one.put(key, item(2), one.position());
    redis.process().signal(SIGCONT);
    wait_until("the older one is not there any more", [&] {
        (void)one.find("anything");
        return !other.find(key) && other.position() != Moment{};
    });
    BOOST_TEST(redis.ask({"keys", "cache:[0-9a-f]*"}) == "");
}

BOOST_AUTO_TEST_CASE(a_lookup_takes_no_longer_than_it_is_told) {
    test::Redis redis;
    Gateway one{redis.url()};
    redis.process().signal(SIGSTOP);
    const auto begun = std::chrono::steady_clock::now();
    one.loops.run([&]() -> Task<void> { (void)co_await one.tier->find(one.memory.key_of(key), key, 10ms); });
    BOOST_TEST((std::chrono::steady_clock::now() - begun < 30s));  // the tier's own is 60 s
    redis.process().signal(SIGCONT);
}

BOOST_AUTO_TEST_CASE(what_is_newer_in_memory_stays_there) {
    const test::Redis redis;
    Gateway one{redis.url()}, other{redis.url()};
    put_and_wait(one, other, 5);
    other.memory.put(other.memory.key_of(key), item(6), other.memory.now_begun());
    BOOST_TEST(TextItem::version_of(other.find(key)) == 6u);
    BOOST_TEST(TextItem::version_of(other.in_memory(key)) == 6u);
    other.memory.put(other.memory.key_of(key), item(4), other.memory.now_begun());
    BOOST_TEST(TextItem::version_of(other.find(key)) == 5u);
    BOOST_TEST(TextItem::version_of(other.in_memory(key)) == 5u);
}

BOOST_AUTO_TEST_CASE(a_purge_is_told_when_it_is_made_and_not_when_the_log_is_read_next) {
    const test::Redis redis;
    Gateway one{redis.url(), {.timeout = 60s, .every = 24h}}, other{redis.url()};
    const int before = other.own->applied;
    wait_until("the other has heard of it", [&] {
        one.purge_everywhere({Purge::What::tag, "red"});  // more than once: it may not be connected yet
        return other.own->applied > before;
    });
}

// Each question carries all that is untold: one for each purge would tell the first ones again and again.
BOOST_AUTO_TEST_CASE(purges_that_come_while_a_question_is_under_way_are_told_once) {
    test::Redis redis;
    Gateway one{redis.url()};
    constexpr int purges = 50;
    const int before = std::stoi(redis.ask({"xlen", "cache:purges"}));
    redis.process().signal(SIGSTOP);
    for (int i = 0; i < purges; ++i) one.purge_everywhere({Purge::What::url, "http://a/" + std::to_string(i)});
    redis.process().signal(SIGCONT);
    wait_until("all is told", [&] { return !one.log->behind() && one.position() != Moment{}; });
    const int told = std::stoi(redis.ask({"xlen", "cache:purges"})) - before;
    BOOST_TEST(told >= purges);
    BOOST_TEST(told < 8 * purges);  // some twice, where a reply came too late; for each its own: 25 times
}

// A scan of all that is there is no matter for an event loop.
BOOST_AUTO_TEST_CASE(what_others_purge_is_purged_on_no_loop) {
    const test::Redis redis;
    Gateway one{redis.url()}, other{redis.url()};
    wait_until_heard(one, other);
    const int before = other.own->applied;
    one.purge_everywhere({Purge::What::prefix, "http://a/"});
    wait_until("it is heard", [&] { return other.own->applied + other.own->applied_on_a_loop > before; });
    BOOST_TEST(other.own->applied_on_a_loop == 0);
}

// The rest of a plugin's constructor may throw: its Host stays, with the loops that have begun already.
BOOST_AUTO_TEST_CASE(a_tier_that_ends_before_its_host_leaves_nothing_behind) {
    const test::Redis redis;
    Gateway gateway{redis.url()};
    for (const bool at_once : {true, false}) {
        auto log = std::make_shared<PurgeLog>([](const Purge&) {});
        {
            MemoryStore memory{1 << 20};
            const TextForm form;
            auto server = redis::Server::shared(redis::Address::parse(redis.url()), *gateway.host, words_of_copies);
            const RedisTier tier{*gateway.host, std::move(server), log, memory, form, {}};
            if (!at_once) wait_until("it reads", [&] { return log->position(gateway.host->now()) != Moment{}; });
        }
        wait_until("nobody reads", [&] { return log.use_count() == 1; });
    }
}

BOOST_AUTO_TEST_CASE(a_log_that_is_flushed_empties_all_memories) {
    const test::Redis redis;
    Gateway one{redis.url()}, other{redis.url()};
    put_and_wait(one, other, 1);
    redis.ask({"flushall"});
    wait_until("nobody trusts his memory", [&] { return !other.in_memory(key); });
    BOOST_TEST(!other.find(key));
    put_and_wait(one, other, 2);
}

// Whatever happens in between: when all is told, nobody finds what was before.
BOOST_AUTO_TEST_CASE(gateways_that_find_put_and_purge_at_random_agree_with_the_upstream_in_the_end) {
    const test::Redis redis;
    Gateway gateways[2]{Gateway{redis.url()}, Gateway{redis.unix_url()}};
    constexpr int names = 8;
    std::array<std::uint64_t, names> upstream{};
    std::mt19937 random{11};
    const auto url = [](int name) { return "http://a/" + std::to_string(name % 2) + "/" + std::to_string(name); };
    const auto tag = [](int name) { return "t" + std::to_string(name % 4); };
    std::size_t found = 0;
    for (int round = 0; round < 20; ++round) {
        for (int step = 0; step < 60; ++step) {
            Gateway& gateway = gateways[random() % 2];
            const int name = static_cast<int>(random() % names);
            const std::string text = url(name);
            if (random() % 6 == 0) {
                const bool by_tag = random() % 2;
                for (int i = 0; i < names; ++i)
                    if (by_tag ? i % 4 == name % 4 : i == name) ++upstream[i];
                gateway.purge_everywhere(by_tag ? Purge{Purge::What::tag, tag(name)} : Purge{Purge::What::url, text});
            } else if (!gateway.in_memory(text) && !gateway.find(text)) {
                const auto fresh = TextItem::make(text, {tag(name)}, 1000, upstream[name]);
                const Moment begun = gateway.position(), here = gateway.memory.now_begun();
                gateway.memory.put(gateway.memory.key_of(text), fresh, here);
                gateway.put(text, fresh, begun);
            }
        }
        wait_until("all is told", [&] {
            return !gateways[0].log->behind() && !gateways[1].log->behind() &&
                   gateways[0].position() == gateways[1].position() && gateways[0].log->applied() &&
                   gateways[1].log->applied();
        });
        for (Gateway& gateway : gateways)
            for (int name = 0; name < names; ++name)
                for (const auto& item : {gateway.in_memory(url(name)), gateway.find(url(name))})
                    if (item) {
                        ++found;
                        BOOST_REQUIRE(TextItem::version_of(item) == upstream[name]);
                    }
    }
    BOOST_TEST(found > 50U);
}

BOOST_AUTO_TEST_SUITE_END()
