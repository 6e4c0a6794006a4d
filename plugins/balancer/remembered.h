// plugins/balancer/remembered.h - Remembered: what is known by name beyond one configuration.
#pragma once

#include <chrono>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace tollgate::balancer {

// Policies are made at an upstream's first request, which may come long after the reload that ended the configuration
// before: what nobody holds is kept for a while. Any thread.
template <class T>
class Remembered {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::minutes kept{10};  // after it was first seen that nobody holds it

    // The one of that name; a new one where there is none.
    std::shared_ptr<T> of(const std::string& name, Clock::time_point now) {
        const std::lock_guard lock{mutex_};
        const auto found = entries_.find(name);
        if (found != entries_.end()) {
            found->second.unheld_since.reset();
            return found->second.value;
        }
        forget(now);  // a new name is a fit moment
        return entries_.emplace(name, Entry{std::make_shared<T>(), {}}).first->second.value;
    }

    std::size_t size() const {
        const std::lock_guard lock{mutex_};
        return entries_.size();
    }

private:
    struct Entry {
        std::shared_ptr<T> value;
        std::optional<Clock::time_point> unheld_since;
    };

    void forget(Clock::time_point now) {
        for (auto entry = entries_.begin(); entry != entries_.end();) {
            auto& [value, unheld_since] = entry->second;
            if (value.use_count() > 1)
                unheld_since.reset();
            else if (!unheld_since)
                unheld_since = now;
            entry = unheld_since && now - *unheld_since > kept ? entries_.erase(entry) : std::next(entry);
        }
    }

    mutable std::mutex mutex_;
    std::map<std::string, Entry> entries_;
};

}  // namespace tollgate::balancer
