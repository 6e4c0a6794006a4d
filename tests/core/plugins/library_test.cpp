// tests/core/plugins/library_test.cpp - judging descriptors: ABI, sizes, build, names, fields.
#include "plugins/library.h"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

using namespace tollgate;

namespace {

struct Nothing final : Plugin {
    Nothing(const Settings&, Host&) {}
};

Descriptor hello() { return {.name = "hello", .summary = "says hello", .create = make<Nothing>}; }

std::string problem_of(const Descriptor& descriptor) { return plugins::adopt(&descriptor, "hello.so").problem; }

std::string problem_of(const Field& field) {
    Descriptor descriptor = hello();
    descriptor.fields = {&field, 1};
    return problem_of(descriptor);
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(plugins_library)

BOOST_AUTO_TEST_CASE(a_sound_descriptor_is_taken_over) {
    const Field fields[] = {{.name = "greeting", .doc = "what is said", .fallback = "\"hello\""},
                            {.name = "times", .type = Type::integer, .doc = "how often", .min = 1, .max = 3}};
    Descriptor descriptor = hello();
    descriptor.fields = fields;
    const auto opened = plugins::adopt(&descriptor, "hello.so");
    BOOST_TEST(opened.problem == "");
    BOOST_REQUIRE(opened.library);
    BOOST_REQUIRE(opened.library->descriptor.fields.size() == 2u);
    BOOST_TEST(opened.library->descriptor.fields[1].name == std::string_view{"times"});
    BOOST_TEST(opened.library->descriptor.fields[1].max == 3.0);
}

BOOST_AUTO_TEST_CASE(another_major_abi_is_refused_before_anything_else_is_read) {
    // Only the first word is there to be read: the rest would be out of bounds, which AddressSanitizer would see.
    const auto word = std::make_unique<std::uint32_t>(0x0002'0000u);
    const auto opened = plugins::adopt(reinterpret_cast<const Descriptor*>(word.get()), "hello.so");
    BOOST_TEST(opened.problem.starts_with("hello.so: built for plugin ABI 2.0, this gateway has 1.5; rebuild it"));
}

BOOST_AUTO_TEST_CASE(an_older_major_abi_is_refused) {
    Descriptor descriptor = hello();
    descriptor.abi = 7;
    BOOST_TEST(problem_of(descriptor) == "hello.so: built for plugin ABI 0.7, this gateway has 1.5; rebuild it");
}

BOOST_AUTO_TEST_CASE(a_newer_minor_abi_is_refused) {
    Descriptor descriptor = hello();
    descriptor.abi = plugin_abi + 1;
    BOOST_TEST(contains(problem_of(descriptor), "built for plugin ABI 1.6, this gateway has 1.5; rebuild it against"));
}

BOOST_AUTO_TEST_CASE(sizes_that_no_header_had_are_refused) {
    Descriptor descriptor = hello();
    descriptor.size = 8;
    BOOST_TEST(contains(problem_of(descriptor), "its descriptor is damaged: a size of 8"));
    descriptor = hello();
    descriptor.field_size = sizeof(Field) + 8;
    BOOST_TEST(contains(problem_of(descriptor), "its descriptor is damaged"));
}

BOOST_AUTO_TEST_CASE(fields_of_older_headers_are_taken_over_as_they_were) {
    // ABI 1.0: a field ended before `environment`.
    constexpr std::size_t old_size = 72;
    const Field now[] = {{.name = "one", .doc = "d", .fallback = "\"x\""}, {.name = "two", .doc = "d"}};
    alignas(Field) std::array<std::byte, 2 * old_size> old{};
    for (std::size_t i = 0; i < 2; ++i) std::memcpy(old.data() + i * old_size, &now[i], old_size);
    Descriptor descriptor = hello();
    descriptor.abi = 0x0001'0000;
    descriptor.field_size = old_size;
    descriptor.fields = {reinterpret_cast<const Field*>(old.data()), 2};
    const auto opened = plugins::adopt(&descriptor, "hello.so");
    BOOST_TEST(opened.problem == "");
    BOOST_REQUIRE(opened.library);
    BOOST_TEST(opened.library->descriptor.fields[0].fallback == std::string_view{"\"x\""});
    BOOST_TEST(opened.library->descriptor.fields[1].name == std::string_view{"two"});
    for (const Field& field : opened.library->descriptor.fields) BOOST_TEST(!field.environment);
}

BOOST_AUTO_TEST_CASE(another_build_is_named_beside_ours) {
    Descriptor descriptor = hello();
    descriptor.build = "libc++, 4-byte words, sanitizer none";
    const std::string problem = problem_of(descriptor);
    BOOST_TEST(contains(problem, "built as \"libc++, 4-byte words, sanitizer none\", this gateway as \""));
    BOOST_TEST(contains(problem, build_stamp));
}

BOOST_AUTO_TEST_CASE(a_name_must_be_a_word_that_lua_leaves_free) {
    Descriptor descriptor = hello();
    descriptor.name = "Hello-World";
    BOOST_TEST(contains(problem_of(descriptor), "its name is \"Hello-World\": expected lower case letters"));
    descriptor.name = "end";
    BOOST_TEST(contains(problem_of(descriptor), "its name \"end\" is a word of Lua"));
    descriptor.name = nullptr;
    BOOST_TEST(contains(problem_of(descriptor), "its name is \"\""));
}

BOOST_AUTO_TEST_CASE(create_must_be_there) {
    Descriptor descriptor = hello();
    descriptor.create = nullptr;
    BOOST_TEST(contains(problem_of(descriptor), "plugin \"hello\" has no create"));
    BOOST_TEST(contains(plugins::adopt(nullptr, "hello.so").problem, "returned nothing"));
}

BOOST_AUTO_TEST_CASE(fields_that_contradict_themselves_are_refused) {
    BOOST_TEST(contains(problem_of(Field{.name = "Rate", .doc = "x"}), "setting \"Rate\": expected a name"));
    BOOST_TEST(contains(problem_of(Field{.name = "rate"}), "setting \"rate\": has no doc"));
    BOOST_TEST(
        contains(problem_of(Field{.name = "rate", .doc = "x", .fallback = "1", .required = true}), "has a default"));
    BOOST_TEST(contains(problem_of(Field{.name = "rate", .doc = "x", .min = 2, .max = 1}), "min is above its max"));
    BOOST_TEST(contains(problem_of(Field{.name = "rate", .type = Type::choice, .doc = "x"}), "a choice of nothing"));
    BOOST_TEST(contains(problem_of(Field{.name = "rate", .type = Type(99), .doc = "x"}), "type 99 is unknown"));
}

BOOST_AUTO_TEST_CASE(a_setting_is_declared_once) {
    const Field fields[] = {{.name = "rate", .doc = "x"}, {.name = "rate", .doc = "y"}};
    Descriptor descriptor = hello();
    descriptor.fields = fields;
    BOOST_TEST(contains(problem_of(descriptor), "setting \"rate\": declared twice"));
}

BOOST_AUTO_TEST_CASE(a_type_is_named_as_operators_know_it) {
    BOOST_TEST(plugins::type_name(Type::boolean) == "boolean");
    BOOST_TEST(plugins::type_name(Type::duration) == "duration");
    BOOST_TEST(plugins::type_name(Type::path) == "path");
}

BOOST_AUTO_TEST_SUITE_END()
