// plugins/logging/escape.h - what others sent, made harmless inside a JSON string or a text line.
#pragma once

#include <cstddef>
#include <string_view>

namespace tollgate::logging {

enum class Format { json, text };

// No byte grows to more than this many.
inline constexpr std::size_t longest_escape = 6;

// Writes `value` to `out` and returns the end; `out` has room for longest_escape times its size, and eight bytes
// more, since harmless bytes are written eight at a time. Nothing that ends a
// line, closes a string, moves a terminal's cursor or turns the direction of reading comes out as itself:
//   json  ASCII controls, '"', '\\', DEL, C1 controls, U+2028..U+202E, U+2066..U+2069, U+FEFF as \n, \uXXXX...;
//         a byte that is not UTF-8 as \ufffd
//   text  the same as \n, \xXX, \uXXXX, and '|', which parts a text line's members, as \x7c; a byte that is not
//         UTF-8 as \xXX
char* escape(Format format, std::string_view value, char* out) noexcept;

// The longest beginning of `value` of at most `most` bytes that does not end inside a UTF-8 sequence.
std::string_view beginning(std::string_view value, std::size_t most) noexcept;

}  // namespace tollgate::logging
