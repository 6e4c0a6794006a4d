// plugins/cache/store/redis_tier.cpp - one question for a lookup, one message for the rest, and reading the log.
#include "store/redis_tier.h"

#include "redis/digest.h"
#include "store/envelope.h"

#include <optional>
#include <utility>

namespace tollgate::cache {

using namespace std::chrono_literals;
using redis::Call;
using redis::Command;
using redis::Connection;
using redis::Reply;

namespace {

constexpr std::chrono::nanoseconds patience = 500ms;       // for replies that no request waits for
constexpr std::size_t most_under_way = std::size_t{16} << 20;  // bytes of a loop
constexpr int most_rounds = 200;                           // of reading the log at once: more than it is long

Counter& lookups(Host& host, const redis::Status& status, std::string_view result) {
    return host.counter("redis_lookups_total", "What came of asking a Redis for a copy.",
                        {{"redis", status.shown()}, {"result", result}});
}

Counter& writes(Host& host, const redis::Status& status, std::string_view what) {
    return host.counter("redis_writes_total", "Copies sent to a Redis, removed there, or not sent.",
                        {{"redis", status.shown()}, {"what", what}});
}

}  // namespace

RedisTier::RedisTier(Host& host, std::shared_ptr<redis::Server> server, std::shared_ptr<PurgeLog> log,
                     MemoryStore& memory, const Form& form, Options options)
    : host_{host},
      attendance_{host, std::move(server)},
      status_{attendance_.server().status()},
      log_{std::move(log)},
      memory_{memory},
      form_{form},
      options_{std::move(options)},
      heres_(attendance_.server().loops()),
      follower_{heres_.size()},
      hits_{lookups(host, status_, "hit")},
      misses_{lookups(host, status_, "miss")},
      stale_{lookups(host, status_, "purged")},
      stored_{writes(host, status_, "stored")},
      removed_{writes(host, status_, "removed")},
      refused_{writes(host, status_, "refused")} {
    // Where loops run already, after a reload, nobody needs to ask first.
    host_.post(0, [this] { attend(); });
}

void RedisTier::attend() {
    if (follower_.load(std::memory_order_relaxed) < heres_.size()) return;
    std::size_t nobody = heres_.size();
    const std::size_t loop = host_.this_loop();
    if (loop < heres_.size() && follower_.compare_exchange_strong(nobody, loop)) host_.spawn(follow());
}

Connection* RedisTier::here() {
    attend();
    Connection* const connection = attendance_.here();
    return connection && connection->open() ? connection : nullptr;
}

// Texts are long, and may be secret.
std::string RedisTier::name_of(std::string_view text) const {
    return options_.prefix + redis::sha256_hex(text).substr(0, 40);
}

// --- lookups

Task<std::shared_ptr<const Item>> RedisTier::find(Key key, std::string text) {
    Connection* const connection = here();
    if (!connection || now_begun() == Moment{}) co_return nullptr;
    const Moment begun = memory_.now_begun();
    std::string command;
    Command{command, 2}.add("GET").add(name_of(text));
    Call call{*connection, options_.timeout};
    connection->send(command, &call, turn());
    const Reply* const reply = co_await call;
    if (!reply) co_return nullptr;
    auto item = item_of(*reply, text);
    if (item) (void)memory_.put(key, item, begun);
    co_return item;
}

std::shared_ptr<const Item> RedisTier::item_of(const Reply& reply, std::string_view text) {
    if (reply.kind == Reply::Kind::error) {
        status_.trouble(host_, "reply", reply.text);
        return nullptr;
    }
    status_.replied(host_);
    const auto envelope = reply.kind == Reply::Kind::text ? Envelope::read(reply.text) : std::nullopt;
    const bool there = envelope && envelope->text == text;
    auto item = there ? form_.read(envelope->bytes) : nullptr;
    const bool stale = item && (now_begun() == Moment{} || log_->may_be_purged(envelope->begun, *item));
    (!item ? misses_ : stale ? stale_ : hits_).add();
    return stale ? nullptr : item;
}

// --- what nobody waits for

void RedisTier::put(std::string_view text, const Item& item, Moment begun, std::chrono::milliseconds keep) {
    Connection* const connection = here();
    if (!connection || keep < 1ms || log_->may_be_purged(begun, item)) return;
    std::string bytes;
    form_.write(item, bytes);
    const std::string value = Envelope{begun, text, bytes}.written();
    const std::size_t loop = host_.this_loop();
    if (value.size() > options_.largest || heres_[loop].under_way + value.size() > most_under_way) {
        refused_.add();
        return;
    }
    std::string command;
    const auto milliseconds = static_cast<std::uint64_t>(keep.count());
    Command{command, 5}.add("SET").add(name_of(text)).add(value).add("PX").add(milliseconds);
    host_.spawn(send(std::move(command), loop, stored_));
}

void RedisTier::remove(std::string_view text) {
    if (!here()) return;
    std::string command;
    Command{command, 2}.add("DEL").add(name_of(text));
    host_.spawn(send(std::move(command), host_.this_loop(), removed_));
}

Task<void> RedisTier::send(std::string command, std::size_t loop, Counter& done) {
    struct UnderWay {
        std::size_t& bytes;
        const std::size_t size;
        ~UnderWay() { bytes -= size; }
    };
    const UnderWay under_way{heres_[loop].under_way += command.size(), command.size()};
    Connection* const connection = attendance_.here();
    Call call{*connection, patience};
    connection->send(command, &call, turn());
    const Reply* const reply = co_await call;
    if (!reply) co_return;
    if (reply->kind == Reply::Kind::error)  // it is full, or a replica
        status_.trouble(host_, "reply", reply->text);
    else
        done.add();
}

// --- the log

void RedisTier::tell(Purge purge) {
    log_->tell(std::move(purge));
    const std::size_t loop = follower_.load(std::memory_order_relaxed);
    if (loop < heres_.size()) host_.post(loop, [this] { host_.spawn(read_log()); });
}

Task<void> RedisTier::follow() {
    for (;;) {
        if (log_->due(host_.now(), options_.every)) co_await read_log();
        co_await host_.sleep(options_.every);
    }
}

Task<void> RedisTier::read_log() {
    const std::string name = options_.prefix + "purges";
    for (int round = 0; round < most_rounds; ++round) {
        Connection* const connection = attendance_.here();
        if (!connection->open()) co_return;
        Call call{*connection, patience};
        const auto asked = host_.now();
        connection->send(log_->question(name), &call, turn());
        const Reply* const reply = co_await call;
        if (!reply) co_return;
        if (reply->kind != Reply::Kind::text || !log_->heard(reply->text, asked)) {
            status_.trouble(host_, "reply",
                            reply->kind == Reply::Kind::error ? reply->text : "a reply that is no log of purges");
            co_return;
        }
        status_.replied(host_);
        if (!log_->behind()) co_return;
    }
}

}  // namespace tollgate::cache
