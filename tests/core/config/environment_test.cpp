// tests/core/config/environment_test.cpp - variables say what routes.lua does not, in the unit of their field.
#include "config/environment.h"

#include "core/config/fake_plugins.h"

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>

using namespace tollgate;
using namespace tollgate::config;

namespace {

const std::string any_port = "listen \"127.0.0.1:0\"\n";

Default said(Type type, const char* names, const std::map<std::string, std::string>& variables) {
    const Field field{.name = "f", .type = type, .environment = names};
    return environment_default(field, [&](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional{found->second};
    });
}

std::string described(Type type, const std::string& text) {
    const auto made = said(type, "V", {{"V", text}});
    return made.problem.empty() ? made.item.describe() : made.says + ": " + made.problem;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config_environment)

BOOST_AUTO_TEST_CASE(a_number_has_the_unit_of_its_field) {
    BOOST_TEST(described(Type::duration, "300") == "5 * minutes");
    BOOST_TEST(described(Type::duration, "0.5") == "500 * milliseconds");
    BOOST_TEST(described(Type::size, "1048576") == "1 * megabyte");
    BOOST_TEST(described(Type::rate, "60") == "60 / minute");
    BOOST_TEST(described(Type::integer, "7") == "7");
    BOOST_TEST(described(Type::number, "0.25") == "0.25");
    BOOST_TEST(described(Type::boolean, "1") == "true");
    BOOST_TEST(described(Type::boolean, "false") == "false");
    BOOST_TEST(described(Type::text, "words") == "\"words\"");
}

BOOST_AUTO_TEST_CASE(what_is_none_is_named_with_its_variable) {
    BOOST_TEST(described(Type::duration, "5m") == "V: expected a number of seconds, got \"5m\"");
    BOOST_TEST(described(Type::size, "10MB") == "V: expected a number of bytes, got \"10MB\"");
    BOOST_TEST(described(Type::rate, "inf") == "V: expected a number of requests, got \"inf\"");
    BOOST_TEST(described(Type::integer, " 7") == "V: expected a number, got \" 7\"");
    BOOST_TEST(described(Type::boolean, "yes") == "V: expected 1 or 0, got \"yes\"");
}

BOOST_AUTO_TEST_CASE(the_first_variable_that_is_set_counts) {
    BOOST_TEST(said(Type::integer, "A B", {{"B", "2"}}).item.describe() == "2");
    BOOST_TEST(said(Type::integer, "A B", {{"A", "1"}, {"B", "2"}}).item.describe() == "1");
    BOOST_TEST(said(Type::integer, "A B", {{"A", ""}, {"B", "2"}}).item.describe() == "2");
    BOOST_CHECK(said(Type::integer, "A B", {}).item.is(Item::Kind::nothing));
    BOOST_CHECK(said(Type::integer, nullptr, {{"A", "1"}}).item.is(Item::Kind::nothing));
}

BOOST_AUTO_TEST_CASE(the_time_of_a_rate_may_be_in_a_variable_of_its_own) {
    constexpr const char* names = "RPM COUNT/SECONDS";
    BOOST_TEST(said(Type::rate, names, {{"COUNT", "100"}, {"SECONDS", "3600"}}).item.describe() == "100 / hour");
    BOOST_TEST(said(Type::rate, names, {{"COUNT", "100"}}).item.describe() == "100 / minute");
    BOOST_TEST(said(Type::rate, names, {{"RPM", "5"}, {"SECONDS", "1"}}).item.describe() == "5 / minute");
    const auto wrong = said(Type::rate, names, {{"COUNT", "100"}, {"SECONDS", "0"}});
    BOOST_TEST(wrong.says + ": " + wrong.problem == "SECONDS: expected a number of seconds above 0, got \"0\"");
}

BOOST_AUTO_TEST_CASE(the_largest_body_may_come_from_the_environment) {
    test::Workshop workshop;
    workshop.env()["MAX_REQUEST_SIZE"] = "1000";
    BOOST_TEST(workshop.load_text(any_port).snapshot->limits.body == 1000u);
    BOOST_TEST(workshop.load_text(any_port + "limits { idle = 1 * second }").snapshot->limits.body == 1000u);
    BOOST_TEST(workshop.load_text(any_port + "limits { body = 7 * bytes }").snapshot->limits.body == 7u);
    workshop.env()["MAX_REQUEST_SIZE"] = "10MB";
    BOOST_TEST(workshop.problems_of(any_port) ==
               "routes.lua: limits: body: MAX_REQUEST_SIZE: expected a number of bytes, got \"10MB\"");
    workshop.env()["MAX_REQUEST_SIZE"] = "-1";
    BOOST_TEST(workshop.problems_of(any_port + "limits { idle = 1 * second }") ==
               "routes.lua:2: limits: body: MAX_REQUEST_SIZE: expected a size (10 * megabytes) of at most 1024 * "
               "gigabytes, got -1 * bytes");
}

BOOST_AUTO_TEST_CASE(a_database_of_another_kind_is_somebody_elses) {
    test::Workshop workshop;
    workshop.env()["DATABASE_URL"] = "postgresql://me@db.internal/tollgate";
    BOOST_TEST(workshop.load_text(any_port).snapshot->database->shown().starts_with("postgresql:"));
    workshop.env()["DATABASE_URL"] = "mysql://me@db.internal/shop";
    BOOST_TEST(workshop.load_text(any_port).snapshot->database->shown().ends_with("tollgate.db"));
    workshop.env()["DATABASE_URL"] = "postgresql://";
    BOOST_TEST(workshop.problems_of(any_port).starts_with("routes.lua: database: DATABASE_URL: "), workshop.problems_of(any_port));
}

BOOST_AUTO_TEST_CASE(a_plugins_field_may_name_a_variable) {
    test::Workshop workshop;
    const std::string use = any_port + "route 'GET /' { answer = 'ok', plugins = { probe {} } }";
    workshop.env()["PROBE_SECONDS"] = "5";
    BOOST_REQUIRE(workshop.load_text(use).snapshot);
    BOOST_TEST(workshop.seen().back().texts.at("patience") == "5000000000 ns");
    workshop.env().clear();
    BOOST_REQUIRE(workshop.load_text(use).snapshot);
    BOOST_TEST(!workshop.seen().back().texts.contains("patience"));
    workshop.env()["PROBE_SECONDS"] = "500";
    BOOST_TEST(workshop.problems_of(use) ==
               "routes.lua:2: probe: patience: PROBE_SECONDS: expected a duration (5 * seconds) of at most 1 * minute, "
               "got 500 * seconds");
}

BOOST_AUTO_TEST_SUITE_END()
