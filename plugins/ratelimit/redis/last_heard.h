// plugins/ratelimit/redis/last_heard.h - LastHeard: what a Redis said last is left of a key, for all loops that hold a
// lease of it.
//
// A loop that spends a lease would otherwise tell what was left when it took that, which may be a second ago, while the
// others have been told of all that was spent since.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tollgate::ratelimit {

// Any thread. Outlives the words that it lends.
class LastHeard {
public:
    class Word {
    public:
        // The Redis said so to who asked it at that time, by the steady clock. What is known already of one who asked
        // later stays.
        void hear(std::chrono::milliseconds asked, std::int64_t remaining) noexcept;
        // 0 before the first was heard.
        std::int64_t remaining() const noexcept { return word_.load(std::memory_order_relaxed) & most; }

    private:
        static constexpr std::uint64_t most = 0xFFFF'FFFF;  // what no limit exceeds: see Limit::most_in_window
        std::atomic<std::uint64_t> word_{0};  // the time in the upper half, whose end is followed by its beginning
    };

    // Of a key, for as long as somebody holds it.
    std::shared_ptr<Word> of(const std::string& key);
    std::size_t keys() const;

private:
    void let_go(const std::string& key) noexcept;

    mutable std::mutex mutex_;  // held as a loop's lease of a key begins or ends, not as it is spent
    std::unordered_map<std::string, std::weak_ptr<Word>> words_;
};

}  // namespace tollgate::ratelimit
