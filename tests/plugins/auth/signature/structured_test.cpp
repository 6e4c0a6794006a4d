// tests/plugins/auth/signature/structured_test.cpp - structured fields: what is read, what is not, and how it is
// written.
#include "signature/structured.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate::auth::signature;

BOOST_AUTO_TEST_SUITE(auth_signature_structured)

BOOST_AUTO_TEST_CASE(a_dictionary_has_items_lists_and_parameters) {
    const auto read = parse_dictionary(R"(a=("x" "y\"z";p tok;q=?0);n=-12;b=:aGk=:,  c=?1;z=*t/k ,d;e=7)");
    BOOST_REQUIRE(read);
    BOOST_TEST(read->size() == 3u);
    const Member* list = find(*read, "a");
    BOOST_REQUIRE(list);
    BOOST_TEST(list->is_list);
    BOOST_TEST(list->items.size() == 3u);
    BOOST_TEST(list->items[1].value.text == "y\"z");
    BOOST_TEST(find(list->parameters, "n")->number == -12);
    BOOST_TEST(find(list->parameters, "b")->text == "hi");
    BOOST_TEST(!find(list->parameters, "absent"));
    BOOST_TEST(!find(*read, "absent"));
    BOOST_TEST(find(find(*read, "d")->items[0].parameters, "e")->number == 7);
    BOOST_TEST(written_list(*list) == R"(("x" "y\"z";p tok;q=?0);n=-12;b=:aGk=:)");
    BOOST_TEST(written(find(*read, "c")->items[0]) == "?1;z=*t/k");
}

BOOST_AUTO_TEST_CASE(blanks_are_written_as_the_rfc_has_them) {
    const auto read = parse_dictionary("  sig=(  \"a\"   \"b\" );  created=1;keyid=\"k\"  ");
    BOOST_REQUIRE(read);
    BOOST_TEST(written_list(read->at(0)) == "(\"a\" \"b\");created=1;keyid=\"k\"");
}

BOOST_AUTO_TEST_CASE(an_empty_text_is_an_empty_dictionary) {
    BOOST_TEST(parse_dictionary("").value().empty());
    BOOST_TEST(parse_dictionary("  ").value().empty());
}

BOOST_AUTO_TEST_CASE(what_is_not_of_the_form_is_nothing) {
    for (const char* text : {"A=1",       "=1",
                             "a=",        "a=1,",
                             "a=1,,b=2",  "a=1 b=2",
                             "a=1;",      "a=1;B=2",
                             "a=1, a=2",  "a=1;p;p",
                             ",a=1",      "a = 1",
                             "a=(",       "a=(1",
                             "a=(1 2",    "a=(\"x\"\"y\")",
                             "a=(1,2)",   "a=((1))",
                             "a=\"",      "a=\"\\x\"",
                             "a=\"\t\"",  "a=\"\xc3\xa9\"",
                             "a=:aGk=",   "a=:aGk:",
                             "a=:aGl=:",  "a=:a-_=:",
                             "a=:aGk==:", "a=: aGk=:",
                             "a=1.5",     "a=-",
                             "a=--1",     "a=1234567890123456",
                             "a=?2",      "a=?",
                             "a=@1",      "a=(1)x",
                             "a=1\n",     "\ta=1"})
        BOOST_TEST(!parse_dictionary(text), text);
}

BOOST_AUTO_TEST_CASE(so_many_elements_are_read_and_no_more) {
    std::string list, members;
    for (int i = 0; i < 64; ++i) {
        list += " 1";
        members += (i ? ", k" : "k") + std::to_string(i);
    }
    BOOST_TEST(parse_dictionary("a=(" + list + ")").has_value());
    BOOST_TEST(!parse_dictionary("a=(" + list + " 1)"));
    BOOST_TEST(parse_dictionary(members).has_value());
    BOOST_TEST(!parse_dictionary(members + ", more"));
}

BOOST_AUTO_TEST_SUITE_END()
