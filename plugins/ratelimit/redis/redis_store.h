// plugins/ratelimit/redis/redis_store.h - RedisStore: limits counted in a Redis, for all gateways that ask it.
#pragma once

#include "redis/attendance.h"
#include "redis/places.h"
#include "redis/scripts.h"
#include "store.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tollgate::ratelimit {

// What becomes of a request while there is no Redis: the memory's limits hold, it passes, it is refused.
enum class OnError : std::uint8_t { local, open, closed };

// What the log says of a Redis that limits are counted in.
inline constexpr redis::Status::Words words_of_limits{.meanwhile = "limits go by on_error until it is back",
                                                      .again = "limits are counted there again"};

// Of one use of the plugin; for its loops. All claims of a request are one command, which leaves with those of the
// other requests of that turn of the loop. It never takes longer than the timeout: then OnError decides.
class RedisStore final : public Store {
public:
    struct Options {
        std::string prefix = "ratelimit:";
        std::chrono::nanoseconds timeout = std::chrono::milliseconds{20};
        OnError on_error = OnError::local;
        std::int64_t (*clock)() = nullptr;  // microseconds since 1970; null: that of the Redis
        // After which a place of a request under way is free by itself; renewed at a third of it.
        std::chrono::nanoseconds place_lease = std::chrono::seconds{60};
    };
    // `host` and `memory` outlive it.
    RedisStore(Host& host, std::shared_ptr<redis::Server> server, Store& memory, Options options);

    Task<void> take(std::span<Claim> claims, Moment now) override;
    void give_back(std::span<const Claim> claims, Moment now) noexcept override;
    void clear(const Claim& claim, Moment now) noexcept override;
    // Takes tokens that cost `batch`, if they can be had, else the claim's own cost, as take() does: whether it took
    // the batch. The claim and what it refers to live until then.
    Task<bool> take_more(Claim& claim, double batch, Moment now);

private:
    struct More {
        double batch = 0;  // 0: nothing more
        bool got = false;
    };
    // Of a loop, which alone touches it.
    struct alignas(64) Here {
        std::uint64_t named = 0;  // places
        Places places;
        bool renews = false;
    };
    struct Undecided;
    redis::Connection* here() { return attendance_.here(); }
    Task<void> ask_there(redis::Connection& connection, std::span<Claim> claims, Moment now);
    Task<bool> decided_there(redis::Connection& connection, std::span<Claim> claims, Moment now, More& more);
    bool read(const redis::Reply& reply, std::span<Claim> claims, Moment now, More& more) const noexcept;
    void hold_places(std::span<const Claim> claims);
    Task<void> renew_places(std::size_t loop);
    void fall_back(std::span<Claim> claims, Moment now);
    void give_back_there(redis::Connection& connection, const Claim& claim, Moment now);
    void add_key(std::string& out, const Claim& claim) const;
    std::string place_name(std::uint64_t number) const;
    const std::string& command(std::span<const Claim> claims, const More& more, bool whole_text) const;
    std::int64_t lease() const noexcept;  // microseconds
    std::int64_t time() const { return options_.clock ? options_.clock() : 0; }

    Host& host_;
    const std::shared_ptr<redis::Server> server_;
    redis::Attendance attendance_{host_, server_};
    Store& memory_;
    Counter& decisions_;
    Counter& fallbacks_;
    Gauge& seconds_;
    const Options options_;
    const std::string gateway_;  // a name that no other store has
    std::vector<Here> heres_;    // by loop
};

}  // namespace tollgate::ratelimit
