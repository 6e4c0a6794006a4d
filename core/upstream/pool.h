// core/upstream/pool.h - Pool: one loop's kept-alive connections to targets, and how a new one is made.
#pragma once

#include "http/wire.h"
#include "net/resolver.h"
#include "net/tls_stream.h"
#include "upstream/upstream.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tollgate::upstream {

// What became of one pool's connections. Written by its loop, read by any thread.
struct PoolTally {
    std::atomic<std::uint64_t> opened{0}, reused{0}, failed{0};
    static void add(std::atomic<std::uint64_t>& figure, std::uint64_t n = 1) noexcept {
        figure.store(figure.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }
};

// Why no connection came about.
struct NotConnected {
    Outcome outcome = Outcome::not_connected;  // or connect_timeout, or tls_failed
    std::string how;  // "connection refused", "certificate verify failed: self-signed certificate"
};

// Outlives reloads: connections are kept by the target's state, which configurations share. Loop only.
class Pool {
public:
    Pool(net::EventLoop& loop, net::Lookups& lookups);
    ~Pool();

    // A kept-alive connection, the one used last first; null if there is none. Never one that was made by other settings
    // of TLS than the target has now. `careful`: one that the target closed a
    // moment ago is found out by asking the kernel, for a request that could not be tried again.
    std::unique_ptr<net::Stream> take(const UpstreamTarget& target, bool careful);
    // A new one, by TLS where the target wants that; all of it within `timeout`. Null where it failed: `why` says how.
    Task<std::unique_ptr<net::Stream>> connect(const UpstreamTarget& target, net::Duration timeout, NotConnected& why);
    // For the next request. Closed when it has been idle for `time`, when the target closes or sends something, or when
    // there are `most` of them.
    void keep(const UpstreamTarget& target, std::unique_ptr<net::Stream> stream, std::size_t most, net::Duration time);
    void close_all() noexcept;
    // An empty text with the memory of the last one given back: request heads are written into it.
    std::string lend_text() noexcept { return std::exchange(spare_text_, {}); }
    void give_back(std::string text) noexcept {
        text.clear();
        if (text.capacity() <= 16 << 10) spare_text_ = std::move(text);
    }
    net::EventLoop& loop() const noexcept { return loop_; }
    const PoolTally& tally() const noexcept { return tally_; }

private:
    class Kept;
    struct Shelf {
        std::shared_ptr<TargetState> target;  // keeps the key alive
        std::string name;                     // of a target that DNS knows where to find
        std::vector<std::unique_ptr<Kept>> connections;
    };
    void drop(Kept& kept) noexcept;
    Task<std::unique_ptr<net::Stream>> open(const UpstreamTarget& target, net::Duration timeout, NotConnected& why);
    Task<std::unique_ptr<net::Stream>> open_at(const UpstreamTarget& target, Poco::Net::SocketAddress address,
                                               net::Duration timeout, NotConnected& why);
    // Whether DNS has said meanwhile that the name's targets are elsewhere than where the stream leads to.
    bool withdrawn(const std::string& name, const net::Stream& stream) const;
    void drop_withdrawn(const std::string& name);

    net::EventLoop& loop_;
    net::Resolver resolver_;
    net::HandshakePace pace_;
    PoolTally tally_;  // before the shelves, whose connections count in it to their end
    std::unordered_map<const TargetState*, Shelf> shelves_;
    std::string spare_text_;
};

}  // namespace tollgate::upstream
