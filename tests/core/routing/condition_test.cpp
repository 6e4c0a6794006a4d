// tests/core/routing/condition_test.cpp - when conditions hold, how they say why not, and which imply which.
#include "routing/condition.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tollgate;
using namespace tollgate::routing;
using Subject = Condition::Subject;

namespace {

RegularExpression matches(std::string_view text) {
    std::string problem;
    auto made = RegularExpression::compile(text, problem);
    BOOST_REQUIRE_MESSAGE(made, problem);
    return *made;
}

Addresses addresses(const std::string& text) {
    std::string problem;
    const auto range = net::Range::parse(text, problem);
    BOOST_REQUIRE_MESSAGE(range, problem);
    return {text, *range};
}

Host host(std::string_view text) {
    std::string problem;
    const auto made = Host::parse(text, problem);
    BOOST_REQUIRE_MESSAGE(made, problem);
    return *made;
}

// A request with something of everything.
struct Asker {
    Asker() : request{"GET", "/orders/7%2F8?debug=1&page=x%20y&empty&debug=2"} {
        request.headers().add("X-Beta", "yes");
        request.headers().add("X-Empty", "");
        request.headers().add("X-Twice", "one");
        request.headers().add("X-Twice", "two");
        request.headers().add("Cookie", "group=a; void=");
        request.headers().add("Authorization", "Bearer secret");
        captures.values[0] = request.path().substr(8);
        captures.count = 1;
    }
    Facts facts() const { return {request, client, names, captures}; }
    bool holds(Subject subject, std::string name, std::vector<Wanted> wanted) const {
        return Condition{subject, std::move(name), std::move(wanted)}.holds(facts());
    }
    std::string why_not(Subject subject, std::string name, std::vector<Wanted> wanted) const {
        const Condition condition{subject, std::move(name), std::move(wanted)};
        BOOST_TEST(!condition.holds(facts()));
        return condition.why_not(facts());
    }

    Request request;
    std::string client = "10.1.2.3";
    std::vector<std::string> names{"id"};
    Captures captures;
};

bool implies(std::vector<Wanted> narrow, std::vector<Wanted> wide) {
    return Condition{Subject::header, "A", std::move(wide)}.implied_by({Subject::header, "a", std::move(narrow)});
}

const std::string a = "a", b = "b";

}  // namespace

BOOST_AUTO_TEST_SUITE(routing_condition)

BOOST_AUTO_TEST_CASE(texts_are_equal_or_not) {
    const Asker asker;
    BOOST_TEST(asker.holds(Subject::header, "x-beta", {std::string{"yes"}}));
    BOOST_TEST(!asker.holds(Subject::header, "X-Beta", {std::string{"Yes"}}));
    BOOST_TEST(!asker.holds(Subject::header, "X-Beta", {std::string{"ye"}}));
    BOOST_TEST(!asker.holds(Subject::header, "X-None", {std::string{""}}), "an absent header is no empty one");
    BOOST_TEST(asker.holds(Subject::header, "X-Empty", {std::string{""}}));
    BOOST_TEST(asker.holds(Subject::query, "page", {std::string{"x y"}}));
    BOOST_TEST(asker.holds(Subject::cookie, "group", {a}));
    BOOST_TEST(asker.holds(Subject::parameter, "id", {std::string{"7/8"}}), "decoded, as functions see it");
}

BOOST_AUTO_TEST_CASE(the_first_of_several_counts) {
    const Asker asker;
    BOOST_TEST(asker.holds(Subject::header, "X-Twice", {std::string{"one"}}));
    BOOST_TEST(!asker.holds(Subject::header, "X-Twice", {std::string{"two"}}));
    BOOST_TEST(asker.holds(Subject::query, "debug", {std::string{"1"}}));
    BOOST_TEST(!asker.holds(Subject::query, "debug", {std::string{"2"}}));
}

BOOST_AUTO_TEST_CASE(what_is_empty_is_there) {
    const Asker asker;
    for (const auto& [subject, name] :
         {std::pair{Subject::header, "X-Empty"}, {Subject::query, "empty"}, {Subject::cookie, "void"}}) {
        BOOST_TEST(asker.holds(subject, name, {true}));
        BOOST_TEST(!asker.holds(subject, name, {false}));
        BOOST_TEST(!asker.holds(subject, "none", {true}));
        BOOST_TEST(asker.holds(subject, "none", {false}));
    }
}

BOOST_AUTO_TEST_CASE(any_of_a_list_will_do) {
    const Asker asker;
    BOOST_TEST(asker.holds(Subject::cookie, "group", {b, a}));
    BOOST_TEST(!asker.holds(Subject::cookie, "group", {b, matches("^c")}));
    BOOST_TEST(asker.holds(Subject::cookie, "none", {a, false}));
    BOOST_TEST(asker.holds(Subject::header, "X-Beta", {matches("^no"), matches("^y")}));
    BOOST_TEST(!asker.holds(Subject::header, "X-None", {matches("")}), "what is absent is found nowhere");
}

BOOST_AUTO_TEST_CASE(clients_are_in_ranges) {
    Asker asker;
    BOOST_TEST(asker.holds(Subject::client_ip, "", {addresses("192.0.2.0/24"), addresses("10.0.0.0/8")}));
    BOOST_TEST(!asker.holds(Subject::client_ip, "", {addresses("10.1.2.4"), addresses("unix:")}));
    asker.client = "2001:db8::7";
    BOOST_TEST(asker.holds(Subject::client_ip, "", {addresses("2001:db8::/32")}));
    asker.client = "unix:";
    BOOST_TEST(asker.holds(Subject::client_ip, "", {addresses("unix:")}));
    BOOST_TEST(!asker.holds(Subject::client_ip, "", {addresses("0.0.0.0/0")}));
}

BOOST_AUTO_TEST_CASE(a_condition_says_why_it_does_not_hold) {
    const Asker asker;
    BOOST_TEST(asker.why_not(Subject::header, "X-None", {true}) ==
               "header \"X-None\": wanted to be there, got none");
    BOOST_TEST(asker.why_not(Subject::header, "X-Beta", {false}) ==
               "header \"X-Beta\": wanted not to be there, got \"yes\"");
    BOOST_TEST(asker.why_not(Subject::query, "page", {std::string{"1"}, matches("^[0-9]+$")}) ==
               "query \"page\": wanted \"1\" or matches \"^[0-9]+$\", got \"x y\"");
    BOOST_TEST(asker.why_not(Subject::client_ip, "", {addresses("192.0.2.0/24")}) ==
               "client_ip: wanted 192.0.2.0/24, got \"10.1.2.3\"");
    BOOST_TEST(asker.why_not(Subject::header, "authorization", {std::string{"Bearer x"}}) ==
               "header \"authorization\": wanted (hidden), got something else");
    BOOST_TEST(asker.why_not(Subject::host, "", {host("*.example.com"), matches("^x")}) ==
               "host: wanted *.example.com or matches \"^x\", got \"\"");
}

BOOST_AUTO_TEST_CASE(all_conditions_must_hold_and_the_first_broken_one_is_told) {
    const Asker asker;
    const Condition good{Subject::header, "X-Beta", {true}}, bad{Subject::query, "none", {true}},
        other{Subject::host, "", {matches("^x$")}};
    BOOST_TEST(!Conditions{}.broken(asker.facts()));
    BOOST_TEST(!Conditions{{good}}.broken(asker.facts()));
    const Conditions both{{good, bad, other}};
    BOOST_TEST(both.broken(asker.facts()) == &both.all[1]);
    BOOST_TEST((Conditions{{good, bad}}.allow_host(asker.facts())));
    BOOST_TEST(!both.allow_host(asker.facts()));
}

BOOST_AUTO_TEST_CASE(a_condition_is_implied_by_a_narrower_one) {
    BOOST_TEST(implies({a}, {a, b}));
    BOOST_TEST(!implies({a, b}, {a}));
    BOOST_TEST(implies({a, matches("x")}, {true}));
    BOOST_TEST(!implies({a, false}, {true}));
    BOOST_TEST(!implies({true}, {a}));
    BOOST_TEST(implies({a}, {matches("^[a-z]$")}));
    BOOST_TEST(!implies({a}, {matches("^[b-z]$")}));
    BOOST_TEST(implies({matches("x"), a}, {matches("x"), a, b}));
    BOOST_TEST(!implies({matches("x")}, {matches("x|y")}), "cannot be told");
    BOOST_TEST(implies({addresses("10.1.0.0/16")}, {addresses("10.0.0.0/8")}));
    BOOST_TEST(!implies({addresses("10.0.0.0/8")}, {addresses("10.1.0.0/16")}));
    BOOST_TEST(implies({host("a.z")}, {host("*.z"), matches("x")}));
    const Condition header{Subject::header, "A", {a}};
    BOOST_TEST(!header.implied_by({Subject::query, "A", {a}}));
    BOOST_TEST(!header.implied_by({Subject::header, "B", {a}}));
    const Condition cookie{Subject::cookie, "A", {a}};
    BOOST_TEST(!cookie.implied_by({Subject::cookie, "a", {a}}));
    BOOST_TEST((Conditions{{header}}.implied_by(Conditions{{cookie, header}})));
    BOOST_TEST(!(Conditions{{cookie, header}}.implied_by(Conditions{{header}})));
    BOOST_TEST(Conditions{}.implied_by(Conditions{}));
}

BOOST_AUTO_TEST_CASE(conditions_are_told_as_they_are_written) {
    BOOST_TEST((Condition{Subject::cookie, "group", {a, matches("^b"), false}}.describe()) ==
               "cookie \"group\": \"a\" or matches \"^b\" or absent");
    BOOST_TEST((Condition{Subject::client_ip, "", {addresses("10.0.0.0/8"), addresses("unix:")}}.describe()) ==
               "client_ip: 10.0.0.0/8 or unix:");
}

BOOST_AUTO_TEST_SUITE_END()
