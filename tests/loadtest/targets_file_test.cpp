// tests/loadtest/targets_file_test.cpp - vegeta's format and what this one adds: weights, and all mistakes at once.
#include "loadtest/targets_file.h"
#include "support/temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <fstream>

using namespace tollgate::loadtest;

namespace {

std::string problem_of(std::string_view text) {
    try {
        parse_targets(text, "t");
    } catch (const UsageError& error) {
        return error.what();
    }
    return "taken";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(loadtest_targets_file)

BOOST_AUTO_TEST_CASE(targets_are_lines_with_headers_and_a_body_below) {
    const tollgate::test::TemporaryFolder folder;
    std::ofstream{folder / "body"} << "{\"a\": 1}";
    const auto targets = parse_targets("# all that is asked\n"
                                       "GET http://127.0.0.1:8080/orders\r\n"
                                       "X-Account: 99\r\n"
                                       "# between\n"
                                       "weight: 2.5\n"
                                       "\n"
                                       "POST http://127.0.0.1:8080/orders\n"
                                       "Content-Type: application/json\n"
                                       "@" + (folder / "body").string() + "\n"
                                       "HEAD   [::1]:81/x\n"
                                       "  DELETE http://x/1", "t");
    BOOST_TEST_REQUIRE(targets.size() == 4u);
    BOOST_TEST(targets[0].name() == "GET http://127.0.0.1:8080/orders");
    BOOST_TEST((targets[0].headers == HeaderLines{{"X-Account", "99"}}));
    BOOST_TEST(targets[0].weight == 2.5);
    BOOST_TEST(targets[1].name() == "POST http://127.0.0.1:8080/orders");
    BOOST_TEST((targets[1].headers == HeaderLines{{"Content-Type", "application/json"}}));
    BOOST_TEST(targets[1].body == "{\"a\": 1}");
    BOOST_TEST(targets[1].weight == 1);
    BOOST_TEST(targets[2].name() == "HEAD http://[::1]:81/x");
    BOOST_TEST(targets[3].name() == "DELETE http://x/1");
}

BOOST_AUTO_TEST_CASE(a_header_called_weight_is_written_with_a_capital) {
    const auto targets = parse_targets("GET http://x/\nWeight: 3\nweight: 4\n", "t");
    BOOST_TEST((targets[0].headers == HeaderLines{{"Weight", "3"}}));
    BOOST_TEST(targets[0].weight == 4);
}

BOOST_AUTO_TEST_CASE(each_mistake_is_told_with_its_line) {
    BOOST_TEST(problem_of("get http://x/\nX: y\n\nGET\nX-A: b\n\nGET ftp://x/\nGET http://x/\nContent-Length: 3\n"
                          "weight: 0\nnonsense here\n\nX-B: c\nhttp://x/\nGET http://x/ HTTP/1.1\nCONNECT x:1\n") ==
               "t:1: expected a method such as GET, got \"get\"; did you mean \"GET\"?\n"
               "t:4: expected a method and a URL, got \"GET\"\n"
               "t:7: URL: expected http:// or https://, got \"ftp://x/\"\n"
               "t:9: header \"Content-Length\" is not yours to say: it is made from the body\n"
               "t:10: weight: expected a number above 0, got \"0\"\n"
               "t:11: expected a method such as GET, got \"nonsense\"\n"
               "t:13: expected a method and a URL, got \"X-B\"\n"
               "t:14: expected a method before the URL, such as GET\n"
               "t:15: URL: expected no blanks, control or non-ASCII letters (percent-encode them), got "
               "\"http://x/ HTTP/1.1\"\n"
               "t:16: expected a method such as GET, got \"CONNECT\"");
    BOOST_TEST(problem_of("GET http://x/\nweight: 0\n") == "t:2: weight: expected a number above 0, got \"0\"");
    BOOST_TEST(problem_of("GET http://x/\nweight: -1\n") == "t:2: weight: expected a number above 0, got \"-1\"");
    BOOST_TEST(problem_of("GET http://x/\nweight: nan\n") == "t:2: weight: expected a number above 0, got \"nan\"");
    BOOST_TEST(problem_of("GET http://x/\nweight: 1\nweight: 1") == "t:3: expected one weight, got a second");
    BOOST_TEST(problem_of("GET http://x/\n@/dev/null\n@/dev/null") == "t:3: expected one body, got a second");
    BOOST_TEST(problem_of("GET http://x/\n@") == "t:2: cannot read \"\": No such file or directory");
}

BOOST_AUTO_TEST_CASE(a_file_without_targets_is_refused) {
    for (const char* text : {"", "\n\n", "# nothing\n", "\xEF\xBB\xBF"})
        BOOST_TEST(problem_of(text) == "t: expected lines such as \"GET http://127.0.0.1:8080/\", got none");
    BOOST_TEST(problem_of("\xEF\xBB\xBFGET http://x/") == "taken");
}

BOOST_AUTO_TEST_CASE(a_file_of_nonsense_is_told_in_few_lines) {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += "nonsense\n";
    const std::string problem = problem_of(text);
    BOOST_TEST(std::count(problem.begin(), problem.end(), '\n') == 20);
    BOOST_TEST(problem.ends_with("\nand 980 more"));
}

BOOST_AUTO_TEST_CASE(more_targets_than_can_be_told_apart_are_refused) {
    std::string text;
    for (int i = 0; i < 10'000; ++i) text += "GET http://x/" + std::to_string(i) + "\n";
    BOOST_TEST(parse_targets(text, "t").size() == 10'000u);
    BOOST_TEST(problem_of(text + "GET http://x/\n") == "t:10001: expected at most 10000 targets");
}

BOOST_AUTO_TEST_CASE(secrets_of_wrong_lines_are_not_told) {
    BOOST_TEST(problem_of("Authorization: s3cret").find("s3cret") == std::string::npos);
    BOOST_TEST(problem_of("GET http://x:y/?token=s3cret").find("s3cret") == std::string::npos);
    BOOST_TEST(problem_of("GET http://x/\nAuthorization s3cret").find("s3cret") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
