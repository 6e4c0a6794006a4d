// plugins/ratelimit/redis/last_heard.cpp - a word of each key: when somebody asked, and what was left then.
#include "redis/last_heard.h"

#include <algorithm>

namespace tollgate::ratelimit {

void LastHeard::Word::hear(std::chrono::milliseconds asked, std::int64_t remaining) noexcept {
    const auto time = static_cast<std::uint32_t>(asked.count());
    const auto left = std::min(most, static_cast<std::uint64_t>(std::max<std::int64_t>(0, remaining)));
    std::uint64_t known = word_.load(std::memory_order_relaxed);
    do {  // in 49 days the time begins anew: which of two is later, their difference says
        const auto behind = static_cast<std::int32_t>(time - static_cast<std::uint32_t>(known >> 32));
        if (known != 0 && behind < 0) return;
    } while (!word_.compare_exchange_weak(known, (std::uint64_t{time} << 32) | left, std::memory_order_relaxed));
}

std::shared_ptr<LastHeard::Word> LastHeard::of(const std::string& key) {
    const std::lock_guard lock{mutex_};
    std::weak_ptr<Word>& known = words_[key];
    std::shared_ptr<Word> word = known.lock();
    if (word) return word;
    word = {new Word, [this, key](Word* gone) noexcept {
                delete gone;
                let_go(key);
            }};
    known = word;
    return word;
}

// Another one may have taken its place since nobody held it.
void LastHeard::let_go(const std::string& key) noexcept {
    const std::lock_guard lock{mutex_};
    if (const auto at = words_.find(key); at != words_.end() && at->second.expired()) words_.erase(at);
}

std::size_t LastHeard::keys() const {
    const std::lock_guard lock{mutex_};
    return words_.size();
}

}  // namespace tollgate::ratelimit
