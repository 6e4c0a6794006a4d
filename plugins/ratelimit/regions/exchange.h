// plugins/ratelimit/regions/exchange.h - Exchange: telling Redis servers what this gateway has counted, and hearing
// from them what others have.
//
// Each Redis is talked to by itself, in rounds: one that is slow or gone holds up none of the others. In a round goes
// what that Redis does not know, at most `page` counts, those first that count most; what it has that is new here comes
// back with the reply. Where there is more, either way, the next round follows at once. The first round in a connection
// begins at the beginning: whoever is there now may have come back from a copy that is older.
#pragma once

#include "redis/attendance.h"
#include "regions/regional_counters.h"

#include <tollgate/host.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tollgate::ratelimit::regions {

// Of one use of the plugin. Counters that several uses share are exchanged by one of them: the latest that has begun,
// of those that a reload leaves to end their requests as of those in one configuration.
class Exchange {
public:
    static constexpr std::size_t page = 1000;

    struct Carrier {
        std::string identity;
        std::shared_ptr<redis::Server> server;
    };
    struct Limit {
        std::string name;
        std::string head;  // of the names in the Redis
        std::shared_ptr<RegionalCounters> counters;
    };
    // `host` outlives it. At most Ledger::most_carriers; each identity once. `share`: RegionalCounters::set_share().
    // The counters know nothing of either until this use takes charge of them: it may be one that never begins.
    Exchange(Host& host, const std::vector<Carrier>& carriers, const std::vector<Limit>& limits,
             std::chrono::nanoseconds every, std::uint32_t share = 0);

    // [loop] With each request, and once there is a configuration that has this use: begins what it does not do yet.
    void attend() {
        for (Talk& talk : talks_)
            if (!talk.attended.load(std::memory_order_relaxed) && !talk.limit.counters->superseded(number_) &&
                !talk.attended.exchange(true, std::memory_order_relaxed))
                host_.spawn(succeed(talk));
    }

    struct Standing {
        std::string redis;
        std::chrono::nanoseconds age;  // since what was exchanged last had been counted; below 0: never
    };
    struct Report {
        std::string name;
        const RegionalCounters* counters;
        std::vector<Standing> carriers;
    };
    std::vector<Report> report() const;  // any thread
    std::chrono::nanoseconds every() const noexcept { return every_; }
    // How long nothing may be heard by a Redis until a gateway holds itself to its share.
    std::chrono::nanoseconds patience() const noexcept {
        return std::max<std::chrono::nanoseconds>(std::chrono::seconds{1}, 5 * every_);
    }

private:
    struct Talk;
    struct Line {  // a limit's counts by one carrier
        Talk& talk;
        redis::Attendance& redis;
        const std::string carrier;
        Gauge& age;
        std::uint64_t life = 0;  // of the connection in which the last round was; 0: none
        std::size_t number = 0;  // the ledger's, while its talk is in charge
        std::chrono::nanoseconds exchanged() const;  // by the steady clock; 0: never. Any thread
    };
    struct Talk {
        Talk(Limit said, Counter& news, Counter& no_room, Gauge& known)
            : limit{std::move(said)}, merged{news}, left_out{no_room}, keys{known} {}
        const Limit limit;
        Counter& merged;
        Counter& left_out;
        Gauge& keys;
        std::deque<Line> lines;
        std::atomic<bool> attended{false};  // this use talks about it, or waits until the one before it has ended
        bool told_full = false;  // in the log; until there is room again
    };
    class Charge;
    class Saying;
    class LastWords;

    Task<void> succeed(Talk& talk);
    void begin(Talk& talk);
    Task<void> talk(Line& line, redis::Connection& connection, std::shared_ptr<Charge> charge);
    Task<void> pause(Line& line);
    Task<bool> round(Line& line, redis::Connection& connection);
    bool take_over(Line& line, const Heard& heard);
    void say_last(Line& line, redis::Connection& connection);
    std::string question(const Line& line, const std::vector<Count>& said, bool whole_text) const;
    void tell(Line& line);
    bool hears_all(const Talk& talk) const;
    bool superseded(const Line& line) const noexcept;
    Moment now() const { return {host_.now(), host_.wall_clock()}; }

    Host& host_;
    const std::uint64_t number_;  // a later use's is greater
    const std::chrono::nanoseconds every_;
    const std::uint32_t share_;
    std::deque<redis::Attendance> redis_;
    std::deque<Talk> talks_;
};

}  // namespace tollgate::ratelimit::regions
