// core/commands/usage.cpp - `tollgate keys usage`: what a key's caller was answered by a running gateway.
#include "commands/commands.h"
#include "commands/remote.h"
#include "commands/surroundings.h"
#include "support/text.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/URI.h>

#include <cmath>
#include <iostream>
#include <string>

namespace tollgate::commands {

namespace {

using Poco::JSON::Object;

std::string text_of(const Object& json, const char* name) {
    return json.isNull(name) ? std::string{} : text::printable(json.getValue<std::string>(name));
}

std::string percent(const Object& ratios, const char* name) {
    return text::number(std::round(ratios.getValue<double>(name) * 10'000) / 100) + "% " + name;
}

std::string milliseconds(const Object& json, const char* name) {
    return text::number(json.getValue<double>(name)) + " ms";
}

void print_limit(const Object& limit) {
    std::cout << "  limit " << text::quote(text_of(limit, "name"));
    for (const char* name : {"spent", "remaining", "most", "reset_seconds"})
        if (limit.has(name)) std::cout << ", " << name << ' ' << text_of(limit, name);
    std::cout << '\n';
}

void print(const Object& usage) {
    const std::string owner = text_of(usage, "owner"), tier = text_of(usage, "tier");
    std::cout << text_of(usage, "key") << (owner.empty() ? "" : "  owner " + text::quote(owner))
              << (tier.empty() ? "" : "  tier " + text::quote(tier)) << "  last seen "
              << text_of(usage, "last_seen") << '\n';
    const auto ratios = usage.getObject("ratios");
    std::cout << "  " << text::count(usage.getValue<std::size_t>("total_requests"), "request") << ": "
              << percent(*ratios, "ok") << ", " << percent(*ratios, "limited") << ", " << percent(*ratios, "failed")
              << '\n';
    std::cout << "  took " << milliseconds(usage, "avg_latency") << " on average; p50 " << milliseconds(usage, "p50_ms")
              << ", p95 " << milliseconds(usage, "p95_ms") << ", p99 " << milliseconds(usage, "p99_ms") << '\n';
    std::cout << "  the last:";
    const auto codes = usage.getArray("recent_codes");
    for (unsigned i = 0; i < codes->size(); ++i) std::cout << ' ' << codes->getElement<int>(i);
    std::cout << '\n';
    if (const auto limits = usage.getArray("limits"))
        for (unsigned i = 0; i < limits->size(); ++i) print_limit(*limits->getObject(i));
}

}  // namespace

int key_usage(const Options& options) {
    std::string id;
    Poco::URI::encode(options.keys.id, "/?#&+%", id);
    return order(options, "/keys/" + id + "/usage", std::nullopt, [&](int status, const Object& json) {
        if (status != 200) {
            complain(json.optValue<std::string>("error", "it did not say why"));
            return failed;
        }
        if (options.json) {
            json.stringify(std::cout);
            std::cout << '\n';
        } else {
            print(json);
        }
        return done;
    });
}

}  // namespace tollgate::commands
