// plugins/ratelimit/json_text.cpp - quotes, and escapes for what cannot stand between them.
#include "json_text.h"

namespace tollgate::ratelimit {

std::string quoted(std::string_view text) {
    constexpr const char* digits = "0123456789abcdef";
    std::string out{'"'};
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            (out += '\\') += c;
        else if (byte < 0x20 || byte == 0x7f)
            ((out += "\\u00") += digits[byte >> 4]) += digits[byte & 15];
        else
            out += c;
    }
    return out += '"';
}

}  // namespace tollgate::ratelimit
