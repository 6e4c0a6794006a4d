// core/admin/frames.cpp - writing and reading frames.
#include "admin/frames.h"

namespace tollgate::admin {

namespace {

constexpr unsigned char fin = 0x80, reserved = 0x70, masked = 0x80;
constexpr std::size_t mask_size = 4, longest_control = 125;

void put_number(std::string& out, std::uint64_t number, int bytes) {
    for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>((number >> (8 * i)) & 0xFF);
}

bool is_known(unsigned opcode) { return opcode <= 2 || (opcode >= 8 && opcode <= 10); }

}  // namespace

std::string frame(Opcode opcode, std::string_view payload) {
    std::string out;
    out.reserve(payload.size() + 10);
    out += static_cast<char>(fin | static_cast<unsigned char>(opcode));
    if (payload.size() < 126) {
        out += static_cast<char>(payload.size());
    } else if (payload.size() <= 0xFFFF) {
        out += static_cast<char>(126);
        put_number(out, payload.size(), 2);
    } else {
        out += static_cast<char>(127);
        put_number(out, payload.size(), 8);
    }
    return out.append(payload);
}

std::string close_frame(std::uint16_t code, std::string_view why) {
    std::string payload;
    put_number(payload, code, 2);
    payload += why.substr(0, longest_control - 2);
    return frame(Opcode::close, payload);
}

std::optional<FrameReader::Frame> FrameReader::next() {
    if (error_ || bytes_.size() < 2) return std::nullopt;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes_[i]); };
    const unsigned opcode = byte(0) & 0x0F;
    if ((byte(0) & reserved) || !is_known(opcode) || !(byte(1) & masked)) return fail(close_code::protocol_error);
    std::size_t size = byte(1) & 0x7F, head = 2;
    const bool control = opcode >= 8;
    if (control && (size > longest_control || !(byte(0) & fin))) return fail(close_code::protocol_error);
    if (size == 127) return fail(close_code::too_big);
    if (size == 126) {
        if (bytes_.size() < 4) return std::nullopt;
        size = std::size_t{byte(2)} << 8 | byte(3);
        head = 4;
    }
    if (size > longest) return fail(close_code::too_big);
    if (bytes_.size() < head + mask_size + size) return std::nullopt;
    Frame frame{static_cast<Opcode>(opcode), bytes_.substr(head + mask_size, size)};
    for (std::size_t i = 0; i < size; ++i)
        frame.payload[i] = static_cast<char>(frame.payload[i] ^ bytes_[head + i % mask_size]);
    bytes_.erase(0, head + mask_size + size);
    return frame;
}

}  // namespace tollgate::admin
