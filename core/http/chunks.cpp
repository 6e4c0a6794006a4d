// core/http/chunks.cpp - Beast's parser for chunks, and the refusal of what it lets through (docs/threat-model.md).
#include "http/chunks.h"

#include "http/layout.h"
#include "http/malformed.h"

#include <algorithm>
#include <limits>

namespace tollgate::http {

namespace {
namespace beast = boost::beast;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

constexpr std::size_t longest_chunk_header = 256;  // size and extensions
}  // namespace

// Beast reads chunks only behind a head that says so. The message's own was read elsewhere.
ChunkReader::ChunkReader(std::size_t longest_line, std::size_t most_trailers, const char* reason, Headers& trailers)
    : longest_line_{longest_line}, most_trailers_{most_trailers}, reason_{reason}, trailers_{trailers} {
    constexpr std::string_view head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    Base::eager(false);
    // Not boost::none: Boost 1.74 compares a length with it and finds every length greater.
    Base::body_limit(std::numeric_limits<std::uint64_t>::max());
    error_code ec;
    Base::put({head.data(), head.size()}, ec);
    begun_ = true;
}

void ChunkReader::refuse(std::string message) const { throw Malformed{400, reason_, std::move(message)}; }

bool ChunkReader::read(std::string_view data, std::size_t& consumed, std::string_view& piece) {
    consumed = 0;
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
            if (data.size() - consumed > longest_line_) refuse("expected a shorter line in a chunked body");
            break;
        }
        if (ec) refuse(ec.message());
        if (piece_.empty() && parsed > longest_line_) refuse("expected a shorter line in a chunked body");
    }
    piece = piece_;
    return Base::is_done();
}

void ChunkReader::on_field_impl(beast::http::field, string_view name, string_view value, error_code&) {
    if (!begun_) return;
    // obs-fold (RFC 9112 section 5.2): Beast joins folded lines in a buffer of its own, unless the first is blank.
    const char* const colon = name.data() + name.size();
    if (value.data() < colon || value.data() > input_.data() + input_.size() ||
        std::find(colon, value.data(), '\n') != value.data())
        refuse("expected no folded header lines");
    if (trailers_.size() >= most_trailers_)
        throw Malformed{431, "headers_too_large",
                        "there are more than " + std::to_string(most_trailers_) + " header lines"};
    if (name.size() > 0xffff) refuse("expected a shorter header name");
    Headers::Layout::of(trailers_).append(view(name), view(value));
}

void ChunkReader::on_chunk_header_impl(std::uint64_t size, string_view extensions, error_code&) {
    left_ = size;
    if (extensions.size() > longest_chunk_header) refuse("expected shorter chunk extensions");
    // Beast takes any byte in a quoted string.
    const auto is_control = [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; };
    if (std::any_of(extensions.begin(), extensions.end(), is_control)) refuse("expected no control bytes in chunk extensions");
}

std::size_t ChunkReader::on_chunk_body_impl(std::uint64_t, string_view body, error_code&) {
    left_ -= body.size();
    piece_ = view(body);
    return body.size();
}

}  // namespace tollgate::http
