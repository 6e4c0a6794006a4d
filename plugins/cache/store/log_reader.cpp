// plugins/cache/store/log_reader.cpp - asking, and having applied elsewhere what others have purged.
#include "store/log_reader.h"

#include <utility>

namespace tollgate::cache {

using namespace std::chrono_literals;
using redis::Call;
using redis::Connection;
using redis::Reply;

namespace {

constexpr std::chrono::nanoseconds patience = 500ms;
constexpr int most_rounds = 200;  // of reading at once: more than the log is long

}  // namespace

LogReader::LogReader(Host& host, std::shared_ptr<redis::Server> server, std::shared_ptr<PurgeLog> log,
                     std::string name, std::chrono::nanoseconds every)
    : host_{host},
      attendance_{host, std::move(server)},
      status_{attendance_.server().status()},
      log_{std::move(log)},
      name_{std::move(name)},
      every_{every},
      loops_{attendance_.server().loops()},
      follower_{loops_} {}

void LogReader::begin() {
    host_.post(0, [self = shared_from_this()] { self->attend(); });
}

void LogReader::attend() {
    if (follower_.load(std::memory_order_relaxed) < loops_ || ended_.load(std::memory_order_relaxed)) return;
    std::size_t nobody = loops_;
    const std::size_t loop = host_.this_loop();
    if (loop < loops_ && follower_.compare_exchange_strong(nobody, loop)) host_.spawn(follow(shared_from_this()));
}

bool LogReader::hurry() {
    const std::size_t loop = follower_.load(std::memory_order_relaxed);
    if (loop >= loops_ || ended_.load(std::memory_order_relaxed)) return false;
    host_.post(loop, [self = shared_from_this()] { self->host_.spawn(read(self)); });
    return true;
}

Task<void> LogReader::follow(std::shared_ptr<LogReader> self) {
    while (!self->ended_.load(std::memory_order_relaxed)) {
        if (self->log_->due(self->host_.now(), self->every_)) co_await read(self);
        co_await self->host_.sleep(self->every_);
    }
}

// One question at a time: it carries all that is untold, and what is told meanwhile goes with the next.
Task<void> LogReader::read(std::shared_ptr<LogReader> self) {
    if (self->reading_) co_return;
    struct Reading {
        explicit Reading(bool& flag) noexcept : reading{flag} { reading = true; }
        ~Reading() { reading = false; }
        Reading(const Reading&) = delete;
        Reading& operator=(const Reading&) = delete;
        bool& reading;
    };
    const Reading reading{self->reading_};
    for (int round = 0; round < most_rounds; ++round)
        if (!co_await self->ask()) co_return;
}

Task<bool> LogReader::ask() {
    Connection* const connection = attendance_.here();
    if (!connection->open()) co_return false;
    Call call{*connection, patience};
    const auto asked = host_.now();
    const auto question = log_->question(name_);
    connection->send(question.command, &call, static_cast<std::uint64_t>(asked.time_since_epoch().count()));
    const Reply* const reply = co_await call;
    if (!reply) co_return false;
    if (reply->kind != Reply::Kind::text || !log_->heard(question.turn, reply->text, asked)) {
        status_.trouble(host_, "reply",
                        reply->kind == Reply::Kind::error ? reply->text : "a reply that is no log of purges");
        co_return false;
    }
    status_.replied(host_);
    // A beginning looks at everything in memory.
    if (!log_->applied()) co_await host_.run_blocking([log = log_] { log->apply(); });
    co_return log_->behind();
}

}  // namespace tollgate::cache
