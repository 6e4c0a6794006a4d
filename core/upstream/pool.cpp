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
        PoolTally::add(pool.tally_.idle);
    }
    ~Kept() { PoolTally::add(pool.tally_.idle, std::uint64_t(-1)); }
    std::unique_ptr<net::Stream> release() noexcept {
        stream_->set_owner(nullptr);
        return std::move(stream_);
    }
    bool usable(const UpstreamTarget& by, bool careful) const noexcept {
        return tls_ == by.tls() && !stream_->may_read() && (!careful || stream_->silent());
    }

    Pool& pool;
    const TargetState* target;

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

Pool::Pool(net::EventLoop& loop, net::Blocking& blocking) : loop_{loop}, resolver_{loop, blocking} {}
Pool::~Pool() = default;

std::unique_ptr<net::Stream> Pool::take(const UpstreamTarget& target, bool careful) {
    const auto shelf = shelves_.find(&target.state());
    if (shelf == shelves_.end()) return nullptr;
    auto& connections = shelf->second.connections;
    while (!connections.empty()) {
        auto kept = std::move(connections.back());
        connections.pop_back();
        if (!kept->usable(target, careful)) continue;
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

Task<std::unique_ptr<net::Stream>> Pool::open(const UpstreamTarget& target, net::Duration timeout, NotConnected& why) {
    net::IoResult result;
    std::string problem;
    std::unique_ptr<net::Stream> stream;
    auto address = target.literal();
    if (!address) {
        const auto began = loop_.now();
        address = co_await resolver_.resolve(target.where(), timeout, result);
        timeout = std::max(timeout - (loop_.now() - began), net::Duration{std::chrono::milliseconds{1}});
    }
    if (address && target.tls())
        stream = co_await net::TlsStream::connect(loop_, *address, *target.tls(), target.where().host(), timeout, result,
                                                  problem, &pace_);
    else if (address)
        stream = co_await net::Connection::connect(loop_, *address, timeout, result);
    if (stream) co_return stream;
    why.outcome = result.kind == net::IoResult::Kind::timed_out ? Outcome::connect_timeout
                  : target.tls() && of_tls(result)              ? Outcome::tls_failed
                                                                : Outcome::not_connected;
    why.how = problem.empty() ? result.describe() : problem;
    co_return nullptr;
}

void Pool::keep(const UpstreamTarget& target, std::unique_ptr<net::Stream> stream, std::size_t most, net::Duration time) {
    if (most == 0) return;
    const TargetState* const key = &target.state();
    // A new target is rare, and the time to forget those that nothing is kept of any more.
    if (!shelves_.contains(key)) std::erase_if(shelves_, [](const auto& shelf) { return shelf.second.connections.empty(); });
    auto& shelf = shelves_[key];
    if (!shelf.target) shelf.target = target.shared_state();
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
