// core/upstream/target.h - UpstreamTarget: one address that serves an upstream, and what is known of it.
#pragma once

#include <tollgate/context.h>

#include "net/timers.h"
#include "upstream/breakers.h"
#include "upstream/health.h"
#include "upstream/target_address.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string_view>

namespace tollgate::net {
class TlsClientContext;
}

namespace tollgate::upstream {

struct Upstream;

// The turn's time on a loop, the kernel's elsewhere.
net::TimePoint now() noexcept;

// What is known of a target beyond one configuration: shared by all loops, handed on through reloads by the upstream's
// name and the address.
struct TargetState {
    std::atomic<std::uint32_t> in_flight{0};
    std::atomic<std::uint32_t> idle{0};  // kept-alive connections that wait for use
    Health health;
    Breaker breaker;
};

// That an attempt may be made, for what is said of it later. Empty: it may not.
struct AttemptPass {
    bool begun = false;
    BreakerPasses breakers{};
    explicit operator bool() const noexcept { return begun; }
};

// "no answer in time": how an attempt ended, for people.
std::string_view words_for(Outcome outcome) noexcept;

// How an attempt went, for who judges targets by it.
struct AttemptEnd {
    Outcome outcome = Outcome::abandoned;
    int status = 0;  // 0 unless answered (or cut)
    std::chrono::nanoseconds time_to_first_byte{0};
};

class UpstreamTarget final : public Target {
public:
    // `upstream`, whose target it is, outlives it.
    UpstreamTarget(const Upstream& upstream, TargetAddress address, std::uint32_t weight, std::shared_ptr<TargetState> state);
    std::string_view address() const override { return address_.text; }  // as written
    std::uint32_t weight() const override { return weight_; }
    std::uint32_t in_flight() const override { return state_->in_flight.load(std::memory_order_relaxed); }
    bool available() const override {
        return (state_->health.out() == 0 || in_after_all()) &&
               (state_->breaker.closed() || breakers::lets_through(*this));
    }
    double warmth() const override;
    const Upstream& upstream() const noexcept { return upstream_; }
    const TargetAddress& place() const noexcept { return address_; }
    const net::Address& where() const noexcept { return address_.where; }
    std::string_view authority() const noexcept { return address_.authority; }  // for a Host line
    // The upstream's where it is reached by TLS, else null. What a connection was made with tells whether it may serve.
    const std::shared_ptr<const net::TlsClientContext>& tls() const noexcept;
    // Where it is, if that can be said without asking DNS.
    const std::optional<Poco::Net::SocketAddress>& literal() const noexcept { return literal_; }
    TargetState& state() const noexcept { return *state_; }
    const std::shared_ptr<TargetState>& shared_state() const noexcept { return state_; }

    // Around each attempt. Empty: it is not available any more, and nothing has begun.
    [[nodiscard]] AttemptPass begin_attempt() const noexcept;
    // Between them, once the head of an answer is here.
    void head_came(AttemptPass& pass, int status) const noexcept { breakers::answered(*this, pass.breakers, status); }
    void end_attempt(AttemptPass& pass, const AttemptEnd& end) const noexcept;

private:
    bool in_after_all() const noexcept;
    void judge(const AttemptEnd& end) const;
    void complain(const char* what, const std::exception& problem) const noexcept;

    const Upstream& upstream_;
    TargetAddress address_;
    std::uint32_t weight_;
    std::optional<Poco::Net::SocketAddress> literal_;
    std::shared_ptr<TargetState> state_;
};

}  // namespace tollgate::upstream
