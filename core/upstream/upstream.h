// core/upstream/upstream.h - Upstream and UpstreamTarget: where requests may go, as one configuration says it.
#pragma once

#include <tollgate/context.h>

#include "net/address.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tollgate::upstream {

// What is known of an address beyond one configuration: shared by all loops, handed on through reloads by address.
struct TargetState {
    std::atomic<std::uint32_t> in_flight{0};
    std::atomic<bool> available{true};
};

class UpstreamTarget final : public Target {
public:
    UpstreamTarget(net::Address address, std::uint32_t weight, std::shared_ptr<TargetState> state)
        : address_{std::move(address)}, weight_{weight}, state_{std::move(state)} {
        if (address_.is_literal()) literal_ = address_.resolve();
    }
    std::string_view address() const override { return address_.text(); }
    std::uint32_t weight() const override { return weight_; }
    std::uint32_t in_flight() const override { return state_->in_flight.load(std::memory_order_relaxed); }
    bool available() const override { return state_->available.load(std::memory_order_relaxed); }
    const net::Address& where() const noexcept { return address_; }
    // Where it is, if that can be said without asking DNS.
    const std::optional<Poco::Net::SocketAddress>& literal() const noexcept { return literal_; }
    TargetState& state() const noexcept { return *state_; }
    const std::shared_ptr<TargetState>& shared_state() const noexcept { return state_; }

private:
    net::Address address_;
    std::uint32_t weight_;
    std::optional<Poco::Net::SocketAddress> literal_;
    std::shared_ptr<TargetState> state_;
};

struct Upstream {
    std::string name;
    std::string where;  // "routes.lua:12"
    std::size_t number = 0;  // in its snapshot
    std::vector<std::unique_ptr<UpstreamTarget>> targets;  // at least one
    std::chrono::nanoseconds connect_timeout = std::chrono::seconds{2};
    std::chrono::nanoseconds timeout = std::chrono::seconds{30};       // request sent to the whole head of the answer
    std::chrono::nanoseconds idle_timeout = std::chrono::seconds{30};  // between two pieces of the answer's body
    std::size_t keep_alive = 512;                                      // idle connections kept per loop and target
    std::chrono::nanoseconds keep_alive_time = std::chrono::seconds{60};
    bool preserve_host = true;  // the client's Host goes on; false: the target's address
};

}  // namespace tollgate::upstream
