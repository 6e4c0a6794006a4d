// plugins/redis/status.h - Status: how it stands with a Redis, for the log and for metrics.
#pragma once

#include <tollgate/host.h>

#include <atomic>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace tollgate::redis {

// Of one Redis, over all loops. Any thread. A trouble is logged once by each of its reasons, and once that it is over.
class Status {
public:
    // What the log says besides: of the time without that Redis, and once it is over. Literals.
    struct Words {
        const char* meanwhile;
        const char* again;
    };
    Status(std::string shown, Host& host, Words words);

    void connected(Host& host);    // a loop
    void disconnected() noexcept;  // the same loop, whatever the reason
    // It is of no use at the moment, because of `why`. `kind`: "connection", or "reply" for one that makes no sense.
    void trouble(Host& host, std::string_view kind, std::string_view why);
    // It gave a reply that is of use: a trouble is over.
    void replied(Host& host) {
        if (in_trouble_.load(std::memory_order_relaxed)) over(host);
    }
    void late() noexcept { late_.add(); }  // a reply that did not come in time

    const std::string& shown() const noexcept { return shown_; }

private:
    void over(Host& host);

    const std::string shown_;
    const Words words_;
    Gauge& connections_;
    Counter &late_, &connection_errors_, &reply_errors_;
    std::atomic<bool> in_trouble_{false};
    std::atomic<bool> ever_{false};            // connected
    std::mutex mutex_;                         // of the next
    std::set<std::string, std::less<>> told_;  // reasons of this trouble
};

}  // namespace tollgate::redis
