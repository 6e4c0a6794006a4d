// core/support/failure.cpp - how a failure is worded to the client.
#include "support/failure.h"

namespace tollgate {

namespace {

void append_json(std::string& out, std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte > 0x7e) {
            // Bytes beyond ASCII as Latin-1 code points: valid JSON whatever they were meant to be.
            out.append("\\u00");
            out += digits[byte >> 4];
            out += digits[byte & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

}  // namespace

Response answer_to(const Failure& failure, std::string_view request_id) {
    std::string body = "{\"error\":";
    append_json(body, failure.reason);
    body.append(",\"message\":");
    append_json(body, failure.message);
    body.append(",\"request_id\":");
    append_json(body, request_id);
    body.append("}\n");
    Response response{failure.status, std::move(body)};
    response.headers().add("Content-Type", "application/json");
    for (const auto& line : failure.headers) response.headers().add(line.name, line.value);
    return response;
}

}  // namespace tollgate
