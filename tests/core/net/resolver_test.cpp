// tests/core/net/resolver_test.cpp - names: asked once, remembered, and not waited for without end.
#include "net/resolver.h"

#include "net/pause.h"

#include "support/deadline.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <array>
#include <future>
#include <string>
#include <vector>

using namespace tollgate;
using namespace tollgate::net;
using namespace std::chrono_literals;

namespace {

Address address(const std::string& text) {
    std::string problem;
    return *Address::parse(text, problem);
}

struct Site {
    EventLoop loop{0};
    Lookups lookups;
    Resolver resolver{loop, lookups};
    Site() = default;
    explicit Site(Lookups::Lookup lookup) : lookups{std::move(lookup), 1} {}
    ~Site() { lookups.finish(); }
};

Task<void> ask(Site& site, std::string text, Duration timeout, int& left, Resolver::Addresses& found,
               IoResult& result) {
    found = co_await site.resolver.resolve(address(text), timeout, result);
    if (--left == 0) site.loop.stop();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(net_resolver)

BOOST_AUTO_TEST_CASE(name_is_found_by_all_who_ask_at_once) {
    Site site;
    constexpr int asking = 50;
    int left = asking;
    std::array<Resolver::Addresses, asking> found;
    std::array<IoResult, asking> results;
    site.loop.post([&] {
        for (int i = 0; i < asking; ++i) site.loop.spawn(ask(site, "localhost:80", test::patience, left, found[i], results[i]));
    });
    site.loop.run();
    for (const auto& one : found) BOOST_TEST((!one.empty() && one[0].port() == 80));
}

BOOST_AUTO_TEST_CASE(name_without_address_is_told) {
    // Too long a label to be asked for: the answer does not depend on how far away a name server is.
    const std::string name = std::string(70, 'x') + ".invalid:80";
    Site site;
    int left = 1;
    Resolver::Addresses found;
    IoResult result;
    site.loop.post([&] { site.loop.spawn(ask(site, name, test::patience, left, found, result)); });
    site.loop.run();
    BOOST_TEST(found.empty());
    BOOST_TEST(result.error == EHOSTUNREACH);
}

BOOST_AUTO_TEST_CASE(who_goes_on_using_what_he_has_hears_that_it_was_withdrawn) {
    struct Moved final : Timekeeper {
        EventLoop* loop = nullptr;
        TimePoint at = Clock::now();
        int waits = 0;
        TimePoint now() noexcept override { return at; }
        int wait(int) noexcept override {
            if (++waits > 60'000) loop->stop();
            return 1;
        }
    } time;
    EventLoop loop{0, &time};
    time.loop = &loop;
    std::atomic<int> asked{0};
    const Poco::Net::SocketAddress one{"127.0.0.1:80"}, two{"127.0.0.2:80"};
    Lookups lookups{[&](const Address&) {
        return ++asked == 1 ? Resolver::Addresses{one, two} : Resolver::Addresses{two};
    }};
    Resolver resolver{loop, lookups};
    std::string withdrawn;
    int asked_by_then = 0, asked_while_fresh = 0;
    resolver.on_withdrawn([&](const std::string& name) {
        withdrawn = name;
        asked_by_then = asked;
        loop.stop();
    });
    const Address name = address("shop.example:80");
    const auto go_on_using = [&]() -> Task<void> {
        resolver.freshen(name);  // nobody has asked for it: nobody is told
        IoResult result;
        co_await resolver.resolve(name, test::patience, result);
        resolver.freshen(name);
        asked_while_fresh = asked;
        for (;;) {
            time.at += 11s;
            co_await Pause{loop, Duration::zero()};  // the next turn sees that time
            resolver.freshen(name);
        }
    };
    loop.post([&] { loop.spawn(go_on_using()); });
    loop.run();
    BOOST_TEST(asked_while_fresh == 1);
    BOOST_TEST(withdrawn == "shop.example:80");
    BOOST_TEST(asked_by_then == 1 + KnownAddresses::until_withdrawn);
    BOOST_TEST(resolver.withdrawn("shop.example:80", one));
    BOOST_TEST(!resolver.withdrawn("shop.example:80", two));
    BOOST_TEST(!resolver.withdrawn("other.example:80", one));
    loop.cancel_spawned();
    lookups.finish();
}

BOOST_AUTO_TEST_CASE(slow_lookup_is_not_waited_for_beyond_the_timeout) {
    std::promise<void> go;
    Site site{[until = go.get_future().share()](const Address&) -> Resolver::Addresses {
        until.wait();
        return {};
    }};
    int left = 1;
    Resolver::Addresses found;
    IoResult result;
    site.loop.post([&] { site.loop.spawn(ask(site, "name:80", 20ms, left, found, result)); });
    site.loop.run();
    go.set_value();
    BOOST_TEST(found.empty());
    BOOST_TEST((result.kind == IoResult::Kind::timed_out));
}

BOOST_AUTO_TEST_CASE(all_addresses_are_given_and_each_is_the_first_of_its_family_in_turn) {
    const auto at = [](const char* text) { return Poco::Net::SocketAddress{text}; };
    const Resolver::Addresses all{at("192.0.2.1:80"), at("192.0.2.2:80"), at("192.0.2.3:80"), at("[2001:db8::1]:80"),
                                  at("[2001:db8::2]:80")};
    Site site{[all](const Address&) { return all; }};
    std::vector<std::string> orders;
    site.loop.post([&] {
        site.loop.spawn([](Site& s, std::vector<std::string>& seen) -> Task<void> {
            for (int i = 0; i < 4; ++i) {
                IoResult result;
                std::string order;
                for (const auto& one : co_await s.resolver.resolve(address("name:80"), test::patience, result))
                    order += one.host().toString().back();
                seen.push_back(order);
            }
            s.loop.stop();
        }(site, orders));
    });
    site.loop.run();
    const std::vector<std::string> expected{"12312", "23121", "31212", "12321"};
    BOOST_TEST(orders == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
