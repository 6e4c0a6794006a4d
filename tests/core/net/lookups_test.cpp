// tests/core/net/lookups_test.cpp - names that several loops ask for, and lookups that hang or fail.
#include "net/lookups.h"

#include "net/event_loop.h"
#include "support/deadline.h"

#include <Poco/Net/NetException.h>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace tollgate;
using namespace tollgate::net;
using namespace std::chrono_literals;

namespace {

Address address(const std::string& text) {
    std::string problem;
    return *Address::parse(text, problem);
}

// Loops on threads of their own, all of which ask.
class Site {
public:
    Site(std::size_t loops, Lookups::Lookup lookup, int threads) : lookups{std::move(lookup), threads} {
        for (std::size_t i = 0; i < loops; ++i) {
            loops_.push_back(std::make_unique<EventLoop>(i));
            threads_.emplace_back([&loop = *loops_.back()] { loop.run(); });
        }
    }
    ~Site() {
        lookups.finish();
        for (auto& loop : loops_) loop->stop();
        for (auto& thread : threads_) thread.join();
    }
    std::future<Lookups::Addresses> ask(std::size_t loop, const std::string& name) {
        auto told = std::make_shared<std::promise<Lookups::Addresses>>();
        loops_[loop]->post([this, loop, name, told] { loops_[loop]->spawn(hear(name, told)); });
        return told->get_future();
    }
    void leave(std::size_t loop) {
        std::promise<void> done;
        loops_[loop]->post([&] {
            loops_[loop]->cancel_spawned();
            done.set_value();
        });
        done.get_future().wait();
    }
    Lookups lookups;

private:
    Task<void> hear(std::string name, std::shared_ptr<std::promise<Lookups::Addresses>> told) {
        told->set_value(co_await lookups.ask(address(name)));
    }
    std::vector<std::unique_ptr<EventLoop>> loops_;
    std::vector<std::thread> threads_;
};

const Lookups::Addresses here{Poco::Net::SocketAddress{"127.0.0.1:80"}};

Lookups::Addresses get(std::future<Lookups::Addresses>& told) {
    BOOST_REQUIRE((told.wait_for(test::patience) == std::future_status::ready));
    return told.get();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(net_lookups)

BOOST_AUTO_TEST_CASE(name_that_hangs_holds_one_thread_whoever_asks_and_the_others_go_on) {
    std::promise<void> go;
    std::atomic<int> hanging{0};
    constexpr std::size_t loops = 4;
    Site site{loops,
              [&hanging, until = go.get_future().share()](const Address& where) {
                  if (where.host() == "hangs") {
                      ++hanging;
                      until.wait();
                  }
                  return here;
              },
              2};
    std::vector<std::future<Lookups::Addresses>> waiting;
    for (std::size_t loop = 0; loop < loops; ++loop)
        for (int i = 0; i < 10; ++i) waiting.push_back(site.ask(loop, "hangs:80"));
    for (std::size_t loop = 0; loop < loops; ++loop) {
        auto told = site.ask(loop, "well:80");
        BOOST_TEST((get(told) == here));
    }
    BOOST_TEST(hanging == 1);
    go.set_value();
    for (auto& told : waiting) BOOST_TEST((get(told) == here));
    BOOST_TEST(hanging == 1);
}

BOOST_AUTO_TEST_CASE(name_is_asked_for_anew_once_all_have_heard) {
    std::atomic<int> asked{0};
    Site site{1, [&](const Address&) { return ++asked, here; }, 1};
    for (int i = 1; i <= 3; ++i) {
        auto told = site.ask(0, "name:80");
        BOOST_TEST((get(told) == here));
        BOOST_TEST(asked == i);
    }
}

BOOST_AUTO_TEST_CASE(lookup_that_throws_whatever_finds_no_address) {
    Site site{1,
              [](const Address& where) -> Lookups::Addresses {
                  if (where.host() == "none") throw Poco::Net::HostNotFoundException("none");
                  throw std::runtime_error("broken");
              },
              1};
    for (const char* name : {"none:80", "broken:80", "none:80", "broken:80"}) {
        auto told = site.ask(0, name);
        BOOST_TEST(get(told).empty());
    }
}

BOOST_AUTO_TEST_CASE(who_leaves_hears_nothing_and_the_others_do) {
    std::promise<void> go, begun;
    std::atomic<int> asked{0};
    Site site{2,
              [&asked, &begun, until = go.get_future().share()](const Address&) {
                  if (++asked == 1) begun.set_value();
                  until.wait();
                  return here;
              },
              1};
    auto left = site.ask(0, "name:80");
    begun.get_future().wait();
    auto stays = site.ask(1, "name:80");
    site.leave(0);
    go.set_value();
    BOOST_TEST((get(stays) == here));
    BOOST_CHECK_THROW(left.get(), std::future_error);  // its task was destroyed
}

BOOST_AUTO_TEST_SUITE_END()
