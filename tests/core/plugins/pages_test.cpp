// tests/core/plugins/pages_test.cpp - pages and commands that come and go with their plugins.
#include "plugins/pages.h"

#include "support/log.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

using namespace tollgate;
using plugins::Pages;

namespace {

plugins::PageFunction says(std::string text) {
    return [text](const AdminRequest&) { return AdminAnswer{.body = text}; };
}

std::string body_of(const Pages& pages, std::string_view path) {
    const auto answer = pages.page("cache", path, {});
    return answer ? answer->body : "(none)";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(plugins_pages)

BOOST_AUTO_TEST_CASE(a_page_answers_while_it_is_registered) {
    Pages pages;
    {
        const auto page = pages.add_page("cache", "stats", says("full"));
        BOOST_TEST(body_of(pages, "stats") == "full");
        BOOST_TEST(body_of(pages, "/stats/") == "full");
        BOOST_TEST(body_of(pages, "other") == "(none)");
    }
    BOOST_TEST(body_of(pages, "stats") == "(none)");
}

BOOST_AUTO_TEST_CASE(the_latest_of_a_name_answers_and_then_the_one_before) {
    Pages pages;
    auto older = pages.add_page("cache", "stats", says("older"));
    auto newer = pages.add_page("cache", "stats", says("newer"));
    BOOST_TEST(body_of(pages, "stats") == "newer");
    newer.end();
    BOOST_TEST(body_of(pages, "stats") == "older");
}

BOOST_AUTO_TEST_CASE(the_old_use_ends_without_taking_the_new_one_with_it) {
    Pages pages;
    auto older = pages.add_page("cache", "stats", says("older"));
    const auto newer = pages.add_page("cache", "stats", says("newer"));
    older.end();
    BOOST_TEST(body_of(pages, "stats") == "newer");
}

BOOST_AUTO_TEST_CASE(the_end_waits_for_a_request_that_runs) {
    Pages pages;
    std::promise<void> entered, leave;
    std::atomic<bool> left{false};
    auto page = pages.add_page("cache", "slow", [&](const AdminRequest&) {
        entered.set_value();
        leave.get_future().wait();
        left = true;
        return AdminAnswer{};
    });
    bool answered = false;
    std::thread asking{[&] { answered = pages.page("cache", "slow", {}).has_value(); }};
    entered.get_future().wait();
    auto ending = std::async(std::launch::async, [&] {
        page.end();
        return left.load();
    });
    // Gone for newcomers at once or soon, while the one inside goes on.
    while (pages.list().size() > 0) std::this_thread::yield();
    leave.set_value();
    BOOST_TEST(ending.get());
    asking.join();
    BOOST_TEST(answered);
}

BOOST_AUTO_TEST_CASE(commands_and_pages_are_told_apart) {
    Pages pages;
    const auto page = pages.add_page("cache", "purge", says("page"));
    const auto command = pages.add_command("cache", "purge", "forgets everything", says("command"));
    BOOST_TEST(pages.command("cache", "purge", {})->body == "command");
    BOOST_TEST(body_of(pages, "purge") == "page");
    BOOST_REQUIRE(pages.list().size() == 2u);
    BOOST_TEST(pages.list()[1].is_command);
    BOOST_TEST(pages.list()[1].help == "forgets everything");
}

BOOST_AUTO_TEST_CASE(a_page_that_throws_answers_500_and_is_logged) {
    const log::Capture log;
    Pages pages;
    const auto page =
        pages.add_page("cache", "bad", [](const AdminRequest&) -> AdminAnswer { throw std::runtime_error{"no disk"}; });
    const auto command = pages.add_command("cache", "bad", "", [](const AdminRequest&) -> AdminAnswer { throw 7; });
    BOOST_TEST(pages.page("cache", "bad", {})->status == 500);
    BOOST_TEST(pages.command("cache", "bad", {})->status == 1);
    BOOST_TEST(log.has("cache: page \"bad\" failed: no disk"));
}

BOOST_AUTO_TEST_CASE(names_no_url_or_shell_could_say_are_refused) {
    Pages pages;
    BOOST_CHECK_THROW((void)pages.add_page("cache", "a b", says("")), std::invalid_argument);
    BOOST_CHECK_THROW((void)pages.add_page("cache", "a?b", says("")), std::invalid_argument);
    BOOST_CHECK_THROW((void)pages.add_command("cache", "", "", says("")), std::invalid_argument);
    BOOST_CHECK_THROW((void)pages.add_command("cache", "--all", "", says("")), std::invalid_argument);
    BOOST_CHECK_THROW((void)pages.add_command("cache", "Purge", "", says("")), std::invalid_argument);
    BOOST_CHECK_THROW((void)pages.add_page("cache", "x", nullptr), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_command_runs_in_every_plugin_that_has_it) {
    Pages pages;
    const auto one = pages.add_command("cache", "reopen", "", says("1"));
    const auto two = pages.add_command("logging", "reopen", "", says("2"));
    const auto other = pages.add_command("logging", "rotate", "", says("3"));
    const auto answers = pages.run_everywhere("reopen");
    BOOST_REQUIRE(answers.size() == 2u);
    BOOST_TEST(answers[0].first == "cache");
    BOOST_TEST(answers[1].second.body == "2");
}

BOOST_AUTO_TEST_CASE(a_registration_may_outlive_the_pages) {
    Pages::Registration page;
    {
        Pages pages;
        page = pages.add_page("cache", "stats", says("full"));
    }
    page.end();
    page.end();
}

BOOST_AUTO_TEST_SUITE_END()
