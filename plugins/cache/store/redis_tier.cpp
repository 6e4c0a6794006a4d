// plugins/cache/store/redis_tier.cpp - one question for a lookup, one message for the rest.
#include "store/redis_tier.h"

#include "redis/digest.h"
#include "store/envelope.h"

#include <algorithm>
#include <iterator>
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
constexpr std::size_t most_owed = 10'000, most_at_once = 500;  // names
constexpr std::size_t most_under_way = std::size_t{16} << 20;  // bytes of a loop

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
      reader_{std::make_shared<LogReader>(host, std::move(server), std::move(log), options.prefix + "purges",
                                          options.every)},
      log_{reader_->log()},
      status_{reader_->attendance().server().status()},
      memory_{memory},
      form_{form},
      options_{std::move(options)},
      heres_(reader_->attendance().server().loops()),
      hits_{lookups(host, status_, "hit")},
      misses_{lookups(host, status_, "miss")},
      stale_{lookups(host, status_, "purged")},
      stored_{writes(host, status_, "stored")},
      removed_{writes(host, status_, "removed")},
      refused_{writes(host, status_, "refused")} {
    log_.add(*reader_);
    reader_->begin();
}

RedisTier::~RedisTier() {
    log_.remove(*reader_);
    reader_->end();
}

Connection* RedisTier::here() {
    attend();
    Connection* const connection = reader_->attendance().here();
    if (!connection || !connection->open()) return nullptr;
    if (owes_.load(std::memory_order_relaxed)) pay();
    return connection;
}

// The oldest are forgotten where there are too many: of these an older copy may be found again.
void RedisTier::owe(std::vector<std::string> names) {
    const std::lock_guard lock{mutex_};
    for (auto& name : names) owed_.push_back(std::move(name));
    while (owed_.size() > most_owed) owed_.pop_front();
    owes_ = true;
}

void RedisTier::pay() {
    std::vector<std::string> names;
    {
        const std::lock_guard lock{mutex_};
        const auto count = std::min(owed_.size(), most_at_once);
        names.assign(std::make_move_iterator(owed_.begin()), std::make_move_iterator(owed_.begin() + count));
        owed_.erase(owed_.begin(), owed_.begin() + count);
        owes_ = !owed_.empty();
    }
    if (names.empty()) return;
    std::string text;
    Command command{text, 1 + names.size()};
    command.add("DEL");
    for (const std::string& name : names) command.add(name);
    host_.spawn(send(std::move(text), host_.this_loop(), removed_, std::move(names)));
}

// Texts are long, and may be secret.
std::string RedisTier::name_of(std::string_view text) const {
    return options_.prefix + redis::sha256_hex(text).substr(0, 40);
}

// --- lookups

Task<std::shared_ptr<const Item>> RedisTier::find(Key key, std::string text, std::chrono::nanoseconds at_most) {
    Connection* const connection = here();
    if (!connection || now_begun() == Moment{}) co_return nullptr;
    const Moment begun = memory_.now_begun();
    std::string command;
    Command{command, 2}.add("GET").add(name_of(text));
    Call call{*connection, std::min(options_.timeout, at_most)};
    connection->send(command, &call, turn());
    const Reply* const reply = co_await call;
    if (!reply) co_return nullptr;
    auto item = item_of(*reply, text);
    if (!item) co_return nullptr;
    if (auto here = memory_.find(key); here && form_.is_newer(*here, *item)) co_return here;
    (void)memory_.put(key, item, begun);
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
    const bool stale = item && (now_begun() == Moment{} || log_.may_be_purged(envelope->begun, *item));
    (!item ? misses_ : stale ? stale_ : hits_).add();
    return stale ? nullptr : item;
}

// --- what nobody waits for

void RedisTier::put(std::string_view text, const Item& item, Moment begun, std::chrono::milliseconds keep) {
    // What nobody can say how old it is must not be found later, but neither must what is older still.
    if (begun == Moment{} || keep < 1ms || !here()) return remove(text);
    if (log_.may_be_purged(begun, item)) return;
    const std::size_t loop = host_.this_loop();
    const auto fits = [&](std::size_t bytes) {
        return bytes <= options_.largest && heres_[loop].under_way + bytes <= most_under_way;
    };
    std::string bytes, value;
    if (fits(item.bytes())) {  // to write a long one for nothing takes the loop's time
        form_.write(item, bytes);
        value = Envelope{begun, text, bytes}.written();
    }
    if (value.empty() || !fits(value.size())) {
        refused_.add();
        return remove(text);
    }
    std::string command;
    const auto milliseconds = static_cast<std::uint64_t>(keep.count());
    std::vector<std::string> names{name_of(text)};
    Command{command, 5}.add("SET").add(names[0]).add(value).add("PX").add(milliseconds);
    host_.spawn(send(std::move(command), loop, stored_, std::move(names)));
}

void RedisTier::remove(std::string_view text) {
    owe({name_of(text)});
    (void)here();
}

Task<void> RedisTier::send(std::string command, std::size_t loop, Counter& done, std::vector<std::string> names) {
    struct UnderWay {
        std::size_t& bytes;
        const std::size_t size;
        ~UnderWay() { bytes -= size; }
    };
    const UnderWay under_way{heres_[loop].under_way += command.size(), command.size()};
    Connection* const connection = reader_->attendance().here();
    Call call{*connection, patience};
    connection->send(command, &call, turn());
    const Reply* const reply = co_await call;
    if (!reply) co_return owe(std::move(names));
    if (reply->kind == Reply::Kind::error)  // it is full, or a replica
        status_.trouble(host_, "reply", reply->text);
    else
        done.add();
}

}  // namespace tollgate::cache
