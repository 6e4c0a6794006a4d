// core/http/writer.cpp - heads and chunk frames.
#include "http/writer.h"

#include "http/layout.h"

#include <Poco/Net/HTTPResponse.h>

#include <charconv>
#include <cstring>
#include <ctime>

namespace tollgate::http {

namespace {

// Writes behind a text, into room that is made once: at most `most` bytes.
class Room {
public:
    Room(std::string& out, std::size_t most) : out_{out}, begin_{out.size()} {
        out.resize(begin_ + most);
        to_ = out.data() + begin_;
    }
    Room(const Room&) = delete;
    ~Room() { out_.resize(static_cast<std::size_t>(to_ - out_.data())); }

    void put(std::string_view text) noexcept {
        if (!text.empty()) std::memcpy(to_, text.data(), text.size());
        to_ += text.size();
    }
    void put(char c) noexcept { *to_++ = c; }
    void put_number(std::uint64_t number, int base = 10) noexcept { to_ = std::to_chars(to_, to_ + 20, number, base).ptr; }
    void put_line(std::string_view name, std::string_view value) noexcept {
        put(name);
        put(": ");
        put(value);
        put("\r\n");
    }

private:
    std::string& out_;
    const std::size_t begin_;
    char* to_;
};

constexpr std::size_t room_for_facts = 176;  // all of them, a Date, and the blank line
constexpr std::uint32_t framing = bits(Known::connection, Known::keep_alive, Known::proxy_connection,
                                       Known::transfer_encoding, Known::content_length, Known::upgrade);

std::size_t room_for_lines(const Headers& headers) noexcept {
    const auto* layout = headers.layout();
    return layout ? layout->text.size() + 4 * layout->lines.size() + layout->shared : 0;
}

void put_lines(Room& room, const Headers& headers, std::uint32_t without) {
    const Headers::Layout* layout = headers.layout();
    if (!layout) return;
    for (const auto& line : layout->lines)
        if (!(without & bit(line.known))) room.put_line(layout->name(line), layout->value(line));
}

void put_facts(Room& room, const HeadFacts& facts) {
    if (facts.length) {
        room.put("Content-Length: ");
        room.put_number(*facts.length);
        room.put("\r\n");
    }
    if (facts.chunked) room.put("Transfer-Encoding: chunked\r\n");
    if (facts.close) room.put("Connection: close\r\n");
    if (facts.keep_alive) room.put("Connection: keep-alive\r\n");
    if (!facts.upgrade.empty()) {
        room.put("Connection: upgrade\r\n");
        room.put_line("Upgrade", facts.upgrade);
    }
    if (!facts.traceparent.empty()) room.put_line("traceparent", facts.traceparent);
}

constexpr std::size_t room_for_status = 100;

void put_status_line(Room& room, int status) {
    room.put("HTTP/1.1 ");
    room.put_number(static_cast<std::uint64_t>(status));
    room.put(' ');
    room.put(reason_phrase(status));
    room.put("\r\n");
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
    Room room{out, room_for_status + room_for_lines(headers) + room_for_facts + facts.upgrade.size()};
    put_status_line(room, status);
    put_lines(room, headers, framing);
    if (!Headers::Layout::find(headers, Known::date)) room.put_line("Date", date_now());
    put_facts(room, facts);
    room.put("\r\n");
}

void write_interim_head(std::string& out, int status, const Headers& headers) {
    Room room{out, room_for_status + room_for_lines(headers) + 2};
    put_status_line(room, status);
    put_lines(room, headers, framing);
    room.put("\r\n");
}

void write_request_head(std::string& out, const Request& request, std::string_view host, const HeadFacts& facts) {
    const std::string_view target = request.layout().asterisk ? "*" : request.target(), version = " HTTP/1.1\r\n";
    Room room{out, request.method().size() + 1 + target.size() + version.size() + host.size() +
                       room_for_lines(request.headers()) + room_for_facts + facts.upgrade.size() + facts.traceparent.size()};
    std::uint32_t without = host.empty() ? framing : framing | bit(Known::host);
    if (!facts.traceparent.empty()) without |= bit(Known::traceparent);
    room.put(request.method());
    room.put(' ');
    room.put(target);
    room.put(version);
    if (!host.empty()) room.put_line("Host", host);
    put_lines(room, request.headers(), without);
    put_facts(room, facts);
    room.put("\r\n");
}

void write_chunk_start(std::string& out, std::size_t size) {
    Room room{out, 22};
    room.put_number(size, 16);
    room.put("\r\n");
}

void write_last_chunk(std::string& out, const Headers* trailers) {
    Room room{out, 5 + (trailers ? room_for_lines(*trailers) : 0)};
    room.put("0\r\n");
    // What the gateway itself acts on frames, routes or vouches for a message: never behind its body (RFC 9110 section
    // 6.5.1), where no check has seen it and some upstreams would merge it into the headers.
    if (trailers) put_lines(room, *trailers, ~bit(Known::other));
    room.put("\r\n");
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
