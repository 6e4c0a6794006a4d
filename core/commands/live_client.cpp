// core/commands/live_client.cpp - POCO's WebSocket as a client.
#include "commands/live_client.h"

#include "commands/admin_client.h"

#include <Poco/Buffer.h>
#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/WebSocket.h>

namespace tollgate::commands {

namespace {

using Poco::Net::HTTPResponse;
using Poco::Net::WebSocket;
using std::chrono::steady_clock;

constexpr int longest_message = 1 << 20;
constexpr std::chrono::seconds silence{40};  // longer than between two of the gateway's pings
const Poco::Timespan patience{10, 0};

[[noreturn]] void refuse(const HTTPResponse& response, const std::string& address, bool token_shown,
                         const std::string& why) {
    switch (response.getStatus()) {
        case HTTPResponse::HTTP_UNAUTHORIZED:
            throw NotLetIn{"the gateway's admin listener at " + address + " wants " +
                           (token_shown ? "another token" : "its token") +
                           "; give it by the environment variable TOLLGATE_ADMIN_TOKEN, or --token"};
        case HTTPResponse::HTTP_SERVICE_UNAVAILABLE:
            // Or it is just stopping: another time it may be otherwise.
            throw std::runtime_error{"too many watch the gateway at " + address + " already"};
        case HTTPResponse::HTTP_BAD_REQUEST:
            throw NotLetIn{"the gateway at " + address + " does not take what it is asked for; is it an older one?"};
        default:
            throw NotLetIn{"what answers at " + address + " is no gateway's admin listener, or an older one's: " +
                           std::to_string(response.getStatus()) + ' ' + why};
    }
}

}  // namespace

LiveClient::LiveClient(const std::string& address, const std::string& token, const std::string& query)
    : heard_{steady_clock::now()} {
    HTTPResponse response{HTTPResponse::HTTP_OK};
    try {
        session_ = std::make_unique<Poco::Net::HTTPClientSession>(admin_address(address).resolve());
        session_->setTimeout(Poco::Timespan{5, 0}, patience, patience);
        Poco::Net::HTTPRequest request{"GET", "/ws/live" + (query.empty() ? "" : '?' + query), "HTTP/1.1"};
        if (!token.empty()) request.set("Authorization", "Bearer " + token);
        socket_ = std::make_unique<WebSocket>(*session_, request, response);
        socket_->setMaxPayloadSize(longest_message);
    } catch (const Poco::Net::WebSocketException& error) {
        refuse(response, address, !token.empty(), error.displayText());
    } catch (const Poco::Exception& error) {
        throw std::runtime_error{no_answer(address, error)};
    }
}

LiveClient::~LiveClient() = default;

int LiveClient::socket() const { return int(socket_->impl()->sockfd()); }

std::optional<std::string> LiveClient::next(std::chrono::milliseconds time) {
    const auto end = steady_clock::now() + time;
    try {
        for (;;) {
            const auto left = std::max(end - steady_clock::now(), steady_clock::duration::zero());
            const Poco::Timespan wait{std::chrono::ceil<std::chrono::microseconds>(left).count()};
            if (socket_->available() <= 0 && !socket_->poll(wait, Poco::Net::Socket::SELECT_READ)) {
                if (steady_clock::now() - heard_ > silence) throw std::runtime_error{"the gateway has fallen silent"};
                return std::nullopt;
            }
            Poco::Buffer<char> message{0};
            int flags = 0;
            const int got = socket_->receiveFrame(message, flags);
            const int opcode = flags & WebSocket::FRAME_OP_BITMASK;
            if ((got <= 0 && flags == 0) || opcode == WebSocket::FRAME_OP_CLOSE)
                throw std::runtime_error{"the gateway has ended the connection"};
            heard_ = steady_clock::now();
            if (opcode == WebSocket::FRAME_OP_PING)
                socket_->sendFrame(message.begin(), got, int(WebSocket::FRAME_FLAG_FIN) | int(WebSocket::FRAME_OP_PONG));
            if (opcode == WebSocket::FRAME_OP_TEXT) return std::string{message.begin(), message.size()};
        }
    } catch (const Poco::Exception& error) {
        throw std::runtime_error{error.displayText()};
    }
}

}  // namespace tollgate::commands
