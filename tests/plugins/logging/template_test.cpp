// tests/plugins/logging/template_test.cpp - lines in words of the operator's own.
#include "template.h"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <stdexcept>

using namespace tollgate::logging;
using namespace std::chrono_literals;

namespace {

std::string written(std::string_view words, const Record& record, Format form = Format::text) {
    const auto out = std::make_unique<char[]>(Line::longest);
    return {out.get(), Template{words, form}.write(record, out.get())};
}

Record usual() {
    Record record{};
    record.time = std::chrono::system_clock::time_point{1769904000123456us};  // 2026-02-01
    record.client_ip = "192.0.2.7";
    record.method = "GET";
    record.path = "/orders/7";
    record.protocol = "HTTP/1.1";
    record.user_agent = "curl/7.88.1";
    record.status = 200;
    record.bytes_sent = 127;
    record.duration = 1234567ns;
    return record;
}

std::string problem_of(std::string_view words) {
    try {
        Template{words};
    } catch (const std::invalid_argument& wrong) {
        return wrong.what();
    }
    return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(logging_template)

BOOST_AUTO_TEST_CASE(members_stand_where_the_words_have_them) {
    BOOST_TEST(written("{method} {path} -> {status} in {duration_ms} ms, {time}, {complete}", usual()) ==
               "GET /orders/7 -> 200 in 1.234 ms, 2026-02-01T00:00:00.123456Z, false\n");
    BOOST_TEST(written("{{status} is {status}}", usual()) == "{status} is 200}\n");
}

BOOST_AUTO_TEST_CASE(combined_is_what_web_servers_write) {
    Record record = usual();
    BOOST_TEST(written(Template::combined, record) ==
               "192.0.2.7 - - [01/Feb/2026:00:00:00 +0000] \"GET /orders/7 HTTP/1.1\" 200 127 \"-\" \"curl/7.88.1\"\n");
    const std::string_view referer[] = {"https://example.com/"};
    record.request_headers = referer;
    record.caller = "alice";
    BOOST_TEST(written(Template::combined, record) ==
               "192.0.2.7 - alice [01/Feb/2026:00:00:00 +0000] \"GET /orders/7 HTTP/1.1\" 200 127 "
               "\"https://example.com/\" \"curl/7.88.1\"\n");
}

BOOST_AUTO_TEST_CASE(headers_are_asked_for_once) {
    const Template words{"{header:A} {answer_header:X-Cache} {header:B} {header:A}"};
    BOOST_TEST(words.headers().request == (std::vector<std::string>{"A", "B"}), boost::test_tools::per_element());
    BOOST_TEST(words.headers().response == std::vector<std::string>{"X-Cache"}, boost::test_tools::per_element());
    Record record = usual();
    const std::string_view asked[] = {"a", "b"}, answered[] = {"HIT"};
    record.request_headers = asked;
    record.response_headers = answered;
    const auto out = std::make_unique<char[]>(Line::longest);
    BOOST_TEST(std::string(out.get(), words.write(record, out.get())) == "a HIT b a\n");
}

BOOST_AUTO_TEST_CASE(what_a_client_sends_ends_no_line) {
    Record record = usual();
    record.path = "/\n\"\x1b[2J";
    record.user_agent = std::string_view{};
    BOOST_TEST(written("\"{path}\" {user_agent}", record) == "\"/\\n\\\"\\x1b[2J\" -\n");
}

BOOST_AUTO_TEST_CASE(words_that_are_json_stay_json_whatever_a_client_sends) {
    Record record = usual();
    record.path = "/\n\"\x1b|\xff";
    record.user_agent = std::string_view{};
    constexpr std::string_view words =
        R"({{"timestamp":"{time}","status_code":{status},"path":"{path}","user_agent":"{user_agent}","attempts":{attempts},)"
        R"("ok":{complete},"referer":"{header:Referer}"})";
    BOOST_TEST(written(words, record, Format::json) ==
               R"({"timestamp":"2026-02-01T00:00:00.123456Z","status_code":200,"path":"/\n\"\u001b|\ufffd","user_agent":"",)"
               R"("attempts":0,"ok":false,"referer":""})"
               "\n");
}

BOOST_AUTO_TEST_CASE(words_that_cannot_be_are_said) {
    BOOST_TEST(problem_of("{colour}") == "{colour}");
    BOOST_TEST(problem_of("{id}") == "{id}");
    BOOST_TEST(problem_of("{status") == "a \"{\" without its \"}\"");
    BOOST_TEST(problem_of("status") == "nothing in braces");
    BOOST_TEST(problem_of("{status}\n{path}") == "a control character");
    std::string endless;
    for (int i = 0; i < 100; ++i) endless += "{path}";
    BOOST_TEST(problem_of(endless) == "too much for one line");
    std::string headers;
    for (int i = 0; i < 17; ++i) headers += "{header:X-" + std::to_string(i) + "}";
    BOOST_TEST(problem_of(headers) == "too many headers");
}

BOOST_AUTO_TEST_SUITE_END()
