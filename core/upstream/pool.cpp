// core/upstream/pool.cpp - keeping, taking and making connections to targets.
#include "upstream/pool.h"

#include "net/connection.h"

#include <algorithm>

namespace tollgate::upstream {

// An idle connection: anything that happens to it ends it.
class Pool::Kept final : private net::Stream::Owner, private net::Timer {
public:
    static void* operator new(std::size_t size) { return detail::allocate_frame(size); }
    static void operator delete(void* memory, std::size_t size) noexcept { detail::free_frame(memory, size); }

    Kept(Pool& pool, const TargetState* target, std::unique_ptr<net::Stream> stream, net::Duration time)
        : pool{pool}, target{target}, stream_{std::move(stream)} {
        stream_->set_owner(this);
        pool.loop_.arm(*this, time);
        PoolTally::add(pool.tally_.idle);
    }
    ~Kept() { PoolTally::add(pool.tally_.idle, std::uint64_t(-1)); }
    std::unique_ptr<net::Stream> release() noexcept {
        stream_->set_owner(nullptr);
        return std::move(stream_);
    }
    bool usable(bool careful) const noexcept { return !stream_->may_read() && (!careful || stream_->silent()); }

    Pool& pool;
    const TargetState* target;

private:
    void on_unawaited(bool) override { pool.drop(*this); }
    void on_timer() override { pool.drop(*this); }
    std::unique_ptr<net::Stream> stream_;
};

Pool::Pool(net::EventLoop& loop, net::Blocking& blocking) : loop_{loop}, resolver_{loop, blocking} {}
Pool::~Pool() = default;

std::unique_ptr<net::Stream> Pool::take(const UpstreamTarget& target, bool careful) {
    const auto shelf = shelves_.find(&target.state());
    if (shelf == shelves_.end()) return nullptr;
    auto& connections = shelf->second.connections;
    while (!connections.empty()) {
        auto kept = std::move(connections.back());
        connections.pop_back();
        if (!kept->usable(careful)) continue;
        PoolTally::add(tally_.reused);
        return kept->release();
    }
    return nullptr;
}

Task<std::unique_ptr<net::Stream>> Pool::connect(const UpstreamTarget& target, net::Duration timeout, net::IoResult& result) {
    auto address = target.literal();
    if (!address) {
        const auto began = loop_.now();
        address = co_await resolver_.resolve(target.where(), timeout, result);
        if (!address) {
            PoolTally::add(tally_.failed);
            co_return nullptr;
        }
        timeout = std::max(timeout - (loop_.now() - began), net::Duration{std::chrono::milliseconds{1}});
    }
    auto connection = co_await net::Connection::connect(loop_, *address, timeout, result);
    PoolTally::add(connection ? tally_.opened : tally_.failed);
    co_return connection;
}

void Pool::keep(std::shared_ptr<TargetState> target, std::unique_ptr<net::Stream> stream, std::size_t most,
                net::Duration time) {
    if (most == 0) return;
    const TargetState* key = target.get();
    // A new target is rare, and the time to forget those that nothing is kept of any more.
    if (!shelves_.contains(key)) std::erase_if(shelves_, [](const auto& shelf) { return shelf.second.connections.empty(); });
    auto& shelf = shelves_[key];
    if (!shelf.target) shelf.target = std::move(target);
    if (shelf.connections.size() >= most) shelf.connections.erase(shelf.connections.begin());
    shelf.connections.push_back(std::make_unique<Kept>(*this, key, std::move(stream), time));
}

void Pool::drop(Kept& kept) noexcept {
    const auto shelf = shelves_.find(kept.target);
    auto& connections = shelf->second.connections;
    std::erase_if(connections, [&](const auto& other) { return other.get() == &kept; });
    if (connections.empty()) shelves_.erase(shelf);
}

void Pool::close_all() noexcept { shelves_.clear(); }

}  // namespace tollgate::upstream
