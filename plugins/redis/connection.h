// plugins/redis/connection.h - Connection: one loop's pipeline to a Redis, and Call: a command in it.
//
// Everything a loop wants to know goes over one connection, and replies come in order: the first command of a turn of
// the loop goes out at once, with what was left; the others of that turn leave together, with the next reply or the
// next turn. Nobody waits longer than his deadline; a reply that comes later is taken from the line and dropped.
#pragma once

#include "redis/address.h"
#include "redis/protocol.h"
#include "redis/wire.h"

#include <tollgate/host.h>

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::redis {

class Connection;
class Status;
using TimePoint = std::chrono::steady_clock::time_point;

// Awaited once, after Connection::send(). Withdrawn by its destructor: the command stays sent.
class Call {
public:
    Call(Connection& connection, std::chrono::nanoseconds timeout) noexcept
        : connection_{connection}, timeout_{timeout} {}
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    bool await_ready() const noexcept { return ended_; }
    void await_suspend(std::coroutine_handle<> waiter) noexcept { waiter_ = waiter; }
    // Holds until the next suspension. Null: there was none in time, or the connection is gone.
    const Reply* await_resume() const noexcept { return reply_; }
    bool late() const noexcept { return late_; }  // null because of the deadline

private:
    friend class Connection;
    void end(const Reply* reply, bool late);

    Connection& connection_;
    std::chrono::nanoseconds timeout_;
    TimePoint deadline_{};
    std::coroutine_handle<> waiter_;
    const Reply* reply_ = nullptr;
    std::uint64_t number_ = 0;  // in the line; 0: not in it
    bool ended_ = false, late_ = false;
};

// Of one loop, and for it only, but for the constructor and, when the loop has ended, the destructor.
class Connection {
public:
    // All outlive it. `trust`: null for a connection without TLS.
    Connection(const Address& address, const TlsTrust* trust, Status& status) noexcept
        : address_{address}, trust_{trust}, status_{status} {}
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Connects, reads, and connects anew, for as long as the task lives. Of several (uses of the plugin come and go)
    // one does it, and when it is destroyed the next goes on with what it finds. `keep` holds this connection.
    Task<void> drive(Host& host, std::shared_ptr<void> keep);

    // Whether it makes sense to ask: connected, or about to be for the first time.
    bool open() const noexcept { return state_ == State::up || state_ == State::fresh; }
    // A rehearsal: nobody is there to talk to, and that is no error.
    bool alone() const noexcept { return state_ == State::alone; }

    // Puts a command (of Command) into the line; `call`, if given, gets its reply. `turn` is another number in another
    // turn of the loop.
    void send(std::string_view command, Call* call, std::uint64_t turn);
    // What is kept back goes out at once: of somebody who leaves, and does not know who comes after him.
    void push() noexcept {
        if (state_ == State::up) flush();
    }
    // Another number once it has been connected anew: whoever is there now may not be as he was before.
    std::uint64_t life() const noexcept { return state_ == State::fresh ? 1 : lives_; }

private:
    friend class Call;
    enum class State : std::uint8_t { fresh, down, up, alone };
    class Seat;

    Task<bool> connect(Host& host);
    Task<bool> reach(Host& host, const Endpoint& endpoint, std::string& why);
    Task<bool> somebody_is_there(Host& host);
    Task<bool> shake_hands(Host& host, std::string& why);
    Task<bool> greet(Host& host, std::string& why);
    Task<const Reply*> greeting_reply(Host& host, TimePoint deadline, std::string& why);
    Task<void> watch(Host& host);
    std::chrono::nanoseconds pause();
    void came(Host& host);
    void flush() noexcept;
    void expire(Host& host, TimePoint now);
    void lose(Host& host, std::string_view why);
    void send_everybody_away();
    bool anybody_waits() const noexcept;

    const Address& address_;
    const TlsTrust* const trust_;
    Status& status_;
    State state_ = State::fresh;
    std::unique_ptr<Wire> wire_;
    Replies replies_;
    std::string out_;           // not sent yet
    std::deque<Call*> line_;    // whose reply is to come; null: nobody's any more
    std::uint64_t first_ = 1;   // number of the line's first
    std::uint64_t turn_ = 0;    // of the last flush
    TimePoint silent_since_{};  // while something is in the line: since when nothing has come
    bool deaf_ = false;         // writing failed
    std::chrono::nanoseconds shortest_timeout_{std::chrono::seconds{1}};  // of all calls so far
    std::uint64_t lives_ = 0;   // how often it has been connected
    int attempts_ = 0;                                                    // to connect, since it last replied
    std::list<Seat*> seats_;                                              // the first drives
    std::coroutine_handle<> idle_watch_;                                  // waits for somebody to wait
    std::uint64_t noise_ = 0x9e3779b97f4a7c15;
};

}  // namespace tollgate::redis
