// tests/support/web_socket.h - WebSocket: a client of one (RFC 6455), written by hand: no test may trust the gateway's own.
#pragma once

#include "support/connection.h"
#include "support/message.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate::test {

class WebSocket : public Connection {
public:
    // Asks for `path`; answer() says what came of it. `lines`: further ones of the head.
    WebSocket(const std::string& address, std::string_view path, std::string_view lines = {});

    const Message& answer() const noexcept { return answer_; }
    bool open() const { return answer_.status() == 101; }

    struct Frame {
        int opcode = 0;
        std::string payload;
        std::uint16_t code() const;  // of a close
    };
    // Throws ConnectionError where none comes in time; nullopt: the connection ended.
    std::optional<Frame> frame();
    // The next text; pings on the way are answered. Throws ConnectionError where the connection ends or closes first.
    std::string text();
    // Texts until one has `part` in it; that one.
    std::string text_with(std::string_view part);
    // Masked, as a client has to.
    void send_frame(int opcode, std::string_view payload, bool masked = true);

private:
    Message answer_;
};

}  // namespace tollgate::test
