// core/upstream/pool.cpp - keeping, taking and making connections to targets.
#include "upstream/pool.h"

#include "net/connection.h"

#include <algorithm>
#include <cerrno>

namespace tollgate::upstream {

// An idle connection: anything that happens to it ends it.
class Pool::Kept final : private net::Stream::Owner, private net::Timer {
public:
    static void* operator new(std::size_t size) { return detail::allocate_frame(size); }
    static void operator delete(void* memory, std::size_t size) noexcept { detail::free_frame(memory, size); }

    Kept(Pool& pool, const UpstreamTarget& by, std::unique_ptr<net::Stream> stream, net::Duration time)
        : pool{pool}, target{&by.state()}, tls_{by.tls()}, stream_{std::move(stream)} {
        stream_->set_owner(this);
        pool.loop_.arm(*this, time);
        target->idle.fetch_add(1, std::memory_order_relaxed);
    }
    ~Kept() { target->idle.fetch_sub(1, std::memory_order_relaxed); }
    std::unique_ptr<net::Stream> release() noexcept {
        stream_->set_owner(nullptr);
        return std::move(stream_);
    }
    const net::Stream& stream() const noexcept { return *stream_; }
    bool usable(const UpstreamTarget& by, bool careful) const noexcept {
        return tls_ == by.tls() && !stream_->may_read() && (!careful || stream_->silent());
    }

    Pool& pool;
    TargetState* const target;  // held by the shelf

private:
    void on_unawaited(bool) override { pool.drop(*this); }
    void on_timer() override { pool.drop(*this); }
    std::shared_ptr<const net::TlsClientContext> tls_;
    std::unique_ptr<net::Stream> stream_;
};

namespace {

// Whether that is how a handshake ends, and not how connecting does. EINVAL: a name that no certificate can have.
bool of_tls(const net::IoResult& result) noexcept {
    return result.error == EPROTO || result.error == EKEYREJECTED || result.error == ECONNRESET || result.error == EINVAL;
}

}  // namespace

Pool::Pool(net::EventLoop& loop, net::Lookups& lookups) : loop_{loop}, resolver_{loop, lookups} {
    resolver_.on_withdrawn([this](const std::string& name) { drop_withdrawn(name); });
}
Pool::~Pool() = default;

std::unique_ptr<net::Stream> Pool::take(const UpstreamTarget& target, bool careful) {
    const auto shelf = shelves_.find(&target.state());
    if (shelf == shelves_.end()) return nullptr;
    auto& connections = shelf->second.connections;
    while (!connections.empty()) {
        auto kept = std::move(connections.back());
        connections.pop_back();
        if (!kept->usable(target, careful)) continue;
        if (!target.literal()) resolver_.freshen(target.where());
        PoolTally::add(tally_.reused);
        return kept->release();
    }
    return nullptr;
}

Task<std::unique_ptr<net::Stream>> Pool::connect(const UpstreamTarget& target, net::Duration timeout, NotConnected& why) {
    auto stream = co_await open(target, timeout, why);
    PoolTally::add(stream ? tally_.opened : tally_.failed);
    co_return stream;
}

// All addresses in turn, while there is time: each may take its share of what is left, so that one that swallows
// everything leaves some to the others (RFC 8305 does the same at once).
Task<std::unique_ptr<net::Stream>> Pool::open(const UpstreamTarget& target, net::Duration timeout, NotConnected& why) {
    if (const auto& literal = target.literal()) co_return co_await open_at(target, *literal, timeout, why);
    const auto deadline = loop_.now() + timeout;
    net::IoResult result;
    const auto addresses = co_await resolver_.resolve(target.where(), timeout, result);
    if (addresses.empty()) {
        const bool late = result.kind == net::IoResult::Kind::timed_out;
        why = {late ? Outcome::connect_timeout : Outcome::not_connected, late ? "no answer of DNS in time" : "no address of that name"};
        co_return nullptr;
    }
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const auto left = std::max(deadline - loop_.now(), net::Duration{std::chrono::milliseconds{1}});
        auto stream = co_await open_at(target, addresses[i], left / int(addresses.size() - i), why);
        if (stream || loop_.now() >= deadline) co_return stream;
    }
    co_return nullptr;
}

Task<std::unique_ptr<net::Stream>> Pool::open_at(const UpstreamTarget& target, Poco::Net::SocketAddress address,
                                                 net::Duration timeout, NotConnected& why) {
    net::IoResult result;
    std::string problem;
    std::unique_ptr<net::Stream> stream;
    if (target.tls())
        stream = co_await net::TlsStream::connect(loop_, address, *target.tls(), target.where().host(), timeout, result,
                                                  problem, &pace_);
    else
        stream = co_await net::Connection::connect(loop_, address, timeout, result);
    if (stream) co_return stream;
    why.outcome = result.kind == net::IoResult::Kind::timed_out ? Outcome::connect_timeout
                  : target.tls() && of_tls(result)              ? Outcome::tls_failed
                                                                : Outcome::not_connected;
    why.how = problem.empty() ? result.describe() : problem;
    co_return nullptr;
}

bool Pool::withdrawn(const std::string& name, const net::Stream& stream) const {
    if (!resolver_.any_withdrawn()) return false;
    const auto* const socket = dynamic_cast<const net::SocketStream*>(&stream);
    const auto address = socket ? socket->peer() : std::nullopt;
    return !address || resolver_.withdrawn(name, *address);
}

void Pool::drop_withdrawn(const std::string& name) {
    for (auto& [key, shelf] : shelves_)
        if (shelf.name == name)
            std::erase_if(shelf.connections, [&](const auto& kept) { return withdrawn(name, kept->stream()); });
}

void Pool::keep(const UpstreamTarget& target, std::unique_ptr<net::Stream> stream, std::size_t most, net::Duration time) {
    if (most == 0 || (!target.literal() && withdrawn(target.where().text(), *stream))) return;
    const TargetState* const key = &target.state();
    // A new target is rare, and the time to forget those that nothing is kept of any more.
    if (!shelves_.contains(key)) std::erase_if(shelves_, [](const auto& shelf) { return shelf.second.connections.empty(); });
    auto& shelf = shelves_[key];
    if (!shelf.target) {
        shelf.target = target.shared_state();
        if (!target.literal()) shelf.name = target.where().text();
    }
    if (shelf.connections.size() >= most) shelf.connections.erase(shelf.connections.begin());
    shelf.connections.push_back(std::make_unique<Kept>(*this, target, std::move(stream), time));
}

void Pool::drop(Kept& kept) noexcept {
    const auto shelf = shelves_.find(kept.target);
    auto& connections = shelf->second.connections;
    std::erase_if(connections, [&](const auto& other) { return other.get() == &kept; });
    if (connections.empty()) shelves_.erase(shelf);
}

void Pool::close_all() noexcept { shelves_.clear(); }

}  // namespace tollgate::upstream
