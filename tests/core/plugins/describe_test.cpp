// tests/core/plugins/describe_test.cpp - what `tollgate plugins` says.
#include "plugins/describe.h"

#include "plugins/catalogue.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate;

namespace {

struct Nothing final : Plugin {
    Nothing(const Settings&, Host&) {}
};

constexpr const char* forms[] = {"json", "text"};
constexpr Field fields[] = {
    {.name = "form", .type = Type::choice, .doc = "form of a line", .fallback = "\"json\"", .choices = forms},
    {.name = "rings", .type = Type::integer, .doc = "number of rings", .required = true, .min = 1, .max = 64},
    {.name = "to", .type = Type::path, .doc = "file to write"},
    {.name = "wait", .type = Type::duration, .doc = "time to wait", .environment = "WAIT_SECONDS"},
};

struct Fixture {
    Fixture() {
        catalogue.add({.name = "zebra", .summary = "stripes", .fields = fields, .create = make<Nothing>});
        catalogue.add({.name = "ant", .summary = "works", .create = make<Nothing>});
    }
    plugins::Catalogue catalogue;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(plugins_describe)

BOOST_FIXTURE_TEST_CASE(a_line_for_each_plugin, Fixture) {
    BOOST_TEST(plugins::describe(catalogue, false) ==
               "ant    ABI 1.5  (built in)  works\n"
               "zebra  ABI 1.5  (built in)  stripes\n");
}

BOOST_FIXTURE_TEST_CASE(settings_with_type_default_and_doc_in_columns, Fixture) {
    BOOST_TEST(plugins::describe(catalogue, true) ==
               "ant    ABI 1.5  (built in)  works\n"
               "    no settings\n"
               "zebra  ABI 1.5  (built in)  stripes\n"
               "    form   choice: json, text  \"json\"                      form of a line\n"
               "    rings  integer, 1 to 64    (required)                  number of rings\n"
               "    to     path                (none)                      file to write\n"
               "    wait   duration            $WAIT_SECONDS, else (none)  time to wait\n");
}

BOOST_FIXTURE_TEST_CASE(json_for_programs, Fixture) {
    const std::string json = plugins::describe_json(catalogue);
    BOOST_TEST(json.starts_with("[{\"name\":\"ant\",\"file\":null,\"abi\":\"1.5\",\"build\":\""));
    BOOST_TEST(json.find(R"({"name":"form","type":"choice","doc":"form of a line","required":false,)"
                         R"("default":"\"json\"","choices":["json","text"]})") != std::string::npos);
    BOOST_TEST(json.find(R"("default":null,"environment":"WAIT_SECONDS"})") != std::string::npos);
    BOOST_TEST(json.find(R"("required":true,"default":null,"min":1,"max":64})") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
