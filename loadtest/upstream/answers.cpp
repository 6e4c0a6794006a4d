// loadtest/upstream/answers.cpp - making answers.
#include "loadtest/upstream/answers.h"

#include <Poco/Base64Encoder.h>
#include <Poco/JSONString.h>
#include <Poco/UTF8Encoding.h>

#include <sstream>

namespace tollgate::loadtest {

namespace {

bool is_utf8(std::string_view text) {
    const Poco::UTF8Encoding utf8;
    const auto* at = reinterpret_cast<const unsigned char*>(text.data());
    const auto* const end = at + text.size();
    while (at < end) {
        const int size = utf8.sequenceLength(at, 1);
        if (size < 1 || size > end - at || !Poco::UTF8Encoding::isLegal(at, size)) return false;
        at += size;
    }
    return true;
}

std::string base64(std::string_view bytes) {
    std::ostringstream out;
    Poco::Base64Encoder encoder{out};
    encoder.rdbuf()->setLineLength(0);
    encoder.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    encoder.close();
    return out.str();
}

void append_lines(std::string& json, const Headers& headers) {
    json += '[';
    for (std::size_t i = 0; i < headers.size(); ++i) {
        const auto [name, value] = headers[i];
        if (i > 0) json += ',';
        json.append("[").append(json_text(name)).append(",").append(json_text(value)).append("]");
    }
    json += ']';
}

}  // namespace

std::string json_text(std::string_view text) {
    if (is_utf8(text)) return Poco::toJSON(std::string{text}, Poco::JSON_WRAP_STRINGS);
    std::string as_utf8;
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (byte >= 0x80) as_utf8 += static_cast<char>(0xC0 | (byte >> 6));
        as_utf8 += byte < 0x80 ? letter : static_cast<char>(0x80 | (byte & 0x3F));
    }
    return Poco::toJSON(as_utf8, Poco::JSON_WRAP_STRINGS);
}

Answer answer_of(std::string_view id, int status, std::string_view content_type, std::string body) {
    return {Response{status, {{"Content-Type", content_type}, {"X-Upstream", id}}, {}}, std::move(body)};
}

Answer plain_answer(std::string_view id, int status, std::optional<std::uint64_t> size) {
    const std::string line = "hello from " + std::string{id} + '\n';
    std::string body;
    body.reserve(size.value_or(0));
    while (body.size() < size.value_or(line.size())) body += line;
    body.resize(size.value_or(line.size()));
    return answer_of(id, status, "text/plain", std::move(body));
}

Answer health_answer(std::string_view id, int status) {
    return answer_of(id, status, "text/plain", status < 400 ? "ok\n" : "failing\n");
}

Answer echo_answer(std::string_view id, int status, http::Exchange& exchange, std::string_view body) {
    const Request& request = exchange.request;
    std::string json = "{\"id\":" + json_text(id) + ",\"method\":" + json_text(request.method()) +
                       ",\"target\":" + json_text(request.target()) + ",\"version\":\"HTTP/1." +
                       std::to_string(request.version_minor()) + "\",\"client\":" +
                       json_text(exchange.client().address) + ",\"headers\":";
    append_lines(json, request.headers());
    const bool text = is_utf8(body);
    json.append(text ? ",\"body\":" : ",\"body_base64\":");
    json += text ? json_text(body) : '"' + base64(body) + '"';
    if (const Headers* trailers = exchange.has_body() ? exchange.body().trailers() : nullptr) {
        json += ",\"trailers\":";
        append_lines(json, *trailers);
    }
    return answer_of(id, status, "application/json", json + "}\n");
}

Answer error_answer(std::string_view id, int status, std::string_view error, std::string_view message) {
    return answer_of(id, status, "application/json",
                     "{\"error\":" + json_text(error) + ",\"message\":" + json_text(message) + "}\n");
}

}  // namespace tollgate::loadtest
