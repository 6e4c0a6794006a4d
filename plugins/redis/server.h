// plugins/redis/server.h - Server: one Redis as all loops and all uses of a plugin share it, also through reloads.
#pragma once

#include "redis/address.h"
#include "redis/connection.h"
#include "redis/status.h"

#include <tollgate/host.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace tollgate::redis {

class Server {
public:
    // Throws std::runtime_error where the address's authorities are none.
    Server(Address address, Host& host, Status::Words words)
        : address_{std::move(address)}, status_{address_.shown(), host, words} {
        if (address_.tls) trust_.emplace(address_.authorities);
        for (std::size_t loop = 0; loop < host.loop_count(); ++loop)
            connections_.push_back(std::make_unique<Connection>(address_, trust_ ? &*trust_ : nullptr, status_));
    }
    // The one that goes by this URL, its login and its authorities included.
    static std::shared_ptr<Server> shared(const Address& address, Host& host, Status::Words words) {
        return host.state<Server>("redis " + address.identity(),
                                  [&] { return std::make_shared<Server>(address, host, words); });
    }

    const Address& address() const noexcept { return address_; }
    Status& status() noexcept { return status_; }
    std::size_t loops() const noexcept { return connections_.size(); }
    Connection& connection(std::size_t loop) noexcept { return *connections_[loop]; }  // of that loop

private:
    const Address address_;
    Status status_;
    std::optional<TlsTrust> trust_;
    std::vector<std::unique_ptr<Connection>> connections_;
};

}  // namespace tollgate::redis
