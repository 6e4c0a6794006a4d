// tests/support/web_socket.cpp - shaking hands, and frames of a client.
#include "support/web_socket.h"

#include <Poco/Base64Encoder.h>
#include <Poco/SHA1Engine.h>

#include <sstream>

namespace tollgate::test {

namespace {

constexpr const char* key = "dGhlIHNhbXBsZSBub25jZQ==";

std::string accept_for(const std::string& text) {
    Poco::SHA1Engine engine;
    engine.update(text + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    const auto digest = engine.digest();
    std::ostringstream out;
    Poco::Base64Encoder encoder{out};
    encoder.write(reinterpret_cast<const char*>(digest.data()), std::streamsize(digest.size()));
    encoder.close();
    return out.str();
}

unsigned byte(const std::string& text, std::size_t at) { return static_cast<unsigned char>(text.at(at)); }

}  // namespace

WebSocket::WebSocket(const std::string& address, std::string_view path, std::string_view lines)
    : Connection{connect_to(address)} {
    std::string head{"GET "};
    head.append(path).append(" HTTP/1.1\r\nHost: ").append(address).append(
        "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ");
    head.append(key).append("\r\n").append(lines).append("\r\n");
    send(head);
    answer_ = read_head(*this);
    if (!open()) {
        read_body(*this, answer_, false);
        return;
    }
    if (answer_.header("Sec-WebSocket-Accept") != accept_for(key)) throw ConnectionError{"hands were shaken badly"};
}

std::uint16_t WebSocket::Frame::code() const {
    return payload.size() < 2 ? 0 : static_cast<std::uint16_t>(byte(payload, 0) << 8 | byte(payload, 1));
}

std::optional<WebSocket::Frame> WebSocket::frame() {
    const std::string first = read_some(1);
    if (first.empty()) return std::nullopt;
    const std::string second = read_exactly(1);
    if (!(byte(first, 0) & 0x80)) throw ConnectionError{"a message in pieces"};
    if (byte(second, 0) & 0x80) throw ConnectionError{"a masked frame of a gateway"};
    std::size_t size = byte(second, 0);
    if (size >= 126) {
        const std::string length = read_exactly(size == 126 ? 2 : 8);
        size = 0;
        for (std::size_t i = 0; i < length.size(); ++i) size = size << 8 | byte(length, i);
    }
    return Frame{int(byte(first, 0) & 0x0F), size == 0 ? std::string{} : read_exactly(size)};
}

std::string WebSocket::text() {
    for (;;) {
        const auto got = frame();
        if (!got) throw ConnectionError{"the WebSocket ended"};
        if (got->opcode == 1) return got->payload;
        if (got->opcode == 9) send_frame(10, got->payload);
        if (got->opcode == 8) throw ConnectionError{"the WebSocket was closed: " + std::to_string(got->code())};
    }
}

std::string WebSocket::text_with(std::string_view part) {
    const Deadline deadline;
    for (;;) {
        std::string one = text();
        if (one.find(part) != std::string::npos) return one;
        if (deadline.passed()) throw ConnectionError{"no text has " + std::string{part}};
    }
}

void WebSocket::send_frame(int opcode, std::string_view payload, bool masked) {
    constexpr char mask[] = {0x11, 0x22, 0x33, 0x44};
    std::string bytes{static_cast<char>(0x80 | opcode)};
    const int marked = masked ? 0x80 : 0;
    if (payload.size() < 126) {
        bytes += static_cast<char>(marked | int(payload.size()));
    } else {
        bytes += static_cast<char>(marked | 126);
        bytes += static_cast<char>(payload.size() >> 8);
        bytes += static_cast<char>(payload.size() & 0xFF);
    }
    if (masked) bytes.append(mask, sizeof mask);
    for (std::size_t i = 0; i < payload.size(); ++i)
        bytes += masked ? static_cast<char>(payload[i] ^ mask[i % sizeof mask]) : payload[i];
    send(bytes);
}

}  // namespace tollgate::test
