// plugins/cache/store/purge_log.h - PurgeLog: what was purged by any of the gateways that share a Redis, in one order.
//
// The log itself is a stream there. Everybody reads it several times a second, tells his own memory what others have
// purged, and knows of each copy that he finds in the Redis whether it is older than a purge that means it: with a copy
// stands how far its gateway had read the log when it sent for it.
#pragma once

#include "store/item.h"
#include "store/key.h"
#include "store/purges.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::cache {

struct Purge {
    enum class What : std::uint8_t { url, prefix, tag, all };
    What what = What::all;
    std::string text;

    bool means(const Item& item) const noexcept;
    bool operator==(const Purge&) const = default;
};

// What one gateway knows of the log. Any thread.
class PurgeLog {
public:
    using Clock = std::chrono::steady_clock;
    // `apply`: purges this gateway's memory, as another gateway purged; called by whoever calls apply().
    explicit PurgeLog(std::function<void(const Purge&)> apply);

    // This gateway purges: the others are to hear of it, at once where somebody talks to the Redis. What it means
    // counts as purged from now on; so it is told before the memory is purged, or a copy that was looked up meanwhile
    // would come into it behind the purge.
    void tell(Purge purge);
    // Who talks to the Redis. There until it is removed, which waits while it is being called.
    class Reader {
    public:
        virtual ~Reader() = default;
        // [any thread] There is something to tell: whether that is done soon. Neither waits nor calls the log.
        virtual bool hurry() = 0;
    };
    void add(Reader& reader);
    void remove(Reader& reader) noexcept;

    // How far the log was read; 0: not yet, or nothing was heard for a while: then there is no Redis to count on.
    Moment position(Clock::time_point now) const;
    // Whether a copy that was sent for then is too old, or nothing can be said of it.
    bool may_be_purged(Moment begun, const Item& item) const;

    // --- for those who talk to the Redis: each use of a memory has one, and their questions may overtake each other

    // Whether it is time to read the log. Then nobody else is told so for a while.
    bool due(Clock::time_point now, std::chrono::nanoseconds every);
    // One command that adds what the others have not been told, and replies with what has come since it was read, or
    // (further down in time) a part of that.
    struct Question {
        std::string command;
        std::uint64_t turn;  // how often the log was read on before
    };
    Question question(std::string_view key) const;
    // The reply to that turn's; nothing, if the log was read on meanwhile. False: it is no reply of the log.
    bool heard(std::uint64_t turn, std::string_view reply, Clock::time_point asked);
    // Purges here what was heard of and is not purged yet. That may take its time: on a thread that has it.
    void apply();
    bool applied() const;  // whether there is nothing of that
    // Whether there is more to read, or to tell.
    bool behind() const;

    static constexpr std::chrono::seconds trusted_for{1};  // what was heard last

private:
    struct Told {
        std::uint64_t number;
        Purge purge;
    };
    struct Line;
    static std::optional<Line> line_of(std::string_view& rest);
    void learn(const Line& line);
    std::vector<std::uint32_t> hashes_of(const Item& item) const;
    std::uint32_t hash_of(const Purge& purge) const noexcept;

    const std::function<void(const Purge&)> apply_;
    const std::string gateway_;  // a name that no other has
    const Secret secret_ = random_secret();
    std::mutex reading_;  // of readers_
    std::vector<Reader*> readers_;
    std::mutex applying_;       // taken before the next
    mutable std::mutex mutex_;  // of all that follows
    std::unique_ptr<Purges> purges_ = std::make_unique<Purges>();
    Moment position_;
    Clock::time_point heard_{}, asked_{};
    bool more_ = false;
    std::deque<Told> untold_;  // or told, and not read back yet
    std::uint64_t told_ = 0;
    std::uint64_t turn_ = 0;
    std::deque<Purge> unapplied_;
};

}  // namespace tollgate::cache
