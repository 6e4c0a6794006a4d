// tests/core/config/written_test.cpp - texts of Lua as they are shown: secrets are hidden, all else stays.
#include "config/written.h"

#include "core/config/fake_plugins.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate;

namespace {

std::string shown(std::string_view text, const std::vector<std::string>& secrets = {}) {
    return config::shown_text(text, secrets);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config_written)

BOOST_AUTO_TEST_CASE(what_holds_no_secret_stays_as_it_is) {
    for (const char* text :
         {"listen \"127.0.0.1:8080\"\n", "route \"GET /\" { answer = 'ok\\n' } -- it's fine\n", "local x = [[ a\nb ]]\n",
          "", "\"no end", "--[[ no end", "a == \"b\"\nif a ~= \"x\" then end\n",
          "admin { token = env \"ADMIN_TOKEN\" }\nroute \"GET /a\" { answer = \"b\" }\n",
          "auth { key = header \"X-API-Key\", secret = env(\"JWT\") }", "admin { token_file = \"token\" }",
          "local token = env \"T\"\nroute \"GET /\" { answer = \"ok\" }\n"})
        BOOST_TEST(shown(text) == text);
}

BOOST_AUTO_TEST_CASE(what_a_name_says_is_a_secret_is_hidden) {
    BOOST_TEST(shown("admin { token = \"abc\", hosts = \"d\" }") == "admin { token = \"(hidden)\", hosts = \"d\" }");
    BOOST_TEST(shown("admin { token = env(\"T\", \"abc\") }") == "admin { token = env(\"T\", \"(hidden)\") }");
    BOOST_TEST(shown("x = { [\"Authorization\"] = 'Basic abc', Accept = 'a' }") ==
               "x = { [\"Authorization\"] = \"(hidden)\", Accept = 'a' }");
    BOOST_TEST(shown("local password = \"a\" .. \"b\"\nlocal c = \"d\"") ==
               "local password = \"(hidden)\" .. \"(hidden)\"\nlocal c = \"d\"");
    BOOST_TEST(shown("secrets = { old = \"a\", new = { \"b\" } }, c = \"d\"") ==
               "secrets = { old = \"(hidden)\", new = { \"(hidden)\" } }, c = \"d\"");
    BOOST_TEST(shown("if request.headers[\"X-Token\"] ~= \"abc\" then return end\nx = \"d\"") ==
               "if request.headers[\"X-Token\"] ~= \"(hidden)\" then return end\nx = \"d\"");
    BOOST_TEST(shown("headers = { [\"X-Access-Key\"] = \"k-1\", Accept = \"a\" }") ==
               "headers = { [\"X-Access-Key\"] = \"(hidden)\", Accept = \"a\" }");
    BOOST_TEST(shown("region_secret =\n  \"abc\"\n") == "region_secret =\n  \"(hidden)\"\n");
}

BOOST_AUTO_TEST_CASE(what_a_secret_is_compared_with_is_hidden_either_way_round) {
    for (const char* compared : {
             "return %s == token", "return token == %s", "if %s ~= request.headers[\"X-Token\"] then return end",
             "return (%s) == (request.headers[ 'x-api-key' ])", "return %s ==\n  request.headers.authorization",
             "return token:lower() == %s", "return request.headers[\"X-Token\"]:sub(2)\n  == %s",
             "return name and %s == cookies.session_token and \"yes\"", "return tokens[name] == %s",
             "return (request.headers[\"X-Token\"] or \"\") == %s", "return (token or \"\") == %s",
             "return tostring(token or \"\") == %s", "return token:sub(1, 6) == %s",
             "return trim(lower((token or \"\"))) == %s", "return (headers[name] or token):sub(1, 2) ~= %s",
             "return tokens[(a or b)] == %s"}) {
        const auto with = [&](const std::string& text) {
            std::string all = compared;
            return all.replace(all.find("%s"), 2, text);
        };
        BOOST_TEST(shown(with("\"abc\"")) == with("\"(hidden)\""));
    }
    for (const char* harmless :
         {"return \"GET\" == request.method and token", "if \"a\" == name then return token end",
          "return \"a\" == b, token", "local token = env \"T\"\nif name == \"bob\" then end\n",
          "if token and name == \"bob\" then end", "f(\"a\"); token == x", "return \"a\" == \"b\"",
          "if f(token) and (name or \"\") == \"bob\" then end", "f(token)\nif name == \"bob\" then end",
          "f(token, name == \"bob\")", "return ) == \"a\" and ( == \"b\""})
        BOOST_TEST(shown(harmless) == harmless);
}

BOOST_AUTO_TEST_CASE(texts_that_are_secrets_are_hidden_wherever_they_stand) {
    const std::vector<std::string> secrets{"correct-horse-battery", "pq"};
    BOOST_TEST(shown("local t = \"correct-horse-battery\"", secrets) == "local t = \"(hidden)\"");
    BOOST_TEST(shown("local t = \"correct-\" .. 'horse-battery'", secrets) == "local t = \"(hidden)\" .. \"(hidden)\"");
    BOOST_TEST(shown("local t = \"Bearer correct-horse-battery\"", secrets) == "local t = \"(hidden)\"");
    BOOST_TEST(shown("local t = \"correct\\45horse\\x2dbattery\"", secrets) == "local t = \"(hidden)\"");
    BOOST_TEST(shown("local t = \"pq\", \"pqr\"", secrets) == "local t = \"(hidden)\", \"pqr\"");
}

BOOST_AUTO_TEST_CASE(comments_are_no_refuge) {
    BOOST_TEST(shown("-- admin { token = \"abc\" }\nlisten \"a\"") == "-- admin { token = \"(hidden)\" }\nlisten \"a\"");
    BOOST_TEST(shown("--[[ token = \"abc\"\n]] listen \"a\"") == "--[[ token = \"(hidden)\"\n]] listen \"a\"");
    BOOST_TEST(shown("-- don't: admin { token = 'abc' }\n") == "-- don't: admin { token = \"(hidden)\" }\n");
    BOOST_TEST(shown("-- it was horse-battery, don't tell", {"horse-battery"}) == "-- it was (hidden), don't tell");
}

BOOST_AUTO_TEST_CASE(urls_lose_their_logins_and_lines_keep_their_numbers) {
    BOOST_TEST(shown("database \"postgresql://joe:pw@db/x\"") == "database \"postgresql://(hidden)@db/x\"");
    BOOST_TEST(shown("password = [[a\nb\nc]]\nlisten \"a\"") == "password = \"(hidden)\"\n\n\nlisten \"a\"");
}

BOOST_AUTO_TEST_CASE(what_a_collector_is_told_is_a_secret) {
    test::Workshop workshop;
    const std::string text = "listen \"127.0.0.1:0\"\n"
                             "tracing { to = \"http://127.0.0.1:4318/v1?k=the-key\", headers = { [\"X-Key\"] = \"another\" }, service = \"s\" }\n";
    const auto loaded = workshop.load_text(text);
    BOOST_REQUIRE(loaded.snapshot);
    BOOST_TEST(shown(text, loaded.snapshot->written->secrets) ==
               "listen \"127.0.0.1:0\"\ntracing { to = \"(hidden)\", headers = { [\"X-Key\"] = \"(hidden)\" }, service = \"s\" }\n");
}

BOOST_AUTO_TEST_SUITE_END()
