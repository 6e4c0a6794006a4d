// plugins/ratelimit/redis/status.h - Status: how it stands with a Redis, for the log and for metrics.
#pragma once

#include <tollgate/host.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace tollgate::ratelimit::redis {

// Of one Redis, over all loops. Any thread. A trouble is logged once by each of its reasons, and once that it is over.
class Status {
public:
    Status(std::string shown, Host& host);

    void connected(Host& host);    // a loop
    void disconnected() noexcept;  // the same loop, whatever the reason
    // Nothing can be decided at the moment, because of `why`. `kind`: a word for metrics ("connection").
    void trouble(Host& host, std::string_view kind, std::string_view why);
    // A decision was made, and took so long.
    void decided(Host& host, std::chrono::nanoseconds time);
    // A decision that on_error made instead.
    void fell_back() noexcept { fallbacks_.add(); }
    void late() noexcept { late_.add(); }  // a decision that did not come in time

    const std::string& shown() const noexcept { return shown_; }

private:
    void over(Host& host);

    const std::string shown_;
    Gauge &connections_, &seconds_;
    Counter &decisions_, &fallbacks_, &late_, &connection_errors_, &reply_errors_;
    std::atomic<bool> in_trouble_{false};
    std::atomic<bool> ever_{false};            // connected
    std::mutex mutex_;                         // of the next
    std::set<std::string, std::less<>> told_;  // reasons of this trouble
};

}  // namespace tollgate::ratelimit::redis
