// core/http/writer.cpp - heads and chunk frames.
#include "http/writer.h"

#include "http/layout.h"

#include <Poco/Net/HTTPResponse.h>

#include <charconv>
#include <cstring>
#include <ctime>

namespace tollgate::http {

namespace {

void append_number(std::string& out, std::uint64_t number, int base = 10) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, number, base).ptr;
    out.append(digits, end);
}

void append_line(std::string& out, std::string_view name, std::string_view value) {
    const std::size_t at = out.size();
    out.resize(at + name.size() + value.size() + 4);
    char* to = out.data() + at;
    std::memcpy(to, name.data(), name.size());
    to += name.size();
    *to++ = ':';
    *to++ = ' ';
    if (!value.empty()) std::memcpy(to, value.data(), value.size());
    to += value.size();
    *to++ = '\r';
    *to = '\n';
}

bool is_framing(Known known) noexcept {
    switch (known) {
        case Known::connection:
        case Known::keep_alive:
        case Known::proxy_connection:
        case Known::transfer_encoding:
        case Known::content_length:
        case Known::upgrade:
            return true;
        default:
            return false;
    }
}

void append_lines(std::string& out, const Headers& headers, bool without_host) {
    const Headers::Layout* layout = headers.layout();
    if (!layout) return;
    for (const auto& line : layout->lines)
        if (!is_framing(line.known) && !(without_host && line.known == Known::host))
            append_line(out, layout->name(line), layout->value(line));
}

void append_facts(std::string& out, const HeadFacts& facts) {
    if (facts.length) {
        out.append("Content-Length: ");
        append_number(out, *facts.length);
        out.append("\r\n", 2);
    }
    if (facts.chunked) out.append("Transfer-Encoding: chunked\r\n");
    if (facts.close) out.append("Connection: close\r\n");
    if (facts.keep_alive) out.append("Connection: keep-alive\r\n");
}

void append_status_line(std::string& out, int status) {
    out.append("HTTP/1.1 ");
    append_number(out, static_cast<std::uint64_t>(status));
    out.append(1, ' ').append(reason_phrase(status)).append("\r\n", 2);
}

}  // namespace

std::string_view reason_phrase(int status) noexcept {
    if (status == 200) return "OK";
    if (status == 413) return "Content Too Large";  // RFC 9110; POCO has the older words
    if (status == 414) return "URI Too Long";
    if (status == 504) return "Gateway Timeout";
    if (status == 103) return "Early Hints";
    const auto& phrase = Poco::Net::HTTPResponse::getReasonForStatus(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(status));
    return phrase == "???" ? std::string_view{"Unknown"} : std::string_view{phrase};
}

void write_response_head(std::string& out, int status, const Headers& headers, const HeadFacts& facts) {
    append_status_line(out, status);
    append_lines(out, headers, false);
    if (!Headers::Layout::find(headers, Known::date)) append_line(out, "Date", date_now());
    append_facts(out, facts);
    out.append("\r\n", 2);
}

void write_interim_head(std::string& out, int status, const Headers& headers) {
    append_status_line(out, status);
    append_lines(out, headers, false);
    out.append("\r\n", 2);
}

void write_request_head(std::string& out, const Request& request, std::string_view host, const HeadFacts& facts) {
    const std::string_view target = request.layout().asterisk ? "*" : request.target();
    out.append(request.method()).append(1, ' ').append(target).append(" HTTP/1.1\r\n");
    if (!host.empty()) append_line(out, "Host", host);
    append_lines(out, request.headers(), !host.empty());
    append_facts(out, facts);
    out.append("\r\n", 2);
}

void write_chunk_start(std::string& out, std::size_t size) {
    append_number(out, size, 16);
    out.append("\r\n", 2);
}

void write_last_chunk(std::string& out, const Headers* trailers) {
    out.append("0\r\n", 3);
    // What the gateway itself acts on frames, routes or vouches for a message: never behind its body (RFC 9110 section
    // 6.5.1), where no check has seen it and some upstreams would merge it into the headers.
    if (const auto* layout = trailers ? trailers->layout() : nullptr)
        for (const auto& line : layout->lines)
            if (line.known == Known::other) append_line(out, layout->name(line), layout->value(line));
    out.append("\r\n", 2);
}

std::string_view date_now() {
    thread_local std::time_t made_at = -1;
    thread_local char text[32];
    thread_local std::size_t size = 0;
    const std::time_t now = std::time(nullptr);
    if (now != made_at) {
        std::tm parts{};
        gmtime_r(&now, &parts);
        constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
        constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
        // Not strftime: its names follow the locale.
        size = static_cast<std::size_t>(std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                                      days[parts.tm_wday], parts.tm_mday, months[parts.tm_mon],
                                                      parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec));
        made_at = now;
    }
    return {text, size};
}

}  // namespace tollgate::http
