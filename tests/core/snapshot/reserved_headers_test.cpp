// tests/core/snapshot/reserved_headers_test.cpp - names that are not the clients' to send, however they are written.
#include "snapshot/reserved_headers.h"

#include "gateway/body_relay.h"

#include <boost/test/unit_test.hpp>

#include <string_view>

using namespace tollgate;

namespace {

ReservedHeaders caller_id() {
    ReservedHeaders names;
    names.add("X-Caller-Id");
    names.add("x_caller_id");
    names.add("X-Tier");
    return names;
}

struct Ended final : BodySource {
    Headers lines{{"X-Caller_Id", "root"}, {"X-Sum", "42"}};
    Task<std::string_view> read() override { co_return std::string_view{}; }
    const Headers* trailers() const override { return &lines; }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(snapshot_reserved_headers)

BOOST_AUTO_TEST_CASE(a_name_is_reserved_in_any_case_and_with_underscores) {
    const ReservedHeaders names = caller_id();
    for (const std::string_view name : {"X-Caller-Id", "x-caller-id", "X_CALLER_ID", "X-Caller_Id", "x-tier"})
        BOOST_TEST(names.has(name), name);
    for (const std::string_view name : {"X-Caller-Idx", "X-Caller-I", "X.Caller.Id", "", "X-Caller"})
        BOOST_TEST(!names.has(name), name);
    BOOST_TEST(ReservedHeaders{}.empty());
    BOOST_TEST(!names.empty());
}

BOOST_AUTO_TEST_CASE(all_lines_of_the_name_go_and_the_others_stay) {
    Headers headers{
        {"Host", "a"}, {"X-Caller-Id", "root"}, {"X-Kept", "1"}, {"x_caller_id", "root"}, {"X-TIER", "gold"}};
    caller_id().remove_from(headers);
    BOOST_TEST(headers.size() == 2u);
    BOOST_TEST(headers.get("Host") == "a");
    BOOST_TEST(headers.get("X-Kept") == "1");
    Headers none;
    caller_id().remove_from(none);
    BOOST_TEST(none.size() == 0u);
}

BOOST_AUTO_TEST_CASE(trailers_that_are_refused_do_not_go_on) {
    const ReservedHeaders names = caller_id();
    Ended source;
    BodyRelay relay{source};
    BOOST_TEST(relay.trailers()->size() == 2u);
    relay.refuse_trailers(names);
    BOOST_REQUIRE(relay.trailers());
    BOOST_TEST(relay.trailers()->size() == 1u);
    BOOST_TEST(relay.trailers()->get("X-Sum") == "42");
    source.lines = Headers{{"X-Tier", "gold"}};
    BOOST_TEST(!relay.trailers());
}

BOOST_AUTO_TEST_SUITE_END()
