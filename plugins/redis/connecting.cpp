// plugins/redis/connecting.cpp - how a Connection comes up: endpoints, TLS, login, and when to try again.
#include "redis/connection.h"
#include "redis/status.h"

#include <algorithm>
#include <stdexcept>
#include <system_error>

namespace tollgate::redis {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

constexpr nanoseconds connect_timeout = 500ms, greeting_timeout = 500ms;
constexpr nanoseconds shortest_pause = 10ms, longest_pause = 250ms;  // between two attempts

}  // namespace

nanoseconds Connection::pause() {
    const nanoseconds most = std::min<nanoseconds>(longest_pause, shortest_pause * (1 << std::min(attempts_, 5)));
    noise_ = noise_ * 6364136223846793005ULL + reinterpret_cast<std::uintptr_t>(this) * 2 + 1;
    return most / 2 + nanoseconds{static_cast<std::int64_t>(noise_ >> 33) % (most.count() / 2)};
}

Task<bool> Connection::connect(Host& host) {
    struct Found {
        std::vector<Endpoint> endpoints;
        std::string problem;
    };
    Found found;
    if (const auto known = known_endpoint(address_))
        found.endpoints.push_back(*known);
    else
        found = co_await host.run_blocking([address = address_] {
            Found found;
            try {
                found.endpoints = resolve(address);
            } catch (const std::exception& problem) {
                found.problem = problem.what();
            }
            return found;
        });
    for (const Endpoint& endpoint : found.endpoints) {
        if (co_await reach(host, endpoint, found.problem)) {
            state_ = State::up;
            ++lives_;
            deaf_ = false;
            silent_since_ = host.now();
            status_.connected(host);
            flush();
            co_return true;
        }
        wire_.reset();
    }
    if (state_ == State::alone)
        send_everybody_away();
    else
        lose(host, found.problem);
    co_return false;
}

Task<bool> Connection::reach(Host& host, const Endpoint& endpoint, std::string& why) {
    try {
        wire_ = std::make_unique<Wire>(endpoint);
        if (!co_await somebody_is_there(host)) co_return false;
        wire_->connect(endpoint);
        if (!co_await host.ready(wire_->descriptor(), Interest::writable, connect_timeout)) {
            why = "no connection in time";
            co_return false;
        }
        wire_->check_connected();
        if (trust_ && !co_await shake_hands(host, why)) co_return false;
        co_return co_await greet(host, why);
    } catch (const std::system_error& problem) {
        why = problem.code().message();
    } catch (const std::runtime_error& problem) {
        why = problem.what();
    }
    co_return false;
}

// A socket that is not connected is ready at once. A rehearsal refuses to wait for any, and should not have connected.
Task<bool> Connection::somebody_is_there(Host& host) {
    try {
        co_await host.ready(wire_->descriptor(), Interest::writable, connect_timeout);
        co_return true;
    } catch (const std::system_error&) {
        throw;
    } catch (const std::runtime_error&) {
        state_ = State::alone;
        co_return false;
    }
}

Task<bool> Connection::shake_hands(Host& host, std::string& why) {
    wire_->begin_tls(*trust_, address_.host);
    const TimePoint deadline = host.now() + greeting_timeout;
    for (;;) {
        const TlsSession::Step step = wire_->handshake();
        if (step == TlsSession::Step::done) co_return true;
        const auto interest = step == TlsSession::Step::needs_reading ? Interest::readable : Interest::writable;
        const nanoseconds left = deadline - host.now();
        const bool failed = step == TlsSession::Step::failed;
        if (failed || left <= 0ns || !co_await host.ready(wire_->descriptor(), interest, left)) {
            why = failed ? wire_->problem() : "no TLS in time";
            co_return false;
        }
    }
}

// Logs in, and makes sure that somebody replies who speaks the protocol.
Task<bool> Connection::greet(Host& host, std::string& why) {
    std::string words;
    std::size_t questions = 1;
    if (!address_.password.empty()) {
        Command login{words, address_.user.empty() ? 2U : 3U};
        login.add("AUTH");
        if (!address_.user.empty()) login.add(address_.user);
        login.add(address_.password);
        ++questions;
    }
    if (address_.database != 0) {
        Command{words, 2}.add("SELECT").add(static_cast<std::uint64_t>(address_.database));
        ++questions;
    }
    Command{words, 1}.add("PING");
    replies_.reset();
    if (wire_->write(words) != static_cast<std::ptrdiff_t>(words.size())) {
        why = wire_->problem().empty() ? "it takes nothing" : wire_->problem();
        co_return false;
    }
    const TimePoint deadline = host.now() + greeting_timeout;
    for (; questions > 0; --questions) {
        const Reply* const reply = co_await greeting_reply(host, deadline, why);
        if (!reply) co_return false;
        if (reply->kind == Reply::Kind::text) continue;
        why = "it does not let us in: " + (reply->kind == Reply::Kind::error ? reply->text : "another reply than OK");
        co_return false;
    }
    co_return true;
}

Task<const Reply*> Connection::greeting_reply(Host& host, TimePoint deadline, std::string& why) {
    for (;;) {
        if (const Reply* reply = replies_.next()) co_return reply;
        if (const char* problem = replies_.problem()) {
            why = problem;
            co_return nullptr;
        }
        char bytes[512];
        const auto size = wire_->read(bytes);
        if (size > 0) replies_.feed({bytes, static_cast<std::size_t>(size)});
        if (size > 0) continue;
        const nanoseconds left = deadline - host.now();
        const bool ended = size < 0;
        if (ended || left <= 0ns || !co_await host.ready(wire_->descriptor(), Interest::readable, left)) {
            why = ended ? wire_->problem() : "no reply in time";
            co_return nullptr;
        }
    }
}

}  // namespace tollgate::redis
