// plugins/ratelimit/redis/redis_store.cpp - claims as commands, deadlines, and what holds without an answer.
#include "redis/redis_store.h"

#include "redis/digest.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <random>
#include <stdexcept>
#include <utility>

namespace tollgate::ratelimit {

using redis::Call;
using redis::Connection;
using redis::Reply;
using redis::sha256_hex;

namespace {

constexpr std::size_t longest_key = 128;  // longer ones are known by their digest
constexpr unsigned loop_bits = 16;        // of the number of a place

std::string random_name() {
    std::random_device device;
    char digits[17];
    const auto number = (std::uint64_t{device()} << 32) | device();
    return {digits, std::to_chars(digits, digits + sizeof digits, number, 16).ptr};
}

bool is_concurrency(const Claim& claim) noexcept { return claim.limit.algorithm() == Algorithm::concurrency; }

// What a reply is that is no decision, in words for the log.
std::string complaint(const Reply& reply) {
    if (reply.kind != Reply::Kind::error) return "a reply that is no decision";
    const std::string_view word = reply.error_word();
    if (word == "MOVED" || word == "ASK" || word == "CROSSSLOT" || word == "CLUSTERDOWN")
        return reply.text + " (Redis Cluster is not supported: give the address of one Redis)";
    return reply.text;
}

}  // namespace

// While a request waits for a place it may have one already: if it ends before it hears of it, that is given back, in
// the same line and so after it was taken.
struct RedisStore::Undecided {
    RedisStore& store;
    Connection& connection;
    std::span<const Claim> claims;
    Moment now;
    bool over = false;

    ~Undecided() {
        for (const Claim& claim : claims)
            if (!over && is_concurrency(claim)) store.give_back_there(connection, claim, now);
    }
};

RedisStore::RedisStore(Host& host, std::shared_ptr<redis::Server> server, Store& memory, Options options)
    : host_{host},
      server_{std::move(server)},
      memory_{memory},
      decisions_{host.counter("redis_decisions_total", "Decisions that a Redis made.",
                              {{"redis", server_->status().shown()}})},
      fallbacks_{host.counter("redis_fallbacks_total", "Decisions made by on_error, without a Redis.",
                              {{"redis", server_->status().shown()}})},
      seconds_{host.gauge("redis_decision_seconds", "How long all these decisions took together.",
                          {{"redis", server_->status().shown()}})},
      options_{std::move(options)},
      gateway_{random_name()},
      heres_(server_->loops()) {}

Task<void> RedisStore::take(std::span<Claim> claims, Moment now) {
    Connection* const connection = here();
    if (!connection || connection->alone()) return memory_.take(claims, now);
    if (connection->open()) return ask_there(*connection, claims, now);
    fall_back(claims, now);
    return {};
}

Task<void> RedisStore::ask_there(Connection& connection, std::span<Claim> claims, Moment now) {
    const std::size_t loop = host_.this_loop();
    for (Claim& claim : claims)
        if (is_concurrency(claim)) claim.decision.receipt = (++heres_[loop].named << loop_bits) | loop;
    More nothing;
    if (co_await decided_there(connection, claims, now, nothing)) {
        hold_places(claims);
        co_return;
    }
    if (connection.alone())
        (void)memory_.take(claims, now);
    else
        fall_back(claims, now);
}

Task<bool> RedisStore::take_more(Claim& claim, double batch, Moment now) {
    Connection* const connection = here();
    More more{batch};
    if (!connection || !connection->open()) {
        if (const Task<void> later = take({&claim, 1}, now)) co_await later;
        co_return false;
    }
    if (!co_await decided_there(*connection, {&claim, 1}, now, more)) {
        if (connection->alone())
            (void)memory_.take({&claim, 1}, now);
        else
            fall_back({&claim, 1}, now);
    }
    co_return more.got;
}

Task<bool> RedisStore::decided_there(Connection& connection, std::span<Claim> claims, Moment now, More& more) {
    for (Claim& claim : claims) claim.hash = 0;
    Undecided undecided{*this, connection, claims, now};
    const auto began = host_.now();
    for (const bool whole_text : {false, true}) {
        Call call{connection, options_.timeout};
        connection.send(command(claims, more, whole_text), &call, now.steady);
        const Reply* const reply = co_await call;
        if (!reply) co_return false;
        if (!whole_text && reply->error_word() == "NOSCRIPT")
            continue;  // it was started anew: once with the whole text
        undecided.over = true;
        if (read(*reply, claims, now, more)) {
            decisions_.add();
            seconds_.add(std::chrono::duration<double>{host_.now() - began}.count());
            server_->status().replied(host_);
            co_return true;
        }
        server_->status().trouble(host_, "reply", complaint(*reply));
        co_return false;
    }
    co_return false;
}

bool RedisStore::read(const Reply& reply, std::span<Claim> claims, Moment now, More& more) const noexcept {
    return more.batch > 0 ? read_decision(reply, claims[0], now, more.got) : read_decisions(reply, claims, now);
}

void RedisStore::fall_back(std::span<Claim> claims, Moment now) {
    fallbacks_.add();
    if (options_.on_error == OnError::local) {
        (void)memory_.take(claims, now);
        return;
    }
    for (Claim& claim : claims) claim.decision = {.admitted = options_.on_error == OnError::open, .unavailable = true};
}

void RedisStore::give_back(std::span<const Claim> claims, Moment now) noexcept {
    for (const Claim& claim : claims) {
        if (claim.decision.unavailable) continue;
        if (claim.hash != 0)
            memory_.give_back({&claim, 1}, now);
        else if (Connection* const connection = here(); connection && claim.decision.due <= now.steady)
            give_back_there(*connection, claim, now);
    }
}

void RedisStore::clear(const Claim& claim, Moment now) noexcept {
    memory_.clear(claim, now);
    Connection* const connection = here();
    if (!connection || is_concurrency(claim)) return;
    std::string key, command;
    add_key(key, claim);
    redis::Command{command, 2}.add("DEL").add(key);
    connection->send(command, nullptr, now.steady);
}

void RedisStore::give_back_there(Connection& connection, const Claim& claim, Moment now) {
    thread_local std::string key, command;  // the loop's: keep their room
    key.clear();
    command.clear();
    add_key(key, claim);
    const std::string place = is_concurrency(claim) ? place_name(claim.decision.receipt) : std::string{};
    if (is_concurrency(claim)) heres_[host_.this_loop()].places.leave(claim.decision.receipt);
    ask_back(command, {.claim = &claim, .key = key, .place = place}, time());
    connection.send(command, nullptr, now.steady);
}

// ratelimit:NAME:KEY.
void RedisStore::add_key(std::string& out, const Claim& claim) const {
    out += options_.prefix;
    add_name(out, *claim.name, claim.limit.algorithm());
    out += ':';
    if (claim.secret || claim.key.size() > longest_key || claim.key.starts_with('#'))
        (out += '#') += sha256_hex(claim.key).substr(0, 32);
    else
        out += claim.key;
}

std::string RedisStore::place_name(std::uint64_t number) const { return gateway_ + '-' + std::to_string(number); }

std::int64_t RedisStore::lease() const noexcept {
    return std::chrono::duration_cast<std::chrono::microseconds>(options_.place_lease).count();
}

// Valid until the next call on this thread.
const std::string& RedisStore::command(std::span<const Claim> claims, const More& more, bool whole_text) const {
    constexpr std::size_t most = 8;
    thread_local std::string command;
    thread_local std::array<std::string, most> keys, places;
    std::array<Question, most> questions;
    if (claims.size() > most) throw std::logic_error{"more limits of a request than a Redis is asked for"};
    command.clear();
    for (std::size_t i = 0; i < claims.size(); ++i) {
        keys[i].clear();
        add_key(keys[i], claims[i]);
        if (is_concurrency(claims[i])) places[i] = place_name(claims[i].decision.receipt);
        double cost = claims[i].cost;
        for (std::size_t k = 0; k < i; ++k)
            if (keys[k] == keys[i]) cost += claims[k].cost;
        questions[i] = {.claim = &claims[i], .key = keys[i], .place = places[i], .cost_of_key = cost, .lease = lease()};
    }
    if (more.batch > 0) {
        questions[0].cost_of_key = more.batch;
        ask_for_more(command, questions[0], time(), whole_text);
    } else {
        ask(command, std::span{questions.data(), claims.size()}, time(), whole_text);
    }
    return command;
}

// --- requests under way

void RedisStore::hold_places(std::span<const Claim> claims) {
    if (!all_admitted(claims)) return;
    const std::size_t loop = host_.this_loop();
    Here& here = heres_[loop];
    for (const Claim& claim : claims) {
        if (!is_concurrency(claim) || claim.cost <= 0) continue;  // who only asks is not under way
        std::string key;
        add_key(key, claim);
        here.places.hold(claim.decision.receipt, key, host_.now());
        if (!std::exchange(here.renews, true)) host_.spawn(renew_places(loop));
    }
}

// For as long as there are any.
Task<void> RedisStore::renew_places(std::size_t loop) {
    Places& places = heres_[loop].places;
    Connection& connection = server_->connection(loop);
    std::string command;
    while (!places.empty()) {
        co_await host_.sleep(options_.place_lease / 6);
        const auto now = host_.now();
        command.clear();
        places.renew(now, options_.place_lease / 3, [&](std::uint64_t place, std::string_view key) {
            const std::string name = place_name(place);
            command.clear();
            ask_to_renew(command, {.claim = nullptr, .key = key, .place = name, .lease = lease()}, time());
            connection.send(command, nullptr, ticks_of(now));
        });
    }
    heres_[loop].renews = false;
}

}  // namespace tollgate::ratelimit
