// tests/core/plugins/plugin_host_test.cpp - what a host lends and takes back when its use ends.
#include "plugins/plugin_host.h"

#include "plugins/metrics.h"
#include "plugins/named_states.h"
#include "support/log.h"

#include <boost/test/unit_test.hpp>

#include <deque>
#include <stdexcept>

using namespace tollgate;
using plugins::PluginHost;

namespace {

// One loop, run by hand on the thread of the test: sleeping tasks wait until woken.
class HandLoop final : public plugins::LoopServices {
public:
    std::size_t loop_count() const override { return 1; }
    std::size_t this_loop() const override { return on_loop ? 0 : 1; }
    bool post(std::size_t, std::function<void()> job) override {
        if (ended) return false;
        jobs.push_back(std::move(job));
        if (!on_loop) run_posted();  // another thread's view: the loop got round to it
        return true;
    }
    Task<void> sleep(std::chrono::nanoseconds) override { co_await Sleep{*this}; }
    Task<bool> ready(int, Interest, std::chrono::nanoseconds) override { co_return true; }
    Task<void> blocking(std::function<void()> work) override {
        work();
        co_return;
    }
    Task<Response> fetch(std::string url, Request, FetchOptions) override { throw FetchError{url + ": refused"}; }

    void run_posted() {
        while (!jobs.empty()) {
            auto job = std::move(jobs.front());
            jobs.pop_front();
            job();
        }
    }
    void wake_all() {
        for (auto handle : std::exchange(sleeping, {})) handle.resume();
        run_posted();
    }

    struct Sleep {
        HandLoop& loop;
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> handle) { loop.sleeping.push_back(handle); }
        void await_resume() const noexcept {}
    };
    bool on_loop = true, ended = false;
    std::deque<std::function<void()>> jobs;
    std::vector<std::coroutine_handle<>> sleeping;
};

struct Gateway {
    HandLoop loop;
    plugins::Metrics metrics{1};
    plugins::NamedStates states;
    plugins::Pages pages;
    std::unique_ptr<PluginHost> host(std::string name = "hello") {
        return std::make_unique<PluginHost>(std::move(name), plugins::Lent{loop, metrics, states, pages, {}});
    }
};

Task<void> sleeps_while(std::shared_ptr<int> held, Host& host, bool& ended) {
    co_await host.sleep(std::chrono::seconds{1});
    ended = held != nullptr;
}

Task<void> throws_after_sleep(Host& host) {
    co_await host.sleep(std::chrono::seconds{1});
    throw std::runtime_error{"out of tea"};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(plugins_plugin_host)

BOOST_AUTO_TEST_CASE(a_figure_carries_the_plugins_name) {
    Gateway gateway;
    gateway.host()->counter("greetings_total", "greetings said", {{"tone", "warm"}}).add(3);
    gateway.host()->counter("greetings_total", "greetings said", {{"tone", "warm"}}).add(1);
    BOOST_TEST(gateway.metrics.prometheus().find("tollgate_hello_greetings_total{tone=\"warm\"} 4") !=
               std::string::npos);
    BOOST_CHECK_THROW(gateway.host()->gauge("no-dashes", "", {}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_state_is_handed_from_use_to_use) {
    Gateway gateway;
    const std::function<std::shared_ptr<int>()> five = [] { return std::make_shared<int>(5); };
    auto old_use = gateway.host();
    auto state = old_use->state<int>("count", five);
    *state = 6;
    auto new_use = gateway.host();
    BOOST_TEST(*new_use->state<int>("count", five) == 6);
    BOOST_TEST(*gateway.host("other")->state<int>("count", five) == 5);
    BOOST_CHECK_THROW(new_use->state<long>("count", [] { return std::make_shared<long>(5); }), std::logic_error);
}

BOOST_AUTO_TEST_CASE(what_is_for_serving_runs_once_and_only_then) {
    const log::Capture log;
    Gateway gateway;
    std::string done;
    {
        const auto refused = gateway.host();
        refused->when_serving([&] { done += "refused "; });
    }
    const auto host = gateway.host();
    host->when_serving([&] { done += "one "; });
    host->when_serving([] { throw std::runtime_error{"no tea"}; });
    host->when_serving([&] { done += "two "; });
    BOOST_TEST(done == "");
    plugins::serve(host.get());
    plugins::serve(host.get());
    BOOST_TEST(done == "one two ");
    BOOST_TEST(log.has("hello: beginning to serve failed: no tea"));
}

BOOST_AUTO_TEST_CASE(a_log_line_names_the_plugin) {
    const log::Capture log;
    Gateway{}.host()->log(Level::warning, "cold");
    BOOST_TEST(log.has("hello: cold"));
}

BOOST_AUTO_TEST_CASE(pages_end_when_the_use_retires) {
    Gateway gateway;
    auto host = gateway.host();
    host->add_page("stats", [](const AdminRequest&) { return AdminAnswer{}; });
    host->add_command("purge", "forgets", [](const AdminRequest&) { return AdminAnswer{}; });
    BOOST_TEST(gateway.pages.list().size() == 2u);
    plugins::retire(host.get());
    BOOST_TEST(gateway.pages.list().empty());
}

BOOST_AUTO_TEST_CASE(a_spawned_task_runs_to_its_end_and_is_freed) {
    Gateway gateway;
    auto host = gateway.host();
    auto held = std::make_shared<int>(1);
    bool ended = false;
    host->spawn(sleeps_while(held, *host, ended));
    BOOST_TEST(!ended);
    BOOST_TEST(held.use_count() == 2);
    gateway.loop.wake_all();
    BOOST_TEST(ended);
    BOOST_TEST(held.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(a_spawned_task_is_destroyed_when_the_use_ends) {
    Gateway gateway;
    auto host = gateway.host();
    auto held = std::make_shared<int>(1);
    bool ended = false;
    host->spawn(sleeps_while(held, *host, ended));
    gateway.loop.on_loop = false;
    host.reset();
    BOOST_TEST(!ended);
    BOOST_TEST(held.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(what_is_posted_runs_later_and_not_once_the_use_has_ended) {
    Gateway gateway;
    auto host = gateway.host();
    std::string done;
    host->post(0, [&] { done += "first "; });
    BOOST_TEST(done == "");
    gateway.loop.run_posted();
    BOOST_TEST(done == "first ");
    BOOST_CHECK_THROW(host->post(1, [] {}), std::logic_error);
    const log::Capture log;
    host->post(0, [] { throw std::runtime_error{"out of tea"}; });
    gateway.loop.run_posted();
    BOOST_TEST(log.has("hello: posted work failed: out of tea"));
    auto held = std::make_shared<int>(1);
    host->post(0, [&done, held] { done += "late"; });
    plugins::retire(host.get());  // on that very loop: what was posted before is still to come
    gateway.loop.run_posted();
    BOOST_TEST(done == "first ");
    BOOST_TEST(held.use_count() == 1);
    gateway.loop.ended = true;
    host->post(0, [&] { done += "never"; });
    BOOST_TEST(done == "first ");
}

// As where a thread of the plugin's own rings until the plugin's destructor has joined it.
BOOST_AUTO_TEST_CASE(what_is_posted_to_a_loop_for_the_first_time_when_the_use_has_ended_does_not_run) {
    Gateway gateway;
    auto host = gateway.host();
    plugins::retire(host.get());
    bool ran = false;
    host->post(0, [&] { ran = true; });
    gateway.loop.run_posted();
    BOOST_TEST(!ran);
}

BOOST_AUTO_TEST_CASE(a_spawned_task_is_destroyed_also_after_its_loop_has_ended) {
    Gateway gateway;
    auto host = gateway.host();
    auto held = std::make_shared<int>(1);
    bool ended = false;
    host->spawn(sleeps_while(held, *host, ended));
    gateway.loop.on_loop = false;
    gateway.loop.ended = true;
    host.reset();
    BOOST_TEST(held.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(what_a_spawned_task_throws_is_logged) {
    const log::Capture log;
    Gateway gateway;
    auto host = gateway.host();
    host->spawn(throws_after_sleep(*host));
    gateway.loop.wake_all();
    BOOST_TEST(log.has("hello: a spawned task failed: out of tea"));
}

BOOST_AUTO_TEST_CASE(spawning_off_the_loops_is_a_bug_that_is_told) {
    Gateway gateway;
    auto host = gateway.host();
    gateway.loop.on_loop = false;
    BOOST_CHECK_THROW(host->spawn(throws_after_sleep(*host)), std::logic_error);
}

BOOST_AUTO_TEST_CASE(without_loops_what_needs_one_throws) {
    plugins::NoLoops none;
    plugins::Metrics metrics{1};
    plugins::NamedStates states;
    plugins::Pages pages;
    PluginHost host{"hello", {none, metrics, states, pages, {}}};
    BOOST_CHECK_THROW((void)host.sleep(std::chrono::seconds{1}), std::logic_error);
    BOOST_CHECK_THROW((void)host.fetch("http://127.0.0.1/", Request{}, {}), std::logic_error);
    BOOST_TEST(host.this_loop() == host.loop_count());
    BOOST_TEST(!host.keys());
}

BOOST_AUTO_TEST_SUITE_END()
