// plugins/ratelimit/redis/leased_store.h - LeasedStore: tokens taken from a Redis several at once, and spent here.
//
// Most requests are decided without asking. What a loop has taken and not spent may be missed elsewhere for as long as
// it is held, and may be spent in a stretch of time after the one that it was taken in: so over any stretch a limit
// admits at most what it declares and `lease` more for each gateway, whatever fails.
//
// What a client is told is left is what the Redis said last to any loop, and what this one holds besides: of nothing
// that came back or that other gateways took since then, for a second at most, is anything known here.
#pragma once

#include "redis/last_heard.h"
#include "redis/redis_store.h"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tollgate::ratelimit {

// Of a use with a single limit; for its loops. Where less than a whole lease is left, or somebody is fetching one,
// a request asks for itself alone, as without leases.
class LeasedStore final : public Store {
public:
    // How long tokens are held: what is not spent then is given back.
    static constexpr std::chrono::nanoseconds longest = std::chrono::seconds{1};

    // `most`: the tokens of a key that this gateway may hold, over all its loops. `host` outlives it.
    LeasedStore(Host& host, std::unique_ptr<RedisStore> exact, std::int64_t most);

    Task<void> take(std::span<Claim> claims, Moment now) override;
    void give_back(std::span<const Claim> claims, Moment now) noexcept override { exact_->give_back(claims, now); }
    // What other loops hold of a lease they still spend.
    void clear(const Claim& claim, Moment now) noexcept override;

private:
    struct Lease {
        std::string name;
        Limit limit;
        bool secret;
        std::shared_ptr<LastHeard::Word> heard;
        double tokens = 0;
        Ticks ends = 0;
        Decision last{};  // what the Redis said as it was taken
        Ticks taken = 0;
        bool asking = false;
    };
    struct Loop {
        std::unordered_map<std::string, Lease> leases;  // by key
        bool swept = false;
    };
    static bool spend(Lease& lease, Claim& claim, Moment now) noexcept;
    static void tell(const Lease& lease, Claim& claim) noexcept;
    Task<void> take_alone(std::shared_ptr<LastHeard::Word> heard, std::span<Claim> claims, Moment now);
    Task<void> fetch(Loop& loop, std::span<Claim> claims, Moment now);
    Task<void> sweep(Loop& loop);
    void return_rest(const std::string& key, Lease& lease, Moment now) noexcept;

    Host& host_;
    const std::unique_ptr<RedisStore> exact_;
    const double share_;  // of each loop
    LastHeard last_heard_;
    std::vector<Loop> loops_;
};

}  // namespace tollgate::ratelimit
