// tests/support/message.cpp - heads, lengths and chunks, split by hand.
#include "support/message.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace tollgate::test {

namespace {

using Lines = std::vector<std::pair<std::string, std::string>>;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string first(const Lines& lines, std::string_view name) {
    for (const auto& [key, value] : lines)
        if (same(key, name)) return value;
    return {};
}

// The lines of `text` but for the first, up to an empty one.
Lines split_lines(std::string_view text) {
    Lines lines;
    for (auto end = text.find("\r\n"); end != text.npos && end > 0; end = text.find("\r\n")) {
        const auto line = text.substr(0, end);
        const auto colon = line.find(':');
        if (colon == line.npos) throw ConnectionError{"a header line without a colon: " + std::string{line}};
        auto value = line.substr(colon + 1);
        while (value.starts_with(' ')) value.remove_prefix(1);
        lines.emplace_back(line.substr(0, colon), value);
        text.remove_prefix(end + 2);
    }
    return lines;
}

std::uint64_t number(std::string_view text, int base, const char* what) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc{} || end != text.data() + text.size())
        throw ConnectionError{std::string{what} + ": \"" + std::string{text} + '"'};
    return value;
}

void read_chunks(Connection& connection, Message& message) {
    for (;;) {
        std::string line = connection.read_until("\r\n");
        line.resize(line.size() - 2);
        const auto size = number(line.substr(0, line.find(';')), 16, "no chunk size");
        if (size == 0) break;
        message.body += connection.read_exactly(size);
        if (connection.read_exactly(2) != "\r\n") throw ConnectionError{"no CRLF behind a chunk"};
    }
    std::string trailers;
    do trailers += connection.read_until("\r\n");
    while (!trailers.ends_with("\r\n\r\n") && trailers != "\r\n");
    message.trailers = split_lines(trailers);
}

}  // namespace

std::string Message::header(std::string_view name) const { return first(headers, name); }
std::string Message::trailer(std::string_view name) const { return first(trailers, name); }

std::size_t Message::count(std::string_view name) const {
    return static_cast<std::size_t>(
        std::count_if(headers.begin(), headers.end(), [&](const auto& line) { return same(line.first, name); }));
}

int Message::status() const {
    if (!start_line.starts_with("HTTP/1.") || start_line.size() < 12)
        throw ConnectionError{"no status line: " + start_line};
    return static_cast<int>(number(std::string_view{start_line}.substr(9, 3), 10, "no status"));
}

std::string Message::method() const { return start_line.substr(0, start_line.find(' ')); }

std::string Message::target() const {
    const auto begin = start_line.find(' ') + 1;
    return start_line.substr(begin, start_line.rfind(' ') - begin);
}

Message read_head(Connection& connection, std::string* head_text) {
    const std::string head = connection.read_until("\r\n\r\n");
    if (head_text) *head_text = head;
    Message message;
    const auto end = head.find("\r\n");
    message.start_line = head.substr(0, end);
    message.headers = split_lines(std::string_view{head}.substr(end + 2));
    return message;
}

void read_body(Connection& connection, Message& message, bool request, bool bodiless) {
    if (!request) {
        const int status = message.status();
        bodiless = bodiless || status / 100 == 1 || status == 204 || status == 304;
    }
    if (bodiless) return;
    try {
        if (same(message.header("Transfer-Encoding"), "chunked")) {
            message.chunked = true;
            read_chunks(connection, message);
        } else if (message.has("Content-Length")) {
            auto left = number(message.header("Content-Length"), 10, "no Content-Length");
            while (left > 0) {
                const std::string piece = connection.read_some(static_cast<std::size_t>(std::min<std::uint64_t>(left, 1 << 20)));
                if (piece.empty()) throw ConnectionError{"cut"};
                message.body += piece;
                left -= piece.size();
            }
        } else if (!request) {
            message.body = connection.read_to_end();
        }
    } catch (const ConnectionError& error) {
        // Silence is a failed test; an end or a reset is an answer cut short, and the test's to judge.
        if (std::string_view{error.what()}.starts_with("nothing came")) throw;
        message.complete = false;
    }
}

Message read_answer(Connection& connection, bool bodiless) {
    Message message = read_head(connection);
    read_body(connection, message, false, bodiless);
    return message;
}

std::optional<Message> read_request(Connection& connection) {
    if (!connection.buffered()) {
        std::string start;
        try {
            start = connection.read_some(1);
        } catch (const ConnectionError&) {
            return std::nullopt;  // reset, or nothing more in a long time
        }
        if (start.empty()) return std::nullopt;
        connection.put_back(start);
    }
    Message message = read_head(connection);
    read_body(connection, message, true);
    return message;
}

std::string chunk(std::string_view bytes) {
    char size[24];
    std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
    return size + std::string{bytes} + "\r\n";
}

}  // namespace tollgate::test
