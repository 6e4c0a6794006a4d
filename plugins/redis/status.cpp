// plugins/redis/status.cpp - each transition is told once, however many requests see it.
#include "redis/status.h"

#include <utility>

namespace tollgate::redis {

namespace {

constexpr std::size_t most_reasons = 8;

Counter& error_counter(Host& host, const std::string& shown, std::string_view kind) {
    return host.counter("redis_errors_total", "What went wrong with a Redis, by kind.",
                        {{"redis", shown}, {"kind", kind}});
}

}  // namespace

Status::Status(std::string shown, Host& host, Words words)
    : shown_{std::move(shown)},
      words_{words},
      connections_{host.gauge("redis_connections", "Loops that are connected to a Redis.", {{"redis", shown_}})},
      late_{error_counter(host, shown_, "timeout")},
      connection_errors_{error_counter(host, shown_, "connection")},
      reply_errors_{error_counter(host, shown_, "reply")} {}

void Status::connected(Host& host) {
    connections_.add(1);
    if (!ever_.exchange(true, std::memory_order_relaxed)) host.log(Level::info, shown_ + ": connected");
}

void Status::disconnected() noexcept { connections_.add(-1); }

void Status::trouble(Host& host, std::string_view kind, std::string_view why) {
    (kind == "reply" ? reply_errors_ : connection_errors_).add();
    in_trouble_.store(true, std::memory_order_relaxed);
    {
        const std::lock_guard lock{mutex_};
        if (told_.size() >= most_reasons || !told_.emplace(why).second) return;
    }
    host.log(Level::warning, shown_ + ": " + std::string{why} + "; " + words_.meanwhile);
}

void Status::over(Host& host) {
    if (!in_trouble_.exchange(false, std::memory_order_relaxed)) return;
    {
        const std::lock_guard lock{mutex_};
        told_.clear();
    }
    host.log(Level::info, shown_ + ": " + words_.again);
}

}  // namespace tollgate::redis
