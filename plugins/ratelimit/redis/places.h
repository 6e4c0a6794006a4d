// plugins/ratelimit/redis/places.h - Places: the requests under way that a loop has places for in a Redis.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tollgate::ratelimit {

// A place is free by itself when its lease is over, so that a gateway that crashed holds none for ever: those of
// requests that take longer have to be renewed. Of one loop.
class Places {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    void hold(std::uint64_t place, std::string_view key, TimePoint now) {
        held_.try_emplace(place, std::string{key}, now);
    }
    void leave(std::uint64_t place) noexcept { held_.erase(place); }
    bool empty() const noexcept { return held_.empty(); }

    // Calls `renew(place, key)` for those that were held or renewed that long ago.
    template <class Renew>
    void renew(TimePoint now, std::chrono::nanoseconds age, Renew renew) {
        for (auto& [place, held] : held_) {
            if (now - held.since < age) continue;
            held.since = now;
            renew(place, held.key);
        }
    }

private:
    struct Held {
        std::string key;
        TimePoint since;
    };
    std::unordered_map<std::uint64_t, Held> held_;
};

}  // namespace tollgate::ratelimit
