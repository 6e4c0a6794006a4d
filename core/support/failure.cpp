// core/support/failure.cpp - how a failure is worded to the client.
#include "support/failure.h"

#include <algorithm>
#include <array>

namespace tollgate {

namespace {

// What a JSON string may hold as it is.
constexpr std::array<bool, 256> plain = [] {
    std::array<bool, 256> table{};
    for (int c = 0x20; c < 0x7f; ++c) table[c] = c != '"' && c != '\\';
    return table;
}();

void append_json(std::string& out, std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    out += '"';
    while (!text.empty()) {
        const auto special = std::find_if_not(text.begin(), text.end(), [](unsigned char c) { return plain[c]; });
        out.append(text.begin(), special);
        text.remove_prefix(static_cast<std::size_t>(special - text.begin()));
        if (text.empty()) break;
        const char c = text.front();
        text.remove_prefix(1);
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else {
            // Bytes beyond ASCII as Latin-1 code points: valid JSON whatever they were meant to be.
            out.append("\\u00");
            out += digits[byte >> 4];
            out += digits[byte & 15];
        }
    }
    out += '"';
}

}  // namespace

Response answer_to(const Failure& failure, std::string_view request_id) {
    std::string body;
    body.reserve(failure.reason.size() + failure.message.size() + request_id.size() + 64);
    body.append("{\"error\":");
    append_json(body, failure.reason);
    body.append(",\"message\":");
    append_json(body, failure.message);
    body.append(",\"request_id\":");
    append_json(body, request_id);
    body.append("}\n");
    Response response{failure.status, std::move(body)};
    response.headers() = failure.headers;
    response.headers().add("Content-Type", "application/json");
    return response;
}

}  // namespace tollgate
