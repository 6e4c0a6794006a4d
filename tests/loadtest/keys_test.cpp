// tests/loadtest/keys_test.cpp - keys that are made up or read, and the shares in which they come.
#include "loadtest/keys.h"
#include "support/temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <fstream>

using namespace tollgate::loadtest;

namespace {

std::string problem_of(auto function) {
    try {
        function();
    } catch (const UsageError& error) {
        return error.what();
    }
    return "taken";
}

std::string refusal(std::string_view file) {
    return problem_of([file] { parse_keys(file, "k"); });
}

std::vector<double> weights(std::string_view file, std::string_view mix) {
    auto keys = parse_keys(file, "k");
    mix_keys(keys, mix);
    std::vector<double> all;
    for (const Key& key : keys) all.push_back(key.weight);
    return all;
}

std::string mix_problem(std::string_view mix) {
    return problem_of([mix] { weights("s3cret1 free-1\ns3cret2 free-2\ns3cret3 pro\n", mix); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(loadtest_keys)

BOOST_AUTO_TEST_CASE(a_number_makes_keys_up) {
    const auto keys = read_keys("3");
    BOOST_TEST_REQUIRE(keys.size() == 3u);
    BOOST_TEST(keys[0].value == "key-1");
    BOOST_TEST(keys[2].value == "key-3");
    BOOST_TEST(keys[2].name == "key-3");
    BOOST_TEST(keys[2].weight == 1);
    BOOST_TEST(read_keys("1M").size() == 1'000'000u);
    BOOST_TEST(problem_of([] { read_keys("0"); }) == "expected 1 to 1000000 keys, got \"0\"");
    BOOST_TEST(problem_of([] { read_keys("2M"); }) == "expected 1 to 1000000 keys, got \"2M\"");
    BOOST_TEST(problem_of([] { read_keys("-5"); }) == "expected a number of keys or a file, got \"-5\"");
    BOOST_TEST(problem_of([] { read_keys("1e3"); }) == "cannot read \"1e3\": No such file or directory");
}

BOOST_AUTO_TEST_CASE(a_file_has_a_key_a_line_and_names_behind) {
    const tollgate::test::TemporaryFolder folder;
    std::ofstream{folder / "keys"} << "# keys\nabc  pro one \n\ndef\r\n\tghi\tfree\n";
    const auto keys = read_keys((folder / "keys").string());
    BOOST_TEST_REQUIRE(keys.size() == 3u);
    BOOST_TEST(keys[0].value == "abc");
    BOOST_TEST(keys[0].name == "pro one");
    BOOST_TEST(keys[1].value == "def");
    BOOST_TEST(keys[1].name == "key-0002");
    BOOST_TEST(keys[2].name == "free");
}

BOOST_AUTO_TEST_CASE(keys_that_cannot_be_told_apart_are_refused_without_quoting_them) {
    BOOST_TEST(refusal("s3cret\n\ns3cret\n") == "k:3: the key of line 1 again");
    BOOST_TEST(refusal("s3cret1 a\ns3cret2 a\n") == "k:2: name \"a\" is that of line 1");
    BOOST_TEST(refusal("s3cret1 key-0002\ns3cret2\n") == "k:2: name \"key-0002\" is that of line 1");
}

BOOST_AUTO_TEST_CASE(a_scheme_before_keys_is_refused_without_quoting_them) {
    BOOST_TEST(refusal("Bearer s3cret\n") == "k:1: expected a key, got \"Bearer\"; say --key-header 'Authorization: "
                                             "Bearer', and the keys alone here");
    for (const char* text : {"bearer s3cret\n", "Basic\ts3cret\n", "TOKEN s3cret\n", "apikey s3cret\n", "Bearer\n"})
        BOOST_TEST(refusal(text).starts_with("k:1: expected a key, got "), text);
    BOOST_TEST(parse_keys("bearer1 Bearer\n", "k").size() == 1u);
}

BOOST_AUTO_TEST_CASE(keys_that_fit_no_header_are_refused) {
    using namespace std::string_view_literals;
    BOOST_TEST(refusal("s3\0cret\n"sv) == "k:1: expected a key that fits a header line");
    BOOST_TEST(refusal("s3\rcret\n") == "k:1: expected a key that fits a header line");
    BOOST_TEST(refusal(std::string(9000, 'a')) == "k:1: expected a key of at most 8 KiB");
    BOOST_TEST(refusal("a " + std::string(65, 'n')) == "k:1: expected a name of at most 64 letters");
    for (const char* text : {"", "\n \n", "# none\n"})
        BOOST_TEST(refusal(text) == "k: expected a key a line, got none");
}

BOOST_AUTO_TEST_CASE(a_million_keys_of_a_file_are_read) {
    std::string text;
    for (int i = 0; i < 1'000'000; ++i) text += std::to_string(i) + "-abcdefgh\n";
    const auto keys = parse_keys(text, "k");
    BOOST_TEST(keys.size() == 1'000'000u);
    BOOST_TEST(keys.back().name == "key-1000000");
    BOOST_TEST(refusal(text + "x\n") == "k:1000001: expected at most 1000000 keys");
}

BOOST_AUTO_TEST_CASE(mixes_give_weights) {
    const std::string_view file = "a free-1\nb free-2\nc pro\n";
    BOOST_TEST(weights(file, "uniform") == (std::vector<double>{1, 1, 1}), boost::test_tools::per_element());
    BOOST_TEST(weights(file, "zipf:0") == (std::vector<double>{1, 1, 1}), boost::test_tools::per_element());
    BOOST_TEST(weights(file, "zipf:2") == (std::vector<double>{1, 0.25, 1.0 / 9}), boost::test_tools::per_element());
    BOOST_TEST(weights(file, "free-1=50,free-2=20,pro=30") == (std::vector<double>{50, 20, 30}),
               boost::test_tools::per_element());
    BOOST_TEST(weights(file, "free-*=70,pro=30") == (std::vector<double>{35, 35, 30}),
               boost::test_tools::per_element());
    BOOST_TEST(weights(file, "free-2=70,*=0") == (std::vector<double>{0, 70, 0}), boost::test_tools::per_element());
    BOOST_TEST(weights(file, "free-1=1,free-2=1,pro=0.5,*=9") == (std::vector<double>{1, 1, 0.5}),
               boost::test_tools::per_element());
    BOOST_TEST(weights("a x=y\n", "x=y=2") == (std::vector<double>{2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(mixes_that_mean_nothing_are_refused) {
    BOOST_TEST(mix_problem("zipfy") == "expected uniform, zipf:1.1 or NAME=WEIGHT,..., got \"zipfy\"");
    BOOST_TEST(mix_problem("") == "expected uniform, zipf:1.1 or NAME=WEIGHT,..., got \"\"");
    BOOST_TEST(mix_problem("=3") == "expected uniform, zipf:1.1 or NAME=WEIGHT,..., got \"=3\"");
    BOOST_TEST(mix_problem("zipf:") == "expected zipf:0 to zipf:10, got \"zipf:\"");
    BOOST_TEST(mix_problem("zipf:-1") == "expected zipf:0 to zipf:10, got \"zipf:-1\"");
    BOOST_TEST(mix_problem("zipf:nan") == "expected zipf:0 to zipf:10, got \"zipf:nan\"");
    BOOST_TEST(mix_problem("zipf:11") == "expected zipf:0 to zipf:10, got \"zipf:11\"");
    BOOST_TEST(mix_problem("pro=many,*=1") == "expected a weight such as 70, got \"many\"");
    BOOST_TEST(mix_problem("pro=-1,*=1") == "expected a weight such as 70, got \"-1\"");
    BOOST_TEST(mix_problem("pro=1") == "key \"free-1\" has no share; say *=0 at the end for the others");
    BOOST_TEST(mix_problem("prp=1,*=1") == "no key is called \"prp\"; did you mean \"pro\"?");
    BOOST_TEST(mix_problem("gold*=1,*=1") == "no key is called \"gold*\"");
    BOOST_TEST(mix_problem("*=0") == "expected a weight above 0");
    BOOST_TEST(mix_problem("pro=1,,*=1").starts_with("expected uniform"));
}

BOOST_AUTO_TEST_SUITE_END()
