// core/http/server.h - Server: POCO's HTTPServer with its thread per connection replaced by event loops.
//
// POCO's life cycle stays: it makes the accepting thread, starts and stops it. run() is ours: what it accepts goes to
// the loops in turn, which is even where SO_REUSEPORT and EPOLLEXCLUSIVE were not (64 to 0, 36 to 28).
#pragma once

#include "http/listener.h"
#include "http/session.h"

#include <Poco/Net/HTTPServer.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace tollgate::http {

class Server final : public Poco::Net::HTTPServer {
public:
    // `lanes` outlive the server, and their loops run from start() to after stop().
    Server(std::vector<Lane*> lanes, std::vector<Listener> listeners);
    ~Server() override;

    // Any thread but the accepting one. Those no longer listed are closed; connections accepted from them live on. Returns
    // when connections are accepted by the new list only.
    void set_listeners(std::vector<Listener> listeners);
    std::vector<Listener> listeners() const;
    void set_most_connections(std::size_t most) noexcept { most_.store(most, std::memory_order_relaxed); }
    void set_most_handshakes(std::size_t most) noexcept { most_handshakes_.store(most, std::memory_order_relaxed); }
    // Returns when whatever had been accepted is with its loop. What still waits in a queue is accepted first.
    void stop_accepting();
    std::size_t connections() const noexcept;
    std::size_t handshakes() const noexcept;  // of TLS, under way
    std::uint64_t handshakes_refused() const noexcept { return handshakes_refused_.load(std::memory_order_relaxed); }
    std::uint64_t strangers() const noexcept { return strangers_.load(std::memory_order_relaxed); }  // who are no such proxy
    std::uint64_t accepted() const noexcept { return accepted_.load(std::memory_order_relaxed); }  // so far
    // Called on the accepting thread for each connection refused because there are too many.
    void on_refused(std::function<void()> hook) { refused_ = std::move(hook); }
    void finish();  // instead of stop(): wakes run(), then stops

private:
    void run() override;
    void accept_all(const Listener& listener);
    bool has_room(const Listener& listener, int descriptor);
    bool may_come(const Listener& listener, const Client& client);
    void wake() noexcept;
    void complain(const std::string& what);

    std::vector<Lane*> lanes_;
    mutable std::mutex mutex_;
    std::condition_variable seen_;
    std::uint64_t asked_ = 0, polled_ = 0;  // how often set_listeners() was called, and what of that run() has seen
    bool running_ = false;
    std::vector<Listener> listeners_;
    std::function<void()> refused_;
    std::atomic<std::size_t> most_{50'000}, most_handshakes_{10'000};
    std::atomic<bool> finishing_{false};
    std::atomic<std::uint64_t> accepted_{0}, handshakes_refused_{0}, strangers_{0};
    std::size_t turn_ = 0;  // the accepting thread's, and so is complained_
    net::TimePoint complained_{};
    int wake_, spare_;  // an eventfd; a descriptor to give up when there are no more
};

}  // namespace tollgate::http
