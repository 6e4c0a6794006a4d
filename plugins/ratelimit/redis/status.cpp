// plugins/ratelimit/redis/status.cpp - each transition is told once, however many requests see it.
#include "redis/status.h"

#include <utility>

namespace tollgate::ratelimit::redis {

namespace {

constexpr std::size_t most_reasons = 8;

Counter& error_counter(Host& host, const std::string& shown, std::string_view kind) {
    return host.counter("redis_errors_total", "What went wrong with a Redis, by kind.",
                        {{"redis", shown}, {"kind", kind}});
}

}  // namespace

Status::Status(std::string shown, Host& host)
    : shown_{std::move(shown)},
      connections_{host.gauge("redis_connections", "Loops that are connected to a Redis.", {{"redis", shown_}})},
      seconds_{
          host.gauge("redis_decision_seconds", "How long all these decisions took together.", {{"redis", shown_}})},
      decisions_{host.counter("redis_decisions_total", "Decisions that a Redis made.", {{"redis", shown_}})},
      fallbacks_{
          host.counter("redis_fallbacks_total", "Decisions made by on_error, without a Redis.", {{"redis", shown_}})},
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
    host.log(Level::warning, shown_ + ": " + std::string{why} + "; limits go by on_error until it is back");
}

void Status::decided(Host& host, std::chrono::nanoseconds time) {
    decisions_.add();
    seconds_.add(std::chrono::duration<double>{time}.count());
    if (in_trouble_.load(std::memory_order_relaxed)) over(host);
}

void Status::over(Host& host) {
    if (!in_trouble_.exchange(false, std::memory_order_relaxed)) return;
    {
        const std::lock_guard lock{mutex_};
        told_.clear();
    }
    host.log(Level::info, shown_ + ": limits are counted there again");
}

}  // namespace tollgate::ratelimit::redis
