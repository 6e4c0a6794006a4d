// tests/loadtest/upstream/command_line_test.cpp - what the flags say, and every mistake in them at once.
#include "loadtest/upstream/command_line.h"

#include "loadtest/options.h"

#include "support/places.h"
#include "support/upstream_process.h"

#include <boost/test/unit_test.hpp>

#include <cctype>
#include <fstream>
#include <set>

using namespace tollgate::loadtest;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(loadtest_upstream_command_line)

namespace {

std::string mistakes(const UpstreamWords& words) {
    try {
        (void)understand(words);
    } catch (const UsageError& error) {
        return error.what();
    }
    return "none";
}

// The words of a text that begin with "--".
std::set<std::string> flags(const std::string& text) {
    std::set<std::string> found;
    for (auto at = text.find("--"); at != text.npos; at = text.find("--", at + 2)) {
        auto end = at + 2;
        while (end < text.size() && (std::islower(static_cast<unsigned char>(text[end])) || text[end] == '-')) ++end;
        found.insert(text.substr(at, end - at));
    }
    return found;
}

}  // namespace

BOOST_AUTO_TEST_CASE(without_an_address_it_is_port_9001_of_loopback) {
    const auto told = understand({});
    BOOST_REQUIRE(told.places.size() == 1);
    BOOST_TEST(told.places[0].address.text() == "127.0.0.1:9001");
    BOOST_TEST(told.places[0].id.empty());
    BOOST_TEST(told.behaviour.statuses.empty());
    BOOST_TEST(told.behaviour.delay.none());
}

BOOST_AUTO_TEST_CASE(a_bare_port_is_one_of_loopback) {
    UpstreamWords words;
    words.addresses = {":9001", "9002", "*:9003", "[::1]:9004", "unix:/tmp/upstream.sock"};
    std::string all;
    for (const auto& place : understand(words).places) all += place.address.text() + ' ';
    BOOST_TEST(all == "127.0.0.1:9001 127.0.0.1:9002 *:9003 [::1]:9004 unix:/tmp/upstream.sock ");
}

BOOST_AUTO_TEST_CASE(flags_are_understood) {
    UpstreamWords words;
    words.addresses = {":9001", ":9002"};
    words.ids = {"upstream one", "upstream two"};
    words.size = "1Ki";
    words.hang = "1%";
    words.garbage = "0.5";
    words.slow_body = "10ms";
    words.threads = "3";
    words.record = "asked.tsv";
    words.steered = true;
    const auto told = understand(words);
    BOOST_TEST(told.places[1].id == "upstream two");
    BOOST_TEST(told.behaviour.size.value() == 1024);
    BOOST_TEST(told.behaviour.shares[static_cast<std::size_t>(Fault::hang)] == 0.01);
    BOOST_TEST(told.behaviour.shares[static_cast<std::size_t>(Fault::garbage)] == 0.5);
    BOOST_TEST((told.behaviour.slow_body == 10ms));
    BOOST_TEST(told.threads == 3);
    BOOST_TEST(told.record == "asked.tsv");
    BOOST_TEST(told.behaviour.steered);
    BOOST_TEST(!told.behaviour.echo);
}

BOOST_AUTO_TEST_CASE(all_mistakes_are_told_at_once) {
    UpstreamWords words;
    words.addresses = {"nowhere"};
    words.delay = "fast";
    words.size = "2G";
    words.threads = "0";
    words.hang = "0.7";
    words.cut = "0.7";
    BOOST_TEST(mistakes(words) ==
               "upstream: expected \"host:port\", \"[ipv6]:port\" or \"unix:/path\", got \"nowhere\"\n"
               "--delay: expected a delay such as 5ms, 2ms..8ms or exp:5ms, got \"fast\"\n"
               "--size: expected at most 1G, got \"2G\"\n"
               "--hang, --reset, --cut, --garbage: expected shares of 1 in all at most, got 140%\n"
               "--threads: expected 1 to 1024, got \"0\"");
}

BOOST_AUTO_TEST_CASE(ids_are_one_per_address_and_fit_a_header_line) {
    UpstreamWords words;
    words.addresses = {":9001", ":9002"};
    words.ids = {"one"};
    BOOST_TEST(mistakes(words) == "--id: expected one per address (2), got 1");
    words.ids = {"one", "t\nwo"};
    BOOST_TEST(mistakes(words) == "--id: expected a name that fits a header line, got \"t\\nwo\"");
    words.ids = {"one", ""};
    BOOST_TEST(mistakes(words) == "--id: expected a name that fits a header line, got \"\"");
}

BOOST_AUTO_TEST_CASE(the_manual_has_a_row_for_every_flag) {
    const auto help = tollgate::test::run({tollgate::test::loadtester_program(), "upstream", "--help"});
    BOOST_REQUIRE(help.code == 0);
    std::ifstream manual{tollgate::test::source_folder() + "/docs/load-testing.md"};
    std::set<std::string> rows;
    bool here = false;
    for (std::string line; std::getline(manual, line);) {
        if (line.starts_with("## ")) here = line == "## The upstream";
        if (here && line.starts_with("| `-")) rows.merge(flags(line.substr(0, line.find(" | "))));
    }
    std::set<std::string> known = flags(help.out);
    known.erase("--help");
    BOOST_TEST(rows == known, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(shares_may_be_of_every_request) {
    UpstreamWords words;
    words.hang = words.reset = words.cut = "0.1";
    words.garbage = "0.7";
    BOOST_TEST(mistakes(words) == "none");
}

BOOST_AUTO_TEST_SUITE_END()
