// core/admin/doorkeeper.cpp - counting at the door.
#include "admin/doorkeeper.h"

#include <Poco/Net/NetException.h>
#include <Poco/Net/ServerSocketImpl.h>

#include <condition_variable>
#include <mutex>

namespace tollgate::admin {

struct Doorkeeper::Count {
    std::mutex mutex;  // of what follows
    std::condition_variable changed;
    bool closed = false;
    int let_in = 0, served = 0;
};

class Doorkeeper::Door final : public Poco::Net::ServerSocketImpl {
public:
    Door(int descriptor, std::shared_ptr<Count> count) : count_{std::move(count)} {
        reset(descriptor);
        setBlocking(false);  // another process may accept what poll() has seen here
    }
    Poco::Net::SocketImpl* acceptConnection(Poco::Net::SocketAddress& client) override {
        const std::lock_guard lock{count_->mutex};
        if (count_->closed) throw Poco::Net::NetException{"nobody is let in any more"};
        auto* const accepted = ServerSocketImpl::acceptConnection(client);
        ++count_->let_in;
        return accepted;
    }

    // How a socket gets this as what it is.
    struct Socket final : Poco::Net::ServerSocket {
        explicit Socket(Door* door) : ServerSocket{door, true} {}
    };

private:
    const std::shared_ptr<Count> count_;
};

Doorkeeper::Doorkeeper(int descriptor)
    : count_{std::make_shared<Count>()}, socket_{Door::Socket{new Door{descriptor, count_}}} {}

void Doorkeeper::serving() noexcept {
    const std::lock_guard lock{count_->mutex};
    ++count_->served;
    count_->changed.notify_all();
}

void Doorkeeper::shut() noexcept {
    const std::lock_guard lock{count_->mutex};
    count_->closed = true;
}

void Doorkeeper::close(const std::function<int()>& turned_away, std::chrono::nanoseconds longest) {
    const auto until = std::chrono::steady_clock::now() + longest;
    std::unique_lock lock{count_->mutex};
    count_->closed = true;
    // Nobody tells of who is turned away: looked for now and then.
    const auto look = [&] { return std::min(until, std::chrono::steady_clock::now() + std::chrono::milliseconds{20}); };
    while (count_->served + turned_away() < count_->let_in && std::chrono::steady_clock::now() < until)
        count_->changed.wait_until(lock, look());
}

}  // namespace tollgate::admin
