// tests/core/config/schema_test.cpp - each type of Field takes what it should, and says what it wants of the rest.
#include "config/schema.h"

#include "core/config/fake_plugins.h"

#include <boost/test/unit_test.hpp>

#include <limits>
#include <string>

using namespace tollgate;
using namespace tollgate::config;
using namespace std::chrono_literals;

namespace {

Item number(double value) {
    Item item;
    item.kind = Item::Kind::number;
    item.number = value;
    return item;
}
Item text(std::string value) {
    Item item;
    item.kind = Item::Kind::text;
    item.text = std::move(value);
    return item;
}
Item quantity(Quantity value) {
    Item item;
    item.kind = Item::Kind::quantity;
    item.quantity = value;
    return item;
}
Item table(std::vector<Item> list) {
    Item item;
    item.kind = Item::Kind::table;
    item.list = std::move(list);
    return item;
}
Item duration(std::chrono::nanoseconds time) { return quantity({Quantity::Kind::duration, double(time.count()), 0}); }

const Origin origin{std::make_shared<Files>("routes.lua"), "/etc/tollgate"};

Setting taken(const Field& field, const Item& item) {
    std::string problem;
    auto setting = check_field(field, item, origin, problem);
    BOOST_REQUIRE_MESSAGE(setting, problem);
    return *setting;
}
std::string refused(const Field& field, const Item& item) {
    std::string problem;
    BOOST_TEST(!check_field(field, item, origin, problem));
    return problem;
}

std::string with_probe(const std::string& said) {
    return "listen '127.0.0.1:0' route 'GET /' { answer = '', plugins = { probe { " + said + " } } }";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config_schema)

BOOST_AUTO_TEST_CASE(integers_are_whole_and_in_range) {
    constexpr Field field{.name = "n", .type = Type::integer, .min = 1, .max = 5};
    BOOST_TEST(std::get<std::int64_t>(taken(field, number(5))) == 5);
    BOOST_TEST(refused(field, number(6)) == "expected an integer from 1 to 5, got 6");
    BOOST_TEST(refused(field, number(1.5)) == "expected an integer from 1 to 5, got 1.5");
    BOOST_TEST(refused(field, text("3")) == "expected an integer from 1 to 5, got \"3\"");
    constexpr Field open{.name = "n", .type = Type::integer};
    BOOST_TEST(refused(open, number(1e300)) == "expected an integer, got 1e+300");
    BOOST_TEST(
        refused(open, number(std::numeric_limits<double>::quiet_NaN())).starts_with("expected an integer, got "));
    BOOST_TEST(std::get<std::int64_t>(taken(open, number(-3))) == -3);
}

BOOST_AUTO_TEST_CASE(numbers_are_finite) {
    constexpr Field field{.name = "n", .type = Type::number, .min = 0};
    BOOST_TEST(std::get<double>(taken(field, number(0.25))) == 0.25);
    BOOST_TEST(refused(field, number(-0.5)) == "expected a number of at least 0, got -0.5");
    BOOST_TEST(refused(field, number(std::numeric_limits<double>::infinity())) ==
               "expected a number of at least 0, got inf");
}

BOOST_AUTO_TEST_CASE(durations_are_in_seconds_for_their_bounds) {
    constexpr Field field{.name = "t", .type = Type::duration, .min = 0.5, .max = 60};
    BOOST_TEST((std::get<std::chrono::nanoseconds>(taken(field, duration(1500ms))) == 1500ms));
    BOOST_TEST((std::get<std::chrono::nanoseconds>(taken(field, duration(60s))) == 60s));
    BOOST_TEST(refused(field, duration(61s)) ==
               "expected a duration (5 * seconds) from 500 * milliseconds to 1 * minute, got 61 * seconds");
    BOOST_TEST(refused(field, quantity({Quantity::Kind::size, 1024, 0})) ==
               "expected a duration (5 * seconds) from 500 * milliseconds to 1 * minute, got 1 * kilobyte");
    constexpr Field open{.name = "t", .type = Type::duration};
    BOOST_TEST(refused(open, duration(-1s)) == "expected a duration (5 * seconds), got -1 * seconds");
    BOOST_TEST(refused(open, quantity({Quantity::Kind::duration, 1e30, 0}))
                   .starts_with("expected a duration (5 * seconds), got "));
}

BOOST_AUTO_TEST_CASE(sizes_are_bytes) {
    constexpr Field field{.name = "s", .type = Type::size, .max = 1 << 20};
    BOOST_TEST(std::get<std::uint64_t>(taken(field, quantity({Quantity::Kind::size, 2048, 0}))) == 2048u);
    BOOST_TEST(refused(field, quantity({Quantity::Kind::size, 2 << 20, 0})) ==
               "expected a size (10 * megabytes) of at most 1 * megabyte, got 2 * megabytes");
    BOOST_TEST(refused(field, number(10)) == "expected a size (10 * megabytes) of at most 1 * megabyte, got 10");
}

BOOST_AUTO_TEST_CASE(rates_are_kept_as_written) {
    constexpr Field field{.name = "r", .type = Type::rate, .max = 100};
    const auto rate = std::get<Rate>(taken(field, quantity({Quantity::Kind::rate, 60, 60e9})));
    BOOST_TEST(rate.count == 60);
    BOOST_TEST((rate.per == 60s));
    BOOST_TEST(refused(field, quantity({Quantity::Kind::rate, 101, 1e9})) ==
               "expected a rate (60 / minute) of at most 100 / second, got 101 / second");
    BOOST_TEST(refused(field, quantity({Quantity::Kind::rate, -1, 120e9})) ==
               "expected a rate (60 / minute) of at most 100 / second, got -1 / (2 * minutes)");
    BOOST_TEST(refused(field, number(60)) == "expected a rate (60 / minute) of at most 100 / second, got 60");
}

BOOST_AUTO_TEST_CASE(a_choice_is_one_of_its_words) {
    static constexpr const char* words[] = {"json", "text"};
    constexpr Field field{.name = "c", .type = Type::choice, .choices = words};
    BOOST_TEST(std::get<std::string>(taken(field, text("text"))) == "text");
    BOOST_TEST(refused(field, text("jsn")) ==
               "expected one of \"json\", \"text\", got \"jsn\"; did you mean \"json\"?");
    BOOST_TEST(refused(field, text("xml")) == "expected one of \"json\", \"text\", got \"xml\"");
}

BOOST_AUTO_TEST_CASE(lists_of_texts_flatten) {
    constexpr Field field{.name = "l", .type = Type::texts};
    const auto texts =
        std::get<std::vector<std::string>>(taken(field, table({text("a"), table({text("b"), text("c")})})));
    BOOST_TEST((texts == std::vector<std::string>{"a", "b", "c"}));
    BOOST_TEST((std::get<std::vector<std::string>>(taken(field, text("a"))) == std::vector<std::string>{"a"}));
    BOOST_TEST(refused(field, table({number(1)})) == "expected a list of texts, got a list");
}

BOOST_AUTO_TEST_CASE(paths_begin_at_the_folder_of_the_file) {
    constexpr Field field{.name = "p", .type = Type::path};
    BOOST_TEST(std::get<std::string>(taken(field, text("keys/../demo"))) == "/etc/tollgate/demo");
    BOOST_TEST(std::get<std::string>(taken(field, text("/var/keys"))) == "/var/keys");
    BOOST_TEST(refused(field, text("")) == "expected a file's path, got \"\"");
    BOOST_TEST(refused(field, text(std::string{"a\0b", 3})) == "expected a file's path, got \"a\\x00b\"");
}

BOOST_AUTO_TEST_CASE(asking_wrongly_is_a_bug_of_the_plugin) {
    static constexpr Field fields[] = {
        {.name = "n", .type = Type::integer}, {.name = "v", .type = Type::value}, {.name = "l", .type = Type::texts}};
    CheckedSettings settings{"probe", "routes.lua:1", fields, std::make_shared<Common>()};
    BOOST_TEST(!settings.has("n"));
    BOOST_CHECK_THROW(settings.has("m"), std::logic_error);
    BOOST_CHECK_THROW(settings.integer("n"), std::logic_error);
    settings.set(0, std::int64_t{3});
    BOOST_TEST(settings.integer("n") == 3);
    BOOST_CHECK_THROW(settings.text("n"), std::logic_error);
    BOOST_TEST(!settings.value("v"));
    BOOST_TEST(settings.texts("l").empty());
    BOOST_CHECK_THROW(settings.value("n"), std::logic_error);
}

BOOST_AUTO_TEST_CASE(a_plugin_may_take_lists_of_words_of_values_and_of_tables) {
    const auto seen = [](const std::string& said) {
        test::Workshop workshop;
        BOOST_TEST(workshop.problems_of(with_probe(said)) == "");
        return workshop.seen().at(0).texts;
    };
    BOOST_TEST(seen("words = true").at("words") == "json|text|");
    BOOST_TEST(seen("words = false").at("words").empty());
    BOOST_TEST(seen("words = { 'text' }").at("words") == "text|");
    BOOST_TEST(seen("values = caller").at("values") == "caller|");
    BOOST_TEST(seen("values = { caller, header 'X', 'text' }").at("values") == "caller|header \"X\"|\"text\"|");
    BOOST_TEST(seen("tables = { { integer = 3 }, { rate = 1 / second, values = { caller, route } } }").at("tables") ==
               "{1 integer = 3}{2 rate values}");
    BOOST_TEST(seen("tables = {}").at("tables").empty());
}

BOOST_AUTO_TEST_CASE(mistakes_in_such_lists_are_told_with_their_place_in_them) {
    const auto has = [](const std::string& said, const std::string& problem) {
        test::Workshop workshop;
        const std::string problems = workshop.problems_of(with_probe(said));
        BOOST_TEST(problems.find("probe: " + problem) != std::string::npos, problems);
    };
    has("words = { 'tex' }", "words: expected true, false or a list of \"json\", \"text\", got a list");
    has("values = {}", "values: expected a value");
    has("tables = { { integer = 3 }, { integer = 30 } }", "tables: 2: integer: expected an integer from 1 to 10, got 30");
    has("tables = { { text = 'x' } }", "tables: 1: unknown setting \"text\"; there are: ");
    has("tables = { { 3 } }", "tables: 1: expected settings with names (name = ...), got 3");
    has("tables = 3", "tables: expected a list of tables ({ { ... }, { ... } }), got 3");
}

BOOST_AUTO_TEST_SUITE_END()
