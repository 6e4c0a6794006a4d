// core/http/parser.cpp - Beast's parser, and the refusal of what it lets through (docs/threat-model.md lists it).
#include "http/parser.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace tollgate::http {

namespace {
namespace beast = boost::beast;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }
// Beast has looked the name up already.
Known known_of(beast::http::field field, std::string_view name) {
    static const auto table = [] {
        std::array<Known, 512> known_fields{};
        for (unsigned i = 1; i < known_fields.size(); ++i) {
            const auto text = beast::http::to_string(static_cast<beast::http::field>(i));
            known_fields[i] = known(view(text));
            if (i >= static_cast<unsigned>(beast::http::field::xref)) break;  // the last there is
        }
        return known_fields;
    }();
    const auto number = static_cast<unsigned>(field);
    return number == 0 || number >= table.size() ? known(name) : table[number];
}

constexpr std::size_t longest_chunk_header = 256;  // size and extensions

// A line feed that ends a line for some, though no carriage return stands before it.
bool has_bare_line_feed(std::string_view text) noexcept {
    for (auto at = text.find('\n'); at != text.npos; at = text.find('\n', at + 1))
        if (at == 0 || text[at - 1] != '\r') return true;
    return false;
}

// "GET / HTTP/2.0": well-formed, but for the version.
bool is_of_another_version(std::string_view line) noexcept {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (std::count(line.begin(), line.end(), ' ') != 2) return false;
    const auto version = line.substr(line.rfind(' ') + 1);
    return version.size() == 8 && version.starts_with("HTTP/") && digit(version[5]) && version[6] == '.' && digit(version[7]);
}
}  // namespace

template <bool is_request>
Parser<is_request>::Parser(const HeadLimits& limits, ParsedHead& into) : limits_{limits}, head_{into} {
    into.clear();
    Base::eager(false);
    Base::header_limit(static_cast<std::uint32_t>(limits.head + 4));
    // Not boost::none: Boost 1.74 compares a length with it and finds every length greater.
    Base::body_limit(std::numeric_limits<std::uint64_t>::max());
}

template <bool is_request>
void Parser<is_request>::refuse(std::string message) const {
    throw Malformed{400, is_request ? "malformed_request" : "malformed_response", std::move(message)};
}

template <bool is_request>
void Parser<is_request>::refuse(const error_code& ec) const {
    refuse(ec.message());
}

template <bool is_request>
bool Parser<is_request>::parse_head(std::string_view data, std::size_t& consumed) {
    consumed = 0;
    if (is_request && head_size_ == 0) {
        // Blank lines before a request (RFC 9112 section 2.2), of which half of one may have come.
        while (data.substr(consumed).starts_with("\r\n")) consumed += 2;
        if (data.substr(consumed) == "\r") return false;
    }
    while (!head_done_) {
        input_ = data.substr(consumed);
        error_code ec;
        const std::size_t parsed = Base::put({input_.data(), input_.size()}, ec);
        consumed += parsed;
        head_size_ += parsed;
        if (ec == beast::http::error::need_more || ec == beast::http::error::header_limit) {
            const auto rest = data.substr(consumed);
            // Beast looks at no line again before the whole head is here.
            if (has_bare_line_feed(rest)) refuse("expected lines to end in CR LF");
            if (is_request && head_.method.empty() && rest.size() > limits_.start_line &&
                rest.substr(0, limits_.start_line).find('\n') == rest.npos)
                throw Malformed{414, "target_too_long",
                                "the request line is longer than " + std::to_string(limits_.start_line) + " bytes"};
            if (head_size_ + rest.size() > limits_.head || ec == beast::http::error::header_limit)
                throw Malformed{431, "headers_too_large",
                                "the headers are larger than " + std::to_string(limits_.head) + " bytes"};
            return false;
        }
        if (ec == beast::http::error::bad_version) {
            if (is_request && is_of_another_version(input_.substr(0, input_.find("\r\n"))))
                throw Malformed{505, "version_not_supported", "expected HTTP/1.0 or HTTP/1.1"};
            if (is_request) refuse("expected a request line of method, target and version");
            refuse("expected an HTTP/1 status line");
        }
        if (ec) refuse(ec);
        if (!Base::is_header_done()) continue;
        if (head_size_ > limits_.head)
            throw Malformed{431, "headers_too_large",
                            "the headers are larger than " + std::to_string(limits_.head) + " bytes"};
        settle_framing();
        head_done_ = true;
    }
    return true;
}

template <bool is_request>
void Parser<is_request>::on_request_impl(beast::http::verb, string_view method, string_view target, int version,
                                         error_code&) {
    if (method.size() + target.size() + 11 > limits_.start_line)
        throw Malformed{414, "target_too_long",
                        "the request line is longer than " + std::to_string(limits_.start_line) + " bytes"};
    head_.method.assign(method.data(), method.size());
    head_.target.assign(target.data(), target.size());
    version_minor_ = version % 10;
}

template <bool is_request>
void Parser<is_request>::on_response_impl(int code, string_view, int version, error_code&) {
    status_ = code;
    version_minor_ = version % 10;
}

template <bool is_request>
void Parser<is_request>::on_field_impl(beast::http::field field, string_view name, string_view value, error_code&) {
    // obs-fold (RFC 9112 section 5.2): Beast joins folded lines in a buffer of its own, unless the first is blank.
    const char* const colon = name.data() + name.size();
    if (value.data() < colon || value.data() > input_.data() + input_.size() ||
        std::find(colon, value.data(), '\n') != value.data())
        refuse("expected no folded header lines");
    Headers& into = head_done_ ? head_.trailers : head_.headers;
    if (into.size() >= limits_.lines)
        throw Malformed{431, "headers_too_large", "there are more than " + std::to_string(limits_.lines) + " header lines"};
    if (name.size() > 0xffff) refuse("expected a shorter header name");
    Headers::Layout::of(into).append(view(name), view(value), known_of(field, view(name)));
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
    if (lengths == 1) {
        const auto digits = Layout::get(head_.headers, Known::content_length);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length_);
        if (digits.empty() || digits.front() == '-' || error != std::errc{} || end != digits.data() + digits.size() ||
            length_ > (std::uint64_t{1} << 62))
            refuse("expected Content-Length to be a number");
    }
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
}

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
    piece_ = {};
    while (consumed < data.size() && piece_.empty() && !Base::is_done()) {
        input_ = data.substr(consumed);
        // The last chunk has five bytes at least, and Beast asserts that it sees as many once it knows which one it is.
        if (left_ == 0 && input_.front() == '0' && input_.size() < 5) break;
        error_code ec;
        const auto parsed = Base::put({input_.data(), input_.size()}, ec);
        consumed += parsed;
        if (ec == beast::http::error::need_more) {
            if (parsed > 0) continue;
            // A chunk's size line or a trailer: neither is longer than a request line.
            if (data.size() - consumed > limits_.start_line) refuse("expected a shorter line in a chunked body");
            break;
        }
        if (ec) refuse(ec);
        if (piece_.empty() && parsed > limits_.start_line) refuse("expected a shorter line in a chunked body");
    }
    piece = piece_;
    return body_done_ = Base::is_done();
}

template <bool is_request>
void Parser<is_request>::on_chunk_header_impl(std::uint64_t size, string_view extensions, error_code&) {
    left_ = size;
    if (extensions.size() > longest_chunk_header) refuse("expected shorter chunk extensions");
    // Beast takes any byte in a quoted string.
    const auto is_control = [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; };
    if (std::any_of(extensions.begin(), extensions.end(), is_control)) refuse("expected no control bytes in chunk extensions");
}

template <bool is_request>
std::size_t Parser<is_request>::on_chunk_body_impl(std::uint64_t, string_view body, error_code&) {
    left_ -= body.size();
    piece_ = view(body);
    return body.size();
}

template class Parser<true>;
template class Parser<false>;

}  // namespace tollgate::http
