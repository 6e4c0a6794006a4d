// plugins/ratelimit/redis/server.h - Server: one Redis as all loops and all uses of the plugin share it, also through
// reloads.
#pragma once

#include "redis/address.h"
#include "redis/connection.h"
#include "redis/status.h"

#include <tollgate/host.h>

#include <memory>
#include <vector>

namespace tollgate::ratelimit::redis {

class Server {
public:
    Server(Address address, Host& host) : address_{std::move(address)}, status_{address_.shown(), host} {
        for (std::size_t loop = 0; loop < host.loop_count(); ++loop)
            connections_.push_back(std::make_unique<Connection>(address_, status_));
    }
    // The one that goes by this URL, its login included.
    static std::shared_ptr<Server> shared(const Address& address, Host& host) {
        return host.state<Server>("redis " + address.identity(),
                                  [&] { return std::make_shared<Server>(address, host); });
    }

    Status& status() noexcept { return status_; }
    std::size_t loops() const noexcept { return connections_.size(); }
    Connection& connection(std::size_t loop) noexcept { return *connections_[loop]; }  // of that loop

private:
    const Address address_;
    Status status_;
    std::vector<std::unique_ptr<Connection>> connections_;
};

}  // namespace tollgate::ratelimit::redis
