// core/http/parser.cpp - heads line by line, and how their bodies are framed (docs/threat-model.md: what is refused).
#include "http/parser.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace tollgate::http {

namespace {

enum : std::uint8_t { token_byte = 1, target_byte = 2, text_byte = 4 };

constexpr std::array<std::uint8_t, 256> byte_table = [] {
    std::array<std::uint8_t, 256> table{};
    for (int c = 0x20; c < 256; ++c) table[c] = c == 0x7f ? 0 : c == ' ' ? text_byte : text_byte | target_byte;
    table['\t'] = text_byte;
    for (int c = '0'; c <= '9'; ++c) table[c] |= token_byte;
    for (int c = 'A'; c <= 'Z'; ++c) table[c] |= token_byte, table[c + 32] |= token_byte;
    for (const char c : std::string_view{"!#$%&'*+-.^_`|~"}) table[static_cast<unsigned char>(c)] |= token_byte;
    return table;
}();

bool is(std::uint8_t kind, char c) noexcept { return byte_table[static_cast<unsigned char>(c)] & kind; }

// The bytes at the start of `text` that are of that kind.
std::size_t run_of(std::uint8_t kind, std::string_view text) noexcept {
    std::size_t size = 0;
    while (size < text.size() && is(kind, text[size])) ++size;
    return size;
}

// True where all bytes are text: eight at a time, and where one of them may be none, which a tab also is, one by one.
bool is_text(std::string_view text) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101, highs = ones << 7;
    std::uint64_t found = 0;
    const auto look = [&found](const char* at) noexcept {
        std::uint64_t word;
        std::memcpy(&word, at, 8);
        const std::uint64_t deletes = word ^ (ones * 0x7f);
        found |= ((word - ones * 0x20) & ~word) | ((deletes - ones) & ~deletes);
    };
    if (text.size() < 8) return run_of(text_byte, text) == text.size();
    for (std::size_t at = 0; at + 8 < text.size(); at += 8) look(text.data() + at);
    look(text.data() + text.size() - 8);
    return !(found & highs) || run_of(text_byte, text) == text.size();
}

bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// "HTTP/2.0", which is well-formed.
bool is_version(std::string_view text) noexcept {
    return text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' && is_digit(text[7]);
}

// 0 or 1 of "HTTP/1.0" and "HTTP/1.1", else -1.
int minor_version(std::string_view version) noexcept {
    if (version.size() != 8 || !version.starts_with("HTTP/1.")) return -1;
    return version[7] == '1' ? 1 : version[7] == '0' ? 0 : -1;
}

}  // namespace

template <bool is_request>
void Parser<is_request>::refuse(std::string message) const {
    throw Malformed{400, is_request ? "malformed_request" : "malformed_response", std::move(message)};
}

// The head -------------------------------------------------------------------------------------------------------

template <bool is_request>
bool Parser<is_request>::parse_head(std::string_view data, std::size_t& consumed) {
    consumed = 0;
    if (is_request && head_size_ == 0) {
        // Blank lines before a request (RFC 9112 section 2.2), of which half of one may have come.
        while (data.substr(consumed).starts_with("\r\n")) consumed += 2;
        if (data.substr(consumed) == "\r") return false;
    }
    while (!head_done_) {
        const auto rest = data.substr(consumed);
        const auto end = rest.find('\n');
        if (end == rest.npos) {
            judge_incomplete_line(rest);
            return false;
        }
        // Without the carriage return it would end a line for some and not for others.
        if (end == 0 || rest[end - 1] != '\r') refuse("expected lines to end in CR LF");
        consumed += end + 1;
        head_size_ += end + 1;
        head_done_ = take_line(rest.substr(0, end - 1));
    }
    settle_framing();
    return true;
}

template <bool is_request>
bool Parser<is_request>::take_line(std::string_view line) {
    if (!started_) {
        take_start_line(line);
        started_ = true;
    } else if (!line.empty()) {
        take_field_line(line);
    }
    if (head_size_ > limits_.head)
        throw Malformed{431, "headers_too_large", "the headers are larger than " + std::to_string(limits_.head) + " bytes"};
    return line.empty();
}

// Whatever is already certain of a line of which only the beginning has come.
template <bool is_request>
void Parser<is_request>::judge_incomplete_line(std::string_view begun) const {
    if (!started_ && is_request) {
        const auto method = run_of(token_byte, begun);
        if (method < begun.size() && (method == 0 || begun[method] != ' ')) refuse_start_line();
        if (begun.size() > limits_.start_line)
            throw Malformed{414, "target_too_long",
                            "the request line is longer than " + std::to_string(limits_.start_line) + " bytes"};
    }
    if (constexpr std::string_view version = "HTTP/1."; !started_ && !is_request)
        if (!version.starts_with(begun.substr(0, version.size()))) refuse_start_line();
    if (head_size_ + begun.size() > limits_.head)
        throw Malformed{431, "headers_too_large", "the headers are larger than " + std::to_string(limits_.head) + " bytes"};
}

template <bool is_request>
void Parser<is_request>::refuse_start_line() const {
    refuse(is_request ? "expected a request line of method, target and version" : "expected an HTTP/1 status line");
}

// method SP request-target SP HTTP-version, or HTTP-version SP status-code SP reason-phrase (RFC 9112 sections 3, 4).
template <bool is_request>
void Parser<is_request>::take_start_line(std::string_view line) {
    if constexpr (is_request) {
        if (line.size() + 1 > limits_.start_line)
            throw Malformed{414, "target_too_long",
                            "the request line is longer than " + std::to_string(limits_.start_line) + " bytes"};
        const auto method = run_of(token_byte, line);
        if (method == 0 || method == line.size() || line[method] != ' ') refuse_start_line();
        const auto behind = line.substr(method + 1);
        const auto target = run_of(target_byte, behind);
        if (target == 0 || target == behind.size() || behind[target] != ' ') refuse_start_line();
        const auto version = behind.substr(target + 1);
        version_minor_ = minor_version(version);
        if (version_minor_ < 0 && is_version(version))
            throw Malformed{505, "version_not_supported", "expected HTTP/1.0 or HTTP/1.1"};
        if (version_minor_ < 0) refuse_start_line();
        head_.method.assign(line.data(), method);
        head_.target.assign(behind.data(), target);
    } else {
        version_minor_ = minor_version(line.substr(0, 8));
        if (version_minor_ < 0 || line.size() < 13 || line[8] != ' ' || !is_digit(line[9]) || !is_digit(line[10]) ||
            !is_digit(line[11]) || line[12] != ' ' || !is_text(line))
            refuse_start_line();
        status_ = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
    }
}

// field-name ":" OWS field-value OWS (RFC 9112 section 5). A line that begins with a blank once continued the one before.
template <bool is_request>
void Parser<is_request>::take_field_line(std::string_view line) {
    if (is_blank(line.front())) refuse("expected no folded header lines");
    const auto name = run_of(token_byte, line);
    if (name == 0 || name == line.size() || line[name] != ':') refuse("expected a header line of name, colon and value");
    auto value = line.substr(name + 1);
    while (!value.empty() && is_blank(value.front())) value.remove_prefix(1);
    while (!value.empty() && is_blank(value.back())) value.remove_suffix(1);
    if (!is_text(value)) refuse("expected no control bytes in a header's value");
    if (head_.headers.size() >= limits_.lines)
        throw Malformed{431, "headers_too_large", "there are more than " + std::to_string(limits_.lines) + " header lines"};
    if (name > 0xffff) refuse("expected a shorter header name");
    const Known which = known(line.substr(0, name));
    if (which == Known::connection || which == Known::proxy_connection)
        for_each_element(value, [this](std::string_view option) {
            if (!is_token(option)) refuse("expected Connection to be a list of words");
        });
    Headers::Layout::of(head_.headers).append(line.substr(0, name), value, which);
}

// RFC 9112 section 6.3, without its leniencies: what two programs could frame in two ways is refused.
template <bool is_request>
void Parser<is_request>::settle_framing() {
    using Layout = Headers::Layout;
    const auto codings = Layout::count(head_.headers, Known::transfer_encoding);
    const auto lengths = Layout::count(head_.headers, Known::content_length);
    if (codings > 0 && lengths > 0) refuse("expected Content-Length or Transfer-Encoding, got both");
    if (codings > 1) refuse("expected one Transfer-Encoding line");
    if (lengths > 1) refuse("expected one Content-Length line");
    if (lengths == 1) settle_length();
    const bool bodiless = !is_request && (head_only_ || status_ / 100 == 1 || status_ == 204 || status_ == 304);
    if (codings == 1) {
        if (version_minor_ == 0) refuse("expected no Transfer-Encoding in HTTP/1.0");
        if (!same_text(Layout::get(head_.headers, Known::transfer_encoding), "chunked"))
            refuse("expected Transfer-Encoding: chunked and nothing else");
        framing_ = bodiless ? Framing::none : Framing::chunked;
    } else if (bodiless) {
        framing_ = Framing::none;
    } else if (lengths == 1) {
        framing_ = length_ == 0 ? Framing::none : Framing::length;
    } else {
        framing_ = is_request ? Framing::none : Framing::until_close;
    }
    left_ = length_;
    body_done_ = framing_ == Framing::none;
    if (framing_ == Framing::chunked)
        chunks_.emplace(limits_.start_line, limits_.lines, is_request ? "malformed_request" : "malformed_response",
                        head_.trailers);
}

template <bool is_request>
void Parser<is_request>::settle_length() {
    const auto digits = Headers::Layout::get(head_.headers, Known::content_length);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length_);
    if (digits.empty() || digits.front() == '-' || error != std::errc{} || end != digits.data() + digits.size() ||
        length_ > (std::uint64_t{1} << 62))
        refuse("expected Content-Length to be a number");
}

// The body -------------------------------------------------------------------------------------------------------

template <bool is_request>
bool Parser<is_request>::parse_body(std::string_view data, std::size_t& consumed, std::string_view& piece) {
    consumed = 0;
    piece = {};
    if (body_done_) return true;
    if (framing_ == Framing::length) {
        piece = data.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, data.size())));
        left_ -= piece.size();
        consumed = piece.size();
        return body_done_ = left_ == 0;
    }
    if (framing_ == Framing::until_close) {
        piece = data;
        consumed = data.size();
        return false;
    }
    return body_done_ = chunks_->read(data, consumed, piece);
}

template class Parser<true>;
template class Parser<false>;

}  // namespace tollgate::http
