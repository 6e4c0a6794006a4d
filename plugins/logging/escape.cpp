// plugins/logging/escape.cpp - eight bytes at a time while they are harmless, which they nearly always are.
#include "escape.h"

#include <bit>
#include <cstdint>
#include <cstring>

namespace tollgate::logging {

namespace {

constexpr std::uint64_t each(std::uint8_t byte) noexcept {
    return 0x0101010101010101u * byte;
}

// Nonzero if one of eight bytes needs a look: a control, DEL, not ASCII, a quote, a backslash (in text also '|'). The
// tests for "below" and "equal" are the usual borrow trick: exact as to whether any byte is, which is all we ask.
template <Format format>
std::uint64_t suspicious(std::uint64_t eight) noexcept {
    const auto holds = [eight](std::uint8_t byte) {
        const std::uint64_t same = eight ^ each(byte);
        return (same - each(1)) & ~same;
    };
    std::uint64_t found = eight | ((eight - each(0x20)) & ~eight) | holds('"') | holds('\\') | holds(0x7f);
    if constexpr (format == Format::text) found |= holds('|');
    return found & each(0x80);
}

// Eight bytes, the first in the lowest place; less than eight are filled up with blanks.
static_assert(std::endian::native == std::endian::little);
template <class T>
std::uint64_t load(const unsigned char* at) noexcept {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}
std::uint64_t next_eight(const unsigned char* at, std::size_t left) noexcept {
    if (left >= 8) return load<std::uint64_t>(at);
    std::uint64_t value = 0;
    if (left >= 4) value = load<std::uint32_t>(at) | load<std::uint32_t>(at + left - 4) << (8 * (left - 4));
    else if (left >= 2) value = load<std::uint16_t>(at) | load<std::uint16_t>(at + left - 2) << (8 * (left - 2));
    else value = *at;
    return value | each(' ') << (8 * left);
}

struct Sequence {
    std::uint32_t point = 0;
    std::size_t length = 0;  // 0: not UTF-8
};

// One sequence of two to four bytes, by RFC 3629: no overlong form, no surrogate, nothing beyond U+10FFFF.
Sequence sequence_at(const unsigned char* at, std::size_t left) noexcept {
    const unsigned char lead = at[0];
    std::size_t length = 0;
    if (lead >= 0xc2 && lead <= 0xdf) length = 2;
    if (lead >= 0xe0 && lead <= 0xef) length = 3;
    if (lead >= 0xf0 && lead <= 0xf4) length = 4;
    if (length == 0 || length > left) return {};
    std::uint32_t point = lead & (0xffu >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((at[i] & 0xc0) != 0x80) return {};
        point = point << 6 | (at[i] & 0x3fu);
    }
    const bool wrong = (length == 3 && (point < 0x800 || (point >= 0xd800 && point <= 0xdfff))) ||
                       (length == 4 && (point < 0x10000 || point > 0x10ffff));
    return wrong ? Sequence{} : Sequence{point, length};
}

// C1 controls, line ends, what turns the direction of reading (UAX #9: marks, embeddings, isolates), and the byte
// order mark.
bool is_treacherous(std::uint32_t point) noexcept {
    return point < 0xa0 || point == 0x061c || point == 0x200e || point == 0x200f ||
           (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069) || point == 0xfeff;
}

char* put_hex(char* out, std::uint32_t value, int digits) noexcept {
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) *out++ = "0123456789abcdef"[value >> shift & 15];
    return out;
}

char* put_code(char* out, char letter, std::uint32_t value, int digits) noexcept {
    *out++ = '\\';
    *out++ = letter;
    return put_hex(out, value, digits);
}

template <Format format>
char* put_ascii(char* out, unsigned char byte) noexcept {
    const char letter = byte == '\n' ? 'n' : byte == '\r' ? 'r' : byte == '\t' ? 't' : static_cast<char>(byte);
    if (letter != static_cast<char>(byte) || byte == '"' || byte == '\\') {
        *out++ = '\\';
        *out++ = letter;
        return out;
    }
    if (byte < 0x20 || byte == 0x7f || (format == Format::text && byte == '|'))
        return format == Format::json ? put_code(out, 'u', byte, 4) : put_code(out, 'x', byte, 2);
    *out++ = static_cast<char>(byte);
    return out;
}

template <Format format>
char* escape_as(std::string_view value, char* out) noexcept {
    const auto* at = reinterpret_cast<const unsigned char*>(value.data());
    const auto* const end = at + value.size();
    while (at != end) {
        const auto left = static_cast<std::size_t>(end - at);
        if (const std::uint64_t eight = next_eight(at, left); !suspicious<format>(eight)) {
            std::memcpy(out, &eight, 8);
            const std::size_t step = left < 8 ? left : 8;
            at += step;
            out += step;
            continue;
        }
        if (*at < 0x80) {
            out = put_ascii<format>(out, *at++);
            continue;
        }
        const Sequence found = sequence_at(at, left);
        if (found.length == 0) {
            out = format == Format::json ? put_code(out, 'u', 0xfffd, 4) : put_code(out, 'x', *at, 2);
            ++at;
        } else if (is_treacherous(found.point)) {
            out = put_code(out, 'u', found.point, 4);
            at += found.length;
        } else {
            std::memcpy(out, at, found.length);
            out += found.length;
            at += found.length;
        }
    }
    return out;
}

}  // namespace

char* escape(Format format, std::string_view value, char* out) noexcept {
    return format == Format::json ? escape_as<Format::json>(value, out) : escape_as<Format::text>(value, out);
}

std::string_view beginning(std::string_view value, std::size_t most) noexcept {
    if (value.size() <= most) return value;
    std::size_t end = most;
    const auto inside = [&] { return (static_cast<unsigned char>(value[end]) & 0xc0) == 0x80; };
    for (int back = 0; back < 3 && end > 0 && inside(); ++back) --end;
    return value.substr(0, end);
}

}  // namespace tollgate::logging
