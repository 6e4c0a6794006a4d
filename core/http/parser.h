// core/http/parser.h - Parser: HTTP/1.1 heads and chunks by Boost.Beast, and the strictness that Beast leaves to us.
#pragma once

#include <tollgate/message.h>

#include "http/layout.h"

#include <boost/beast/http/basic_parser.hpp>

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

namespace tollgate::http {

// The bytes are not the message they claim to be. `status` is what a client would be told.
class Malformed : public std::exception {
public:
    Malformed(int status, const char* reason, std::string message)
        : status{status}, reason{reason}, message{std::move(message)} {}
    const char* what() const noexcept override { return message.c_str(); }
    int status;
    const char* reason;  // "malformed_request"
    std::string message;
};

// How the end of a body is found (RFC 9112 section 6.3).
enum class Framing : std::uint8_t { none, length, chunked, until_close };

struct HeadLimits {
    std::size_t start_line, head, lines;  // bytes, bytes, count
};

// Where a parser puts what it reads; kept from message to message for its memory.
struct ParsedHead {
    std::string method, target;  // of a request
    Headers headers, trailers;
    void clear() noexcept {
        method.clear();
        target.clear();
        headers.clear();
        trailers.clear();
    }
};

// One message. Reads a head, then its body, out of whatever bytes have come.
template <bool is_request>
class Parser : private boost::beast::http::basic_parser<is_request> {
    using Base = boost::beast::http::basic_parser<is_request>;

public:
    // `into` is cleared, and must outlive the parser.
    Parser(const HeadLimits& limits, ParsedHead& into);

    // True when the head is complete. `consumed` bytes of `data` are done with, also when it returns false.
    // Throws Malformed.
    bool parse_head(std::string_view data, std::size_t& consumed);
    // A response's framing depends on what was asked.
    void answers_head_request() noexcept { head_only_ = true; }

    // After the head:
    int status() const noexcept { return status_; }
    int version_minor() const noexcept { return version_minor_; }
    Framing framing() const noexcept { return framing_; }
    std::uint64_t length() const noexcept { return length_; }  // of Framing::length; also of a response to HEAD

    // The next piece of the body in `data` ("" if more bytes are needed, or at the end). True when the body has ended;
    // then `consumed` stops before whatever follows it. Throws Malformed.
    bool parse_body(std::string_view data, std::size_t& consumed, std::string_view& piece);
    bool body_done() const noexcept { return body_done_; }

private:
    using string_view = boost::beast::string_view;
    using error_code = boost::beast::error_code;
    void on_request_impl(boost::beast::http::verb, string_view method, string_view target, int version,
                         error_code& ec) override;
    void on_response_impl(int code, string_view reason, int version, error_code& ec) override;
    void on_field_impl(boost::beast::http::field, string_view name, string_view value, error_code& ec) override;
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
    std::size_t on_body_impl(string_view, error_code&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t, string_view extensions, error_code&) override;
    std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override;
    void on_finish_impl(error_code&) override {}
    void settle_framing();
    [[noreturn]] void refuse(std::string message) const;
    [[noreturn]] void refuse(const error_code& ec) const;

    HeadLimits limits_;
    std::size_t head_size_ = 0;
    std::string_view input_;  // what is being parsed: a value outside it was folded
    ParsedHead& head_;
    int status_ = 0, version_minor_ = 1;
    Framing framing_ = Framing::none;
    std::uint64_t length_ = 0, left_ = 0;  // of the whole body; of it, or of the chunk, still to come
    std::string_view piece_;
    bool head_only_ = false, head_done_ = false, body_done_ = false;
};

using RequestParser = Parser<true>;
using ResponseParser = Parser<false>;
extern template class Parser<true>;
extern template class Parser<false>;

}  // namespace tollgate::http
