// tests/plugins/ratelimit/regions/exchange_test.cpp - gateways in one process, real servers, and the ways between them.
#include "regions/exchange.h"

#include "plugins/redis/loops.h"
#include "support/redis.h"
#include "support/relay.h"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace tollgate;
using namespace tollgate::ratelimit;
using namespace tollgate::ratelimit::regions;
using namespace std::chrono_literals;
using test::Redis;
using test::Relay;
using test::wait_until;

namespace {

Moment now() { return {std::chrono::steady_clock::now(), std::chrono::system_clock::now()}; }

// A month in which nothing ends while a test runs, but for a second a month.
const Limit hundred = Limit::quota(100, Calendar::month);

// One gateway's counters, exchanged through those servers.
class Gateway {
public:
    Gateway(const std::string& node, const std::vector<std::string>& urls, const Limit& limit = hundred,
            std::size_t keys = 10'000)
        : limit_{limit},
          counters_{std::make_shared<RegionalCounters>(limit.algorithm(), keys, Secret{1, 2}, node)},
          host_{loops_.host("ratelimit")} {
        use(urls);
    }
    // As a reload that is refused does.
    void refused(const std::vector<std::string>& urls, std::uint32_t share) {
        auto host = loops_.host("ratelimit");
        const Exchange exchange{*host, carriers_of(urls), {{"limit", "test:limit/regions", counters_}}, 20ms, share};
        host.reset();
    }
    // As a reload does: the next use begins before the one before it ends.
    void use(const std::vector<std::string>& urls, std::uint32_t share = 0, std::chrono::nanoseconds every = 20ms) {
        const auto carriers = carriers_of(urls);
        auto host = loops_.host("ratelimit");
        std::vector<Exchange::Limit> limits{{"limit", "test:limit/regions", counters_}};
        if (beside_) limits.push_back({"beside", "test:beside/regions", beside_});
        auto exchange = std::make_unique<Exchange>(*host, carriers, limits, every, share);
        end();
        host_ = std::move(host);
        exchange_ = std::move(exchange);
        attend();
    }
    // The same, while requests are under way that came under the uses before it.
    void use_beside(const std::vector<std::string>& urls, std::uint32_t share = 0) {
        const auto carriers = carriers_of(urls);
        before_.emplace_back(std::move(host_), std::move(exchange_));
        host_ = loops_.host("ratelimit");
        exchange_ = std::make_unique<Exchange>(*host_, carriers, std::vector<Exchange::Limit>{
                                                   {"limit", "test:limit/regions", counters_}}, 20ms, share);
        attend();
    }
    void attend_before() {
        loops_.run([this]() -> Task<void> {
            for (const Use& use : before_) use.exchange->attend();
            co_return;
        });
    }
    void end_before() { before_.clear(); }
    // Of one use, from its next one on.
    std::shared_ptr<RegionalCounters> limit_beside(const std::string& node) {
        return beside_ = std::make_shared<RegionalCounters>(limit_.algorithm(), 1000, Secret{1, 2}, node);
    }
    ~Gateway() {
        end_before();
        end();
    }
    void end() {
        host_.reset();
        exchange_.reset();
    }
    void attend() {
        loops_.run([this]() -> Task<void> {
            exchange_->attend();
            co_return;
        });
    }
    Decision take(const std::string& key = "alice") {
        return counters_->take(counters_->hash(key), {limit_, limit_.price(1), now()});
    }
    int admitted(int asked, const std::string& key = "alice") {
        int admitted = 0;
        for (int i = 0; i < asked; ++i) admitted += take(key).admitted;
        return admitted;
    }
    std::int64_t left(const std::string& key = "alice") {
        return counters_->look(counters_->hash(key), {limit_, 0, now()}).remaining;
    }
    bool exchanged(std::size_t limit = 0) const { return exchange_->report().at(limit).carriers.at(0).age >= 0ns; }
    RegionalCounters& counters() { return *counters_; }
    std::string metrics() const { return loops_.metrics(); }

private:
    std::vector<Exchange::Carrier> carriers_of(const std::vector<std::string>& urls) const {
        std::vector<Exchange::Carrier> carriers;
        for (const std::string& url : urls) {
            const auto address = redis::Address::parse(url);
            carriers.push_back({address.identity(), redis::Server::shared(address, *host_, {"away", "back"})});
        }
        return carriers;
    }

    const Limit limit_;
    test::Loops loops_;
    std::shared_ptr<RegionalCounters> counters_, beside_;
    struct Use {
        std::unique_ptr<plugins::PluginHost> host;
        std::unique_ptr<Exchange> exchange;
        Use(std::unique_ptr<plugins::PluginHost> lender, std::unique_ptr<Exchange> talks)
            : host{std::move(lender)}, exchange{std::move(talks)} {}
        ~Use() { host.reset(); }
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;
    };
    std::unique_ptr<plugins::PluginHost> host_;
    std::unique_ptr<Exchange> exchange_;
    std::deque<Use> before_;  // not ended yet
};

void wait_for(const char* what, Gateway& gateway, std::int64_t left, const std::string& key = "alice") {
    wait_until(what, [&] { return gateway.left(key) == left; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ratelimit_regions_exchange)

BOOST_AUTO_TEST_CASE(what_one_admits_the_other_does_not) {
    const Redis redis;
    for (const Limit& limit : {hundred, Limit::windowed(Algorithm::fixed_window, 100, 240h),
                               Limit::windowed(Algorithm::sliding_window, 100, 240h)}) {
        redis.ask({"FLUSHALL"});
        Gateway eu{"eu", {redis.url()}, limit}, us{"us", {redis.url()}, limit};
        BOOST_TEST(eu.admitted(60) == 60);
        wait_for("the other hears of it", us, 40);
        BOOST_TEST(us.admitted(60) == 40);
        wait_for("and the first of that", eu, 0);
        BOOST_TEST(eu.admitted(10) == 0);
        BOOST_TEST(eu.admitted(1, "bob") == 1);
        wait_for("each key by itself", us, 99, "bob");
    }
}

BOOST_AUTO_TEST_CASE(one_of_two_servers_suffices_and_what_comes_by_both_counts_once) {
    Redis one, other;
    Gateway eu{"eu", {one.url(), other.url()}}, us{"us", {one.url(), other.url()}};
    BOOST_TEST(eu.admitted(10) == 10);
    wait_for("by both", us, 90);
    one.process().signal(SIGKILL);
    one.process().wait();
    BOOST_TEST(eu.admitted(10) == 10);
    wait_for("by the other one", us, 80);
    one.start_again();  // knows nothing any more
    wait_until("it is told everything again", [&] {
        return one.ask({"--raw", "KEYS", "*order"}).find(":order") != std::string::npos &&
               one.ask({"EVAL",
                        "local n = 0 for _, k in ipairs(redis.call('KEYS', '*order')) do "
                        "n = n + redis.call('ZCARD', k) end return n",
                        "0"}) == "1";
    });
    other.process().signal(SIGKILL);
    other.process().wait();
    BOOST_TEST(us.admitted(5) == 5);
    wait_for("by the first one again", eu, 75);
    BOOST_TEST(us.left() == 75);
}

// As by Debian's own settings, which keep a copy now and then; or a replica that takes over.
BOOST_AUTO_TEST_CASE(a_server_that_comes_back_from_an_older_copy_is_told_what_it_has_lost) {
    Redis redis;
    Gateway eu{"eu", {redis.url()}}, us{"us", {redis.url()}};
    BOOST_TEST(eu.admitted(30) == 30);
    wait_for("the other hears of it", us, 70);
    BOOST_TEST(redis.ask({"SAVE"}) == "OK");
    BOOST_TEST(eu.admitted(200) == 70);
    wait_for("and of all", us, 0);
    redis.process().signal(SIGKILL);
    redis.start_again();
    Gateway asia{"asia", {redis.url()}};
    wait_for("who comes afterwards hears it from there", asia, 0);
    BOOST_TEST(asia.admitted(1, "bob") == 1);
    wait_for("and what is new is heard", eu, 99, "bob");
}

BOOST_AUTO_TEST_CASE(a_server_that_hangs_holds_up_no_other) {
    Redis one, other;
    Gateway eu{"eu", {one.url(), other.url()}}, us{"us", {one.url(), other.url()}};
    one.process().signal(SIGSTOP);
    for (int i = 1; i <= 5; ++i) {
        BOOST_TEST(eu.admitted(1) == 1);
        wait_for("by the other one", us, 100 - i);
    }
    one.process().signal(SIGCONT);
}

// Each side reaches the server of its own region only.
BOOST_AUTO_TEST_CASE(cut_off_each_side_admits_the_limit_at_most_and_healed_both_know_the_same) {
    const Redis here, there;
    Relay to_here{"127.0.0.1:" + here.port()}, to_there{"127.0.0.1:" + there.port()};
    Gateway eu{"eu", {here.url(), "redis://" + to_there.address()}},
        us{"us", {"redis://" + to_here.address(), there.url()}};
    BOOST_TEST(eu.admitted(30) == 30);
    wait_for("both know", us, 70);
    to_here.cut();
    to_there.cut();
    const int in_eu = eu.admitted(200), in_us = us.admitted(200);
    BOOST_TEST(in_eu == 70);
    BOOST_TEST(in_us == 70);
    to_here.mend();
    to_there.mend();
    const auto knows = [](Gateway& gateway, std::uint64_t own, std::uint64_t others) {
        wait_until("both know all", [&] {
            const auto sums = gateway.counters().ledger().sums();
            std::uint64_t sum = 0;
            for (const auto& [node, count] : sums.at(0).nodes) sum += count;
            return sum == own + others;
        });
    };
    knows(eu, 100'000, 70'000);
    knows(us, 70'000, 100'000);
    BOOST_TEST(eu.admitted(10) + us.admitted(10) == 0);
}

BOOST_AUTO_TEST_CASE(with_a_share_each_where_both_sides_have_noticed_that_they_are_cut_off_they_admit_the_limit) {
    const Redis here, there;
    Relay to_here{"127.0.0.1:" + here.port()}, to_there{"127.0.0.1:" + there.port()};
    const std::vector<std::string> of_eu{here.url(), "redis://" + to_there.address()},
        of_us{"redis://" + to_here.address(), there.url()};
    Gateway eu{"eu", of_eu}, us{"us", of_us};
    eu.use(of_eu, 300);
    us.use(of_us, 700);
    wait_until("both hear all", [&] { return !eu.counters().held() && !us.counters().held(); });
    BOOST_TEST(eu.admitted(40) == 40);  // more than its share: nobody is cut off
    wait_for("both know", us, 60);
    to_here.cut();
    to_there.cut();
    wait_until("both have noticed", [&] { return eu.counters().held() && us.counters().held(); });
    BOOST_TEST(eu.admitted(200, "bob") == 30);
    BOOST_TEST(us.admitted(200, "bob") == 70);
    BOOST_TEST(eu.admitted(200) == 0);
    BOOST_TEST(us.admitted(200) == 60);
    to_here.mend();
    to_there.mend();
    wait_until("both hear all again", [&] { return !eu.counters().held() && !us.counters().held(); });
    wait_for("and nothing is left", eu, 0, "bob");
    wait_for("on either side", us, 0, "bob");
}

// Whoever reaches all servers does not know that another is cut off: the limit, and that one's share.
BOOST_AUTO_TEST_CASE(with_a_share_each_where_one_side_only_is_cut_off_its_share_comes_on_top) {
    const Redis redis;
    Relay way{"127.0.0.1:" + redis.port()};
    const std::vector<std::string> of_us{"redis://" + way.address()};
    Gateway eu{"eu", {redis.url()}}, us{"us", of_us};
    eu.use({redis.url()}, 500);
    us.use(of_us, 500);
    wait_until("both hear all", [&] { return !eu.counters().held() && !us.counters().held(); });
    way.cut();
    wait_until("one has noticed", [&] { return us.counters().held(); });
    BOOST_TEST(us.admitted(200) == 50);
    wait_until("the other hears all", [&] { return !eu.counters().held(); });
    BOOST_TEST(eu.admitted(200) == 100);
    way.mend();
    wait_for("and both know of it", us, 0);
    BOOST_TEST(us.admitted(10) + eu.admitted(10) == 0);
}

BOOST_AUTO_TEST_CASE(a_use_that_never_begins_changes_nothing) {
    const Redis redis;
    Gateway eu{"eu", {redis.url()}};
    eu.use({redis.url()}, 500);
    wait_until("it hears all", [&] { return eu.exchanged(); });
    const auto numbers = eu.counters().ledger().carrier(redis::Address::parse(redis.url()).identity());
    BOOST_TEST(numbers.has_value());
    eu.refused({"redis://127.0.0.9:1"}, 0);
    BOOST_TEST(!eu.counters().ledger().carrier(redis::Address::parse("redis://127.0.0.9:1").identity()));
    eu.counters().hold(true);
    BOOST_TEST(eu.counters().held());  // to a share that is still there
}

BOOST_AUTO_TEST_CASE(a_gateway_that_starts_anew_hears_what_it_had_counted_under_another_name) {
    const Redis redis;
    {
        Gateway before{"eu~1", {redis.url()}};
        wait_until("it is connected", [&] { return before.exchanged(); });
        BOOST_TEST(before.admitted(30) == 30);
        before.end();  // what it says last needs no other round
    }
    Gateway after{"eu~2", {redis.url()}};
    wait_for("its own past", after, 70);
    BOOST_TEST(after.admitted(5) == 5);
    Gateway us{"us", {redis.url()}};
    wait_for("both lives", us, 65);
}

BOOST_AUTO_TEST_CASE(a_reload_hands_on_what_is_known_and_goes_on_with_other_servers) {
    const Redis one, other;
    Gateway eu{"eu", {one.url()}}, us{"us", {one.url()}};
    BOOST_TEST(eu.admitted(10) == 10);
    wait_for("the first server", us, 90);
    eu.use({other.url()});
    us.use({other.url()});
    BOOST_TEST(eu.admitted(10) == 10);
    wait_for("the second server", us, 80);
}

BOOST_AUTO_TEST_CASE(a_reload_goes_on_with_other_servers_while_requests_of_before_are_under_way) {
    const Redis one, other, third;
    Gateway eu{"eu", {one.url()}}, us{"us", {other.url()}};
    BOOST_TEST(eu.admitted(10) == 10);
    wait_until("the first server", [&] { return eu.exchanged(); });
    eu.use_beside({other.url()});
    wait_for("the second server", us, 90);
    eu.attend_before();  // requests of before ask on
    BOOST_TEST(eu.admitted(10) == 10);
    wait_for("the second server again", us, 80);
    BOOST_TEST(us.admitted(10) == 10);
    wait_for("both ways", eu, 70);
    eu.use_beside({third.url()});  // two that have not ended
    us.use({third.url()});
    wait_until("the third server", [&] { return eu.exchanged(); });
    BOOST_TEST(eu.admitted(10) == 10);
    wait_for("of the third server", us, 60);
    eu.end_before();
    BOOST_TEST(eu.admitted(10) == 10);
    wait_for("of the third server again", us, 50);
    BOOST_TEST(!eu.counters().held());
    eu.use_beside({"redis://127.0.0.9:1"}, 500);
    wait_until("its share holds", [&] { return eu.counters().held(); });
}

BOOST_AUTO_TEST_CASE(a_server_that_hangs_does_not_hold_up_a_reload) {
    Redis hanging;
    const Redis good;
    Gateway eu{"eu", {hanging.url()}}, us{"us", {good.url()}};
    wait_until("it talks", [&] { return eu.exchanged(); });
    hanging.process().signal(SIGSTOP);
    eu.use_beside({good.url()});
    BOOST_TEST(eu.admitted(10) == 10);
    wait_for("the other server", us, 90);
    hanging.process().signal(SIGCONT);
}

BOOST_AUTO_TEST_CASE(many_keys_go_page_by_page_and_all_arrive) {
    const Redis redis;
    Gateway eu{"eu", {redis.url()}};
    constexpr int keys = 3500;
    for (int i = 0; i < keys; ++i) eu.take("key " + std::to_string(i));
    Gateway us{"us", {redis.url()}};
    wait_until("all keys are known", [&] { return us.counters().ledger().keys() == keys; });
    for (int i = 0; i < keys; i += 499) wait_for("each key", us, 99, "key " + std::to_string(i));
    wait_until("the figure follows", [&] {  // when the round is over
        return us.metrics().find("regions_merged_total{limit=\"limit\"} 3500\n") != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(what_is_more_than_a_page_does_not_wait_for_the_next_interval) {
    const Redis redis;
    Gateway eu{"eu", {}}, us{"us", {redis.url()}};
    constexpr int keys = 3500;
    for (int i = 0; i < keys; ++i) eu.take("key " + std::to_string(i));
    eu.use({redis.url()}, 0, 24h);
    wait_until("all keys are known", [&] { return us.counters().ledger().keys() == keys; });
}

BOOST_AUTO_TEST_CASE(what_is_counted_is_written_down_between_rounds) {
    const Redis redis;
    Gateway eu{"eu", {redis.url()}};
    eu.use({redis.url()}, 0, 24h);
    wait_until("the only round is over", [&] { return eu.exchanged(); });
    eu.take();
    wait_until("it is written down", [&] { return eu.counters().ledger().keys() == 1; });
}

BOOST_AUTO_TEST_CASE(a_use_that_ends_tells_the_last_of_all_its_limits) {
    const Redis redis;
    Gateway us{"us", {redis.url()}};
    const auto beside_us = us.limit_beside("us");
    us.use({redis.url()});
    Gateway eu{"eu", {redis.url()}};
    const auto beside_eu = eu.limit_beside("eu");
    eu.use({redis.url()}, 0, 24h);
    wait_until("the only rounds are over", [&] { return eu.exchanged(0) && eu.exchanged(1); });
    BOOST_TEST(eu.admitted(10) == 10);
    const std::uint64_t alice = beside_eu->hash("alice");
    BOOST_TEST(beside_eu->take(alice, {hundred, hundred.price(1), now()}).admitted);
    eu.end();
    wait_for("the first", us, 90);
    wait_until("the second", [&] { return beside_us->look(alice, {hundred, 0, now()}).remaining == 99; });
}

BOOST_AUTO_TEST_CASE(everything_in_the_server_expires) {
    const Redis redis;
    Gateway eu{"eu", {redis.url()}};
    eu.take();
    wait_until("it is there", [&] { return redis.ask({"KEYS", "*:order"}).find("order") != std::string::npos; });
    BOOST_TEST(redis.ask({"EVAL",
                          "local n = 0 for _, k in ipairs(redis.call('KEYS', '*')) do "
                          "if redis.call('PTTL', k) < 0 then n = n + 1 end end return n",
                          "0"}) == "0");
}

BOOST_AUTO_TEST_CASE(a_server_that_refuses_is_told_of_once_and_costs_nothing_else) {
    const Redis redis;
    redis.ask({"CONFIG", "SET", "maxmemory", "1"});
    Gateway eu{"eu", {redis.url()}};
    BOOST_TEST(eu.admitted(200) == 100);
    wait_until("it refuses", [&] {
        const std::string none = "redis_errors_total{redis=\"" + redis.url() + "\",kind=\"reply\"} 0\n";
        return eu.metrics().find(none) == std::string::npos;
    });
    redis.ask({"CONFIG", "SET", "maxmemory", "0"});
    Gateway us{"us", {redis.url()}};
    wait_for("it is told afterwards", us, 0);
}

BOOST_AUTO_TEST_SUITE_END()
