// core/commands/live_client.h - LiveClient: watching a running gateway over its WebSocket, also beyond its restart.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace Poco::Net {
class HTTPClientSession;
class WebSocket;
}  // namespace Poco::Net

namespace tollgate::commands {

// The gateway does not let us watch, and it would not help to ask again.
class NotLetIn : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// One connection to /ws/live.
class LiveClient {
public:
    // `query`: "only=requests&status=5xx", or "". Throws BadAddress, NotLetIn, or std::runtime_error where no gateway
    // answers.
    LiveClient(const std::string& address, const std::string& token, const std::string& query);
    ~LiveClient();

    // The next message, or nullopt where none comes in that time. Throws std::runtime_error once the connection is over,
    // or silent for longer than a gateway would be.
    std::optional<std::string> next(std::chrono::milliseconds time);
    int socket() const;  // for who waits for other things as well

private:
    std::unique_ptr<Poco::Net::HTTPClientSession> session_;
    std::unique_ptr<Poco::Net::WebSocket> socket_;
    std::chrono::steady_clock::time_point heard_;
};

}  // namespace tollgate::commands
