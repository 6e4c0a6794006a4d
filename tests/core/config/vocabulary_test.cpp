// tests/core/config/vocabulary_test.cpp - the vocabulary says what the reader and the assembly do.
#include "config/vocabulary.h"

#include "config/objects.h"
#include "core/config/fake_plugins.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <string>

using namespace tollgate;
using namespace tollgate::config;

namespace {

const std::string served = "listen \"127.0.0.1:8080\"\nroute \"GET /\" { answer = \"ok\\n\" }\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(config_vocabulary)

BOOST_AUTO_TEST_CASE(every_word_of_the_reader_is_described) {
    std::set<std::string> described{"env", "require"};  // the one is written by hand, the other editors know
    for (const auto& word : vocabulary()) BOOST_TEST(described.insert(word.name).second, word.name << " twice");
    for (int i = 0; i < int(Word::use); ++i) BOOST_TEST(described.contains(word_name(Word(i))), word_name(Word(i)));
}

BOOST_AUTO_TEST_CASE(every_described_word_is_known) {
    for (const auto& word : vocabulary()) {
        test::Workshop workshop;
        const auto problems = workshop.problems_of(served + "local it = " + word.name + '\n');
        BOOST_TEST(problems == "", word.name << ": " << problems);
    }
}

// A setting that the assembly does not know of would be an unknown one.
BOOST_AUTO_TEST_CASE(a_setting_that_is_not_described_is_unknown) {
    for (const char* table : {"limits { nonsense = 1 }", "tier \"t\" { nonsense = 1 }", "admin { nonsense = 1 }",
                              "listen { \"127.0.0.1:1\", nonsense = 1 }",
                              "listen { \"127.0.0.1:1\", tls = { nonsense = 1 } }",
                              "listen { \"127.0.0.1:1\", tls = { { nonsense = 1 } } }",
                              "upstream \"u\" { targets = { \"127.0.0.1:1\" }, nonsense = 1 }",
                              "upstream \"u\" { targets = { \"127.0.0.1:1\" }, retry = { nonsense = 1 } }",
                              "upstream \"u\" { targets = { \"127.0.0.1:1\" }, breaker = { nonsense = 1 } }",
                              "upstream \"u\" { targets = { \"127.0.0.1:1\" }, health = { path = \"/\", nonsense = 1 } }",
                              "upstream \"u\" { targets = { \"127.0.0.1:1\" }, eject = { nonsense = 1 } }",
                              "route \"GET /a\" { answer = \"\", nonsense = 1 }",
                              "route \"GET /a\" { answer = { nonsense = 1 } }",
                              "split { nonsense = 1 }",
                              "route \"GET /a\" { answer = \"\", mirror = { nonsense = 1 } }",
                              "upstream \"u\" { targets = { \"127.0.0.1:1\" } } split { { \"u\", nonsense = 1 } }",
                              "route \"GET /a\" { answer = \"\", limits = { nonsense = 1 } }"}) {
        test::Workshop workshop;
        BOOST_TEST(workshop.problems_of(served + table).find("unknown setting \"nonsense\"") != std::string::npos, table);
    }
}

BOOST_AUTO_TEST_CASE(described_defaults_are_those_that_hold_where_nothing_is_said) {
    test::Workshop workshop;
    const auto loaded = workshop.load_text(served + "limits {}\nupstream \"u\" { targets = { \"127.0.0.1:1\" }, breaker = {} }\n" +
                                           "upstream \"v\" { targets = { \"127.0.0.1:2\" }, health = { path = \"/\" }, "
                                           "eject = {}, retry = {} }\n" +
                                           "route \"GET /v\" { upstream = \"u\", mirror = { upstream = \"v\" } }\n");
    BOOST_REQUIRE(loaded.snapshot);
    const http::Limits held, &said = loaded.snapshot->limits;
    BOOST_TEST(said.request_line == held.request_line);
    BOOST_TEST(said.headers == held.headers);
    BOOST_TEST(said.header_count == held.header_count);
    BOOST_TEST(said.body == held.body);
    BOOST_TEST((said.header_time == held.header_time));
    BOOST_TEST((said.handshake_time == held.handshake_time));
    BOOST_TEST(said.handshakes == held.handshakes);
    BOOST_TEST((said.body_time == held.body_time));
    BOOST_TEST((said.send_time == held.send_time));
    BOOST_TEST((said.idle == held.idle));
    BOOST_TEST((said.upgrade_idle == held.upgrade_idle));
    BOOST_TEST(said.connections == held.connections);
    BOOST_TEST((said.drain == held.drain));
    const upstream::Upstream plain, &made = *loaded.snapshot->upstreams.at(0);
    BOOST_TEST((made.timeout == plain.timeout));
    BOOST_TEST((made.connect_timeout == plain.connect_timeout));
    BOOST_TEST((made.idle_timeout == plain.idle_timeout));
    BOOST_TEST(made.keep_alive == plain.keep_alive);
    BOOST_TEST((made.keep_alive_time == plain.keep_alive_time));
    BOOST_TEST(made.preserve_host == plain.preserve_host);
    BOOST_TEST(made.concurrency == plain.concurrency);
    BOOST_TEST(made.queue == plain.queue);
    BOOST_TEST((made.queue_time == plain.queue_time));
    BOOST_REQUIRE(made.breaker);
    const upstream::BreakerSettings breaker;
    BOOST_TEST((made.breaker->threshold == breaker.threshold));
    BOOST_TEST((made.breaker->on == breaker.on));
    BOOST_TEST((made.breaker->open == breaker.open));
    BOOST_TEST(made.breaker->half_open == breaker.half_open);
    BOOST_TEST(made.breaker->of_target == breaker.of_target);
    BOOST_TEST(made.breaker->of_upstream == breaker.of_upstream);
    const Mirror unsaid, mirror = loaded.snapshot->routes.at(1).mirror.value_or(Mirror{});
    BOOST_TEST(mirror.upstream == loaded.snapshot->upstreams.at(1).get());
    BOOST_TEST(mirror.share == unsaid.share);
    BOOST_TEST(mirror.body == unsaid.body);
    BOOST_TEST(mirror.most == unsaid.most);
    BOOST_TEST(mirror.memory == unsaid.memory);
    BOOST_TEST((mirror.timeout == unsaid.timeout));
    BOOST_TEST(made.retry.only_elsewhere);
    BOOST_TEST((made.retry.on == plain.retry.on));
    const auto& retry = loaded.snapshot->upstreams.at(1)->retry;
    BOOST_TEST(!retry.only_elsewhere);
    BOOST_TEST(retry.attempts == plain.retry.attempts);
    BOOST_TEST((retry.on == plain.retry.on));
    BOOST_TEST(retry.methods.empty());
    BOOST_TEST((retry.backoff == std::chrono::milliseconds{25}));
    BOOST_TEST((retry.longest_backoff == plain.retry.longest_backoff));
    BOOST_TEST(retry.body == plain.retry.body);
    BOOST_TEST(retry.budget == plain.retry.budget);
    BOOST_TEST(retry.budget_floor == plain.retry.budget_floor);
    BOOST_TEST((made.slow_start == plain.slow_start));
    BOOST_TEST(made.panic == plain.panic);
    BOOST_TEST(!made.health);
    BOOST_TEST(!made.eject);
    const upstream::Upstream& cared_for = *loaded.snapshot->upstreams.at(1);
    upstream::CheckSettings checks;
    checks.path = "/";
    BOOST_TEST((cared_for.health == checks));
    const upstream::EjectSettings eject;
    BOOST_TEST((cared_for.eject->threshold == eject.threshold));
    BOOST_TEST((cared_for.eject->on == eject.on));
    BOOST_TEST((cared_for.eject->time == eject.time));
    BOOST_TEST((cared_for.eject->longest == eject.longest));
    BOOST_TEST(cared_for.eject->most == eject.most);
}

BOOST_AUTO_TEST_CASE(names_are_said_once_within_a_table) {
    for (const Shape* shape : shapes()) {
        std::set<std::string> names;
        for (const auto& special : shape->specials) BOOST_TEST(names.insert(special.name).second, special.name);
        for (const auto& field : shape->fields) BOOST_TEST(names.insert(field.name).second, field.name);
    }
}

BOOST_AUTO_TEST_SUITE_END()
