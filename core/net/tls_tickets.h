// core/net/tls_tickets.h - TlsTickets: the keys under which clients keep their TLS sessions; they outlive a reload.
#pragma once

#include "net/timers.h"

#include <array>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tollgate::net {

// A key seals tickets for half a day and opens them for another: who has stolen one cannot read older sessions with it.
// Nothing is kept elsewhere: tickets end with the process, unless it hands its keys over to another. Any thread.
class TlsTickets {
public:
    struct Key {
        std::array<unsigned char, 16> name;
        std::array<unsigned char, 32> cipher, digest;
        TimePoint made;
    };
    static constexpr Duration lifetime = std::chrono::hours{12};

    explicit TlsTickets(std::function<TimePoint()> now = Clock::now) : now_{std::move(now)} {}
    ~TlsTickets();

    // nullopt where the system has no random bytes: the client then gets no ticket.
    std::optional<Key> to_seal();
    // `sealed_anew`: a newer key has taken its place.
    std::optional<Key> to_open(std::span<const unsigned char, 16> name, bool& sealed_anew);

    // Those in use, for another process of this machine; and such, to begin with. What is none is passed over.
    std::string to_hand_over();
    void take_over(std::string_view keys);

private:
    void retire_old();  // under the mutex

    const std::function<TimePoint()> now_;
    std::mutex mutex_;
    std::optional<Key> current_, former_;
};

}  // namespace tollgate::net
