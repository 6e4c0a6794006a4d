// tests/core/net/resolver_test.cpp - names: asked once, remembered, and not waited for without end.
#include "net/resolver.h"

#include "support/deadline.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>

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
    Blocking blocking{1};
    Resolver resolver{loop, blocking};
    ~Site() { blocking.finish(); }
};

Task<void> ask(Site& site, std::string text, Duration timeout, int& left, std::optional<Poco::Net::SocketAddress>& found,
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
    std::array<std::optional<Poco::Net::SocketAddress>, asking> found;
    std::array<IoResult, asking> results;
    site.loop.post([&] {
        for (int i = 0; i < asking; ++i) site.loop.spawn(ask(site, "localhost:80", test::patience, left, found[i], results[i]));
    });
    site.loop.run();
    for (const auto& one : found) BOOST_TEST((one && one->port() == 80));
}

BOOST_AUTO_TEST_CASE(name_without_address_is_told) {
    // Too long a label to be asked for: the answer does not depend on how far away a name server is.
    const std::string name = std::string(70, 'x') + ".invalid:80";
    Site site;
    int left = 1;
    std::optional<Poco::Net::SocketAddress> found;
    IoResult result;
    site.loop.post([&] { site.loop.spawn(ask(site, name, test::patience, left, found, result)); });
    site.loop.run();
    BOOST_TEST(!found);
    BOOST_TEST(result.error == EHOSTUNREACH);
}

BOOST_AUTO_TEST_CASE(slow_lookup_is_not_waited_for_beyond_the_timeout) {
    Site site;
    std::promise<void> go;
    std::shared_future<void> until = go.get_future().share();
    int left = 1;
    std::optional<Poco::Net::SocketAddress> found;
    IoResult result;
    site.loop.post([&] {
        site.loop.spawn([](Site& s, std::shared_future<void> f) -> Task<void> {
            co_await s.blocking.run([f] { f.wait(); });  // the one thread is taken
        }(site, until));
        site.loop.spawn(ask(site, "localhost:80", 20ms, left, found, result));
    });
    site.loop.run();
    go.set_value();
    BOOST_TEST(!found);
    BOOST_TEST((result.kind == IoResult::Kind::timed_out));
}

BOOST_AUTO_TEST_SUITE_END()
