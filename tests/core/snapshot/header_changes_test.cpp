// tests/core/snapshot/header_changes_test.cpp - lines removed, set and added.
#include "snapshot/header_changes.h"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace tollgate;
using Kind = HeaderChanges::Kind;

namespace {

std::string text_of(const Headers& headers) {
    std::string text;
    for (const auto& line : headers) text.append(line.name).append(": ").append(line.value).append("\n");
    return text;
}

// Stands for a value that is asked; these tests give its text themselves.
struct Asked final : Value::Expression {
    std::string_view of(const Context&, std::string&) const override { return {}; }
    std::string describe() const override { return "asked"; }
};
const Value asked{std::make_shared<Asked>()};

}  // namespace

BOOST_AUTO_TEST_SUITE(snapshot_header_changes)

BOOST_AUTO_TEST_CASE(changes_happen_in_their_order) {
    Headers headers{{"A", "1"}, {"B", "2"}, {"a", "3"}};
    HeaderChanges changes;
    changes.append({Kind::remove, "B"});
    changes.append({Kind::set, "A", "4"});
    changes.append({Kind::add, "A", "5"});
    changes.append({Kind::set, "C", "6"});
    changes.apply(headers, {});
    BOOST_TEST(text_of(headers) == "A: 4\nA: 5\nC: 6\n");
}

BOOST_AUTO_TEST_CASE(values_are_taken_in_their_order_and_the_empty_one_makes_no_line) {
    Headers headers{{"X-Caller", "forged"}, {"X-Keep", "1"}};
    HeaderChanges changes;
    changes.append({Kind::set, "X-Caller", {}, asked});
    changes.append({Kind::set, "X-Fixed", "f"});
    changes.append({Kind::add, "X-Tag", {}, asked});
    changes.append({Kind::add, "X-None", {}, asked});
    BOOST_TEST(changes.computed() == 3u);
    const std::vector<std::string> values{"", "t", ""};
    changes.apply(headers, values);
    BOOST_TEST(text_of(headers) == "X-Keep: 1\nX-Fixed: f\nX-Tag: t\n");
}

BOOST_AUTO_TEST_CASE(later_changes_win) {
    HeaderChanges top, route;
    top.append({Kind::set, "Cache-Control", "no-store"});
    route.append({Kind::set, "cache-control", "max-age=60"});
    HeaderChanges both = top;
    both.append(route);
    Headers headers;
    both.apply(headers, {});
    BOOST_TEST(text_of(headers) == "cache-control: max-age=60\n");
    BOOST_TEST(both.names("CACHE-CONTROL"));
    BOOST_TEST(!both.names("Cache"));
}

BOOST_AUTO_TEST_CASE(what_could_split_an_answer_is_no_value) {
    for (const char* text : {"a\r\nb", "a\nb", "a\rb", "a\x7f", "a\x01"}) BOOST_TEST(!can_be_header_value(text));
    BOOST_TEST(!can_be_header_value(std::string_view{"a\0b", 3}));
    for (const char* text : {"", "plain", "with blanks\tand tabs", "caf\xc3\xa9"})
        BOOST_TEST(can_be_header_value(text));
}

BOOST_AUTO_TEST_SUITE_END()
