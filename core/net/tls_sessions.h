// core/net/tls_sessions.h - TlsSessions: what is resumed of TLS with servers that were spoken to before.
#pragma once

#include "net/tls_objects.h"
#include "net/timers.h"

#include <cstddef>
#include <map>
#include <mutex>
#include <string>

namespace tollgate::net {

// The newest session of each server, for two hours at the most: nobody is verified anew as long as it is resumed. Any
// thread; but OpenSSL changes sessions in passing, so each loop has its own of a server.
class TlsSessions {
public:
    static constexpr std::size_t most = 1000;
    static constexpr Duration lifetime = std::chrono::hours{2};

    // `server`: whatever tells servers, and loops, apart.
    void keep(const std::string& server, SslSessionPointer session);
    SslSessionPointer of(const std::string& server);  // null: none
    void forget(const std::string& server) noexcept;

private:
    struct Kept {
        SslSessionPointer session;
        TimePoint until;
    };
    std::mutex mutex_;
    std::map<std::string, Kept> kept_;
};

}  // namespace tollgate::net
