// plugins/ratelimit/redis/store_of.cpp - settings that go together, and what comes of them.
#include "redis/store_of.h"

#include "redis/leased_store.h"
#include "redis/server_of.h"

#include <string>
#include <utility>

namespace tollgate::ratelimit {

namespace {

OnError on_error_of(const std::string& word) {
    return word == "open" ? OnError::open : word == "closed" ? OnError::closed : OnError::local;
}

void check_lease(const Settings& settings, std::size_t limits) {
    if (!settings.has("lease")) return;
    if (settings.text("store") == "memory")
        throw ConfigError{"lease", "expected it with a Redis for the store, got the store \"memory\""};
    if (limits != 1 || settings.has("concurrency"))
        throw ConfigError{"lease", "expected it in a use of one rate or one quota, got " +
                                       (limits == 1 ? "concurrency" : std::to_string(limits) + " limits")};
    if (settings.text("mode") == "delay")
        throw ConfigError{"lease",
                          "expected it with the modes \"enforce\" and \"shadow\" only, got the mode \"delay\""};
}

}  // namespace

std::unique_ptr<Store> store_of(const Settings& settings, Host& host, Store& memory, std::size_t limits) {
    check_lease(settings, limits);
    if (settings.text("store") == "memory") return nullptr;
    auto server = redis::server_of(settings, host, words_of_limits);
    RedisStore::Options options{.prefix = settings.text("redis_prefix"),
                                .timeout = settings.duration("redis_timeout"),
                                .on_error = on_error_of(settings.text("on_error"))};
    auto exact = std::make_unique<RedisStore>(host, std::move(server), memory, std::move(options));
    if (!settings.has("lease")) return exact;
    return std::make_unique<LeasedStore>(host, std::move(exact), settings.integer("lease"));
}

}  // namespace tollgate::ratelimit
