// plugins/redis/server_of.cpp - settings that go together, and which Redis comes of them.
#include "redis/server_of.h"

#include <stdexcept>
#include <string>

namespace tollgate::redis {

namespace {

Address address_of(const Settings& settings) {
    std::string url = settings.text("store"), field = "store";
    if (url == "redis") {
        field = "redis_url";
        if (!settings.has(field))
            throw ConfigError{"store",
                              "expected redis_url, or REDIS_URL in the environment, beside \"redis\", got neither"};
        url = settings.text(field);
    }
    try {
        Address address = Address::parse(url);
        if (!settings.has("redis_authorities")) return address;
        if (!address.tls)
            throw ConfigError{"redis_authorities", "expected it with rediss:// only, got \"" + address.shown() + "\""};
        address.authorities = settings.text("redis_authorities");
        return address;
    } catch (const std::invalid_argument& problem) {
        throw ConfigError{field, problem.what()};
    }
}

}  // namespace

std::shared_ptr<Server> server_of(const Settings& settings, Host& host, Status::Words words) {
    const Address address = address_of(settings);
    try {
        return Server::shared(address, host, words);
    } catch (const std::runtime_error& problem) {
        throw ConfigError{"redis_authorities", std::string{"expected certificates in PEM: "} + problem.what()};
    }
}

}  // namespace tollgate::redis
