// plugins/ratelimit/redis/redis_store.h - RedisStore: limits counted in a Redis, for all gateways that ask it.
#pragma once

#include "redis/server.h"
#include "redis/scripts.h"
#include "store.h"

#include <tollgate/settings.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tollgate::ratelimit::redis {

// Where the limits of a use are counted that does not count them in memory; null for one that does. Throws ConfigError.
std::unique_ptr<Store> store_of(const Settings& settings, Host& host, Store& memory);

// What becomes of a request while there is no Redis: the memory's limits hold, it passes, it is refused.
enum class OnError : std::uint8_t { local, open, closed };

// Of one use of the plugin; for its loops. All claims of a request are one command, which leaves with those of the
// other requests of that turn of the loop. It never takes longer than the timeout: then OnError decides.
class RedisStore final : public Store {
public:
    struct Options {
        std::string prefix = "ratelimit:";
        std::chrono::nanoseconds timeout = std::chrono::milliseconds{20};
        OnError on_error = OnError::local;
        std::int64_t (*clock)() = nullptr;  // microseconds since 1970; null: that of the Redis
    };
    // `host` and `memory` outlive it.
    RedisStore(Host& host, std::shared_ptr<Server> server, Store& memory, Options options);

    Task<void> take(std::span<Claim> claims, Moment now) override;
    void give_back(std::span<const Claim> claims, Moment now) noexcept override;

private:
    struct Undecided;
    Connection* here();
    Task<void> ask_there(Connection& connection, std::span<Claim> claims, Moment now);
    Task<bool> decided_there(Connection& connection, std::span<Claim> claims, Moment now);
    void fall_back(std::span<Claim> claims, Moment now);
    void give_back_there(Connection& connection, const Claim& claim, Moment now);
    void add_key(std::string& out, const Claim& claim) const;
    std::string place_of(const Claim& claim) const;
    const std::string& command(std::span<const Claim> claims, bool whole_text) const;
    std::int64_t time() const { return options_.clock ? options_.clock() : 0; }

    Host& host_;
    const std::shared_ptr<Server> server_;
    Store& memory_;
    const Options options_;
    const std::string gateway_;      // a name that no other store has
    std::vector<char> attending_;    // by loop: this use has its place among those that drive the connection
    std::vector<std::uint64_t> places_;  // by loop: how many it has named
};

}  // namespace tollgate::ratelimit::redis
