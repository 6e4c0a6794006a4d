// plugins/auth/signature/replays.h - Replays: what has been presented once, so that it is not taken again.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <unordered_set>
#include <utility>

namespace tollgate::auth::signature {

// Remembers each thing for a set time at least and twice as long at most, and so many things and no more: where there
// is no room nothing is taken, since to forget one early would be to let it in again. Any thread.
class Replays {
public:
    enum class Answer : std::uint8_t { first, again, full };

    // How long things must be remembered, in seconds, and how many. A time is never made shorter: what came in under
    // the longer one may still be good.
    void settle(double time, std::size_t most) {
        for (Shard& shard : shards_) {
            const std::lock_guard lock{shard.mutex};
            shard.time = std::max(shard.time, time);
            shard.most = (most + shards_.size() - 1) / shards_.size();
        }
    }

    // `what` is a SHA-256, `now` in seconds.
    Answer note(const std::array<unsigned char, 32>& what, double now) {
        Shard& shard = shards_[what[what.size() - 1] % shards_.size()];
        Name name{};
        std::memcpy(name.data(), what.data(), sizeof name);
        const std::lock_guard lock{shard.mutex};
        if (now >= shard.begun + shard.time) {
            // What came in before the last turn has been here for a whole time now, or for longer.
            const bool long_ago = now >= shard.begun + 2 * shard.time;
            shard.before = long_ago ? std::unordered_set<Name, Hash>{} : std::move(shard.now);
            shard.now = {};
            shard.begun = now;
        }
        if (shard.now.contains(name) || shard.before.contains(name)) return Answer::again;
        if (shard.now.size() + shard.before.size() >= shard.most) return Answer::full;
        shard.now.insert(name);
        return Answer::first;
    }

private:
    using Name = std::array<std::uint64_t, 2>;  // half of a SHA-256: nobody finds two alike
    struct Hash {
        std::size_t operator()(const Name& name) const noexcept { return name[0]; }
    };
    struct Shard {
        std::mutex mutex;
        std::unordered_set<Name, Hash> now, before;
        double begun = 0, time = 0;
        std::size_t most = 0;
    };
    std::array<Shard, 16> shards_;
};

}  // namespace tollgate::auth::signature
