// core/admin/frames.h - frames of a WebSocket (RFC 6455), of the side that has been connected to: its own, and a client's.
//
// POCO's WebSocket shakes hands, but writes until all is written: a reader that is slow would hold who writes to others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate::admin {

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

// Why a connection is closed (section 7.4.1).
namespace close_code {
inline constexpr std::uint16_t done = 1000, going_away = 1001, protocol_error = 1002, policy = 1008, too_big = 1009;
}

// A whole message in one frame, not masked.
std::string frame(Opcode opcode, std::string_view payload);
std::string close_frame(std::uint16_t code, std::string_view why);

// What a client sent, frame by frame. Whoever only watches has little to say: data is passed over.
class FrameReader {
public:
    static constexpr std::size_t longest = 4096;  // of one frame

    struct Frame {
        Opcode opcode;
        std::string payload;  // unmasked
    };
    void take(std::string_view bytes) {
        if (!error_) bytes_ += bytes;
    }
    // The next whole one. After an error() there is none any more.
    std::optional<Frame> next();
    std::size_t kept() const noexcept { return bytes_.size(); }  // of what is not whole yet
    // The code to close with, once what came is no frame, or one that is too long; 0: all is well.
    std::uint16_t error() const noexcept { return error_; }

private:
    std::optional<Frame> fail(std::uint16_t code) {
        error_ = code;
        bytes_ = {};
        return std::nullopt;
    }
    std::string bytes_;
    std::uint16_t error_ = 0;
};

}  // namespace tollgate::admin
