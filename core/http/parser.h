// core/http/parser.h - Parser: HTTP/1.1 messages, head and body, out of whatever bytes have come.
#pragma once

#include <tollgate/message.h>

#include "http/chunks.h"
#include "http/layout.h"
#include "http/malformed.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate::http {

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

// One message. The head is read line by line, in one pass and by one rule each: what is nearly right is refused.
template <bool is_request>
class Parser {
public:
    // `into` is cleared, and must outlive the parser.
    Parser(const HeadLimits& limits, ParsedHead& into) : limits_{limits}, head_{into} { into.clear(); }

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
    bool take_line(std::string_view line);  // true: it was the blank one that ends the head
    void take_start_line(std::string_view line);
    void take_field_line(std::string_view line);
    void judge_incomplete_line(std::string_view begun) const;
    void settle_framing();
    void settle_length();
    [[noreturn]] void refuse(std::string message) const;
    [[noreturn]] void refuse_start_line() const;

    HeadLimits limits_;
    std::size_t head_size_ = 0;
    ParsedHead& head_;
    int status_ = 0, version_minor_ = 1;
    Framing framing_ = Framing::none;
    std::uint64_t length_ = 0, left_ = 0;  // of the whole body; of it still to come
    bool head_only_ = false, started_ = false, head_done_ = false, body_done_ = false;
    std::optional<ChunkReader> chunks_;
};

using RequestParser = Parser<true>;
using ResponseParser = Parser<false>;
extern template class Parser<true>;
extern template class Parser<false>;

}  // namespace tollgate::http
