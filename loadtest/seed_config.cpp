// loadtest/seed_config.cpp - `--config`: the config.json of the load tester that Tollgate's users came from.
#include "loadtest/seed_config.h"

#include "http/layout.h"
#include "loadtest/input.h"
#include "loadtest/mistakes.h"
#include "support/text.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <array>

namespace tollgate::loadtest {

namespace {

constexpr std::size_t largest_file = std::size_t{1} << 20;
constexpr std::uint64_t most_tries = 1'000'000'000;
constexpr std::array<std::string_view, 3> members{"tries", "api_key", "proxy_url"};

Poco::JSON::Object::Ptr object_of(std::string_view text, const std::string& name) {
    Poco::JSON::Object::Ptr object;
    std::string why;
    try {
        Poco::JSON::Parser parser;
        parser.setDepth(8);
        const Poco::Dynamic::Var parsed = parser.parse(std::string{text});
        if (parsed.type() == typeid(Poco::JSON::Object::Ptr)) object = parsed.extract<Poco::JSON::Object::Ptr>();
    } catch (const Poco::Exception& error) {
        why = ": " + text::printable(error.message());
    }
    if (!object) throw UsageError(name + ": expected a JSON object with tries, api_key and proxy_url" + why);
    return object;
}

// What it is, and not what it says: that may be a secret.
std::string described(const Poco::Dynamic::Var& value) {
    if (value.isEmpty()) return "null";
    if (value.isString()) return "a text";
    if (value.isBoolean()) return value.convert<bool>() ? "true" : "false";
    if (value.type() == typeid(Poco::JSON::Object::Ptr)) return "an object";
    return value.isNumeric() ? "a number" : "a list";
}

std::string text_of(const Poco::JSON::Object& object, const std::string& member) {
    if (!object.has(member)) throw UsageError("expected a text, got none");
    const Poco::Dynamic::Var value = object.get(member);
    if (!value.isString()) throw UsageError("expected a text in double quotes, got " + described(value));
    return value.convert<std::string>();
}

std::uint64_t tries_of(const Poco::JSON::Object& object) {
    if (!object.has("tries")) throw UsageError("expected a whole number, got none");
    const Poco::Dynamic::Var value = object.get("tries");
    if (!value.isInteger() || value.isBoolean()) throw UsageError("expected a whole number, got " + described(value));
    const auto tries = value.convert<std::int64_t>();
    if (tries < 1 || static_cast<std::uint64_t>(tries) > most_tries)
        throw UsageError("expected 1 to 1000000000, got \"" + std::to_string(tries) + "\"");
    return static_cast<std::uint64_t>(tries);
}

}  // namespace

SeedConfig parse_seed_config(std::string_view text, const std::string& name) {
    const Poco::JSON::Object::Ptr object = object_of(text, name);
    SeedConfig config;
    Mistakes mistakes;
    for (const std::string& member : object->getNames())
        if (std::find(members.begin(), members.end(), member) == members.end())
            mistakes.add(name + ": unknown member " + text::quote(member) + text::did_you_mean(member, members));
    mistakes.in(name + ": tries", [&] { config.tries = tries_of(*object); });
    mistakes.in(name + ": api_key", [&] {
        config.api_key = text_of(*object, "api_key");
        if (!http::is_field_value(config.api_key)) throw UsageError("expected a key that fits a header line");
    });
    mistakes.in(name + ": proxy_url", [&] {
        config.proxy_url = text_of(*object, "proxy_url");
        parse_url(config.proxy_url);
    });
    mistakes.raise();
    return config;
}

SeedConfig read_seed_config(const std::string& path) {
    return parse_seed_config(read_input(path, largest_file), input_name(path));
}

}  // namespace tollgate::loadtest
