// core/http/layout.h - what Headers, Request and Response look like inside; for the gateway's own code only.
#pragma once

#include <tollgate/message.h>

#include "http/body_taps.h"
#include "support/bytes.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate {

namespace http {

// Header names that the gateway itself acts on, told apart once, when a line is added.
enum class Known : std::uint8_t {
    other,
    host,
    connection,
    keep_alive,
    proxy_connection,
    transfer_encoding,
    te,
    trailer,
    upgrade,
    content_length,
    expect,
    date,
    server,
    via,
    x_forwarded_for,
    x_forwarded_proto,
    x_forwarded_host,
    forwarded,
    x_request_id,
    cookie,
    tollgate_trace,
    tollgate_mirror,
    traceparent,
    tracestate,
};
static_assert(static_cast<unsigned>(Known::tracestate) < 32, "a set of them is 32 bits");
Known known(std::string_view name) noexcept;

// A set of known names.
constexpr std::uint32_t bit(Known known) noexcept { return std::uint32_t{1} << static_cast<unsigned>(known); }
template <class... Names>
constexpr std::uint32_t bits(Names... names) noexcept {
    return (bit(names) | ...);
}

bool same_text(std::string_view a, std::string_view b) noexcept;  // ASCII case ignored
bool is_token(std::string_view text) noexcept;                     // RFC 9110 section 5.6.2
bool is_field_value(std::string_view text) noexcept;               // no CR, LF or NUL

// Calls `each` with every element of a comma-separated list (RFC 9110 section 5.6.1), blanks trimmed, empty ones left out.
template <class F>
void for_each_element(std::string_view list, F each) {
    while (!list.empty()) {
        const auto comma = list.find(',');
        auto element = list.substr(0, comma);
        list = comma == list.npos ? std::string_view{} : list.substr(comma + 1);
        while (!element.empty() && (element.front() == ' ' || element.front() == '\t')) element.remove_prefix(1);
        while (!element.empty() && (element.back() == ' ' || element.back() == '\t')) element.remove_suffix(1);
        if (!element.empty()) each(element);
    }
}

}  // namespace http

// All names and values lie in one string; a line is four numbers. clear() keeps the memory for the next message.
struct Headers::Layout {
    struct Entry {
        std::uint32_t name, value;
        std::uint32_t value_size;
        std::uint16_t name_size;
        http::Known known;
    };
    Bytes text;
    std::vector<Entry> lines;
    std::uint32_t shared = 0;  // bytes of values that more than one line has, once for each further one
    std::uint32_t seen = 0;  // the set of names ever added: what is not in it need not be looked for

    bool may_have(http::Known known) const noexcept { return seen & http::bit(known); }
    std::string_view name(const Entry& e) const noexcept { return {text.data() + e.name, e.name_size}; }
    std::string_view value(const Entry& e) const noexcept { return {text.data() + e.value, e.value_size}; }
    // Without the checks of Headers::add: for what a parser has checked. Neither may be a piece of `text`.
    void append(std::string_view name, std::string_view value, http::Known known);
    void append(std::string_view name, std::string_view value) { append(name, value, http::known(name)); }
    // Another line with the value of one that is here.
    void append_same(std::string_view name, Entry as, http::Known known);

    // Adds all lines of `other`, and removes lines of the same names that are here.
    void replace_by(const Layout& other);

    void clear() noexcept {
        text.clear();
        lines.clear();
        seen = shared = 0;
    }

    static Layout& of(Headers& headers);  // made if need be
    // Layouts are lent and given back, with the memory they have grown: a message needs about ten allocations less.
    static Layout* lend();
    static void give_back(Layout* layout) noexcept;
    bool holds(std::string_view piece) const noexcept {
        return !piece.empty() && piece.data() >= text.data() && piece.data() < text.data() + text.size();
    }
    // The first line of that name, or null.
    static const Entry* find(const Headers& headers, http::Known known) noexcept;
    static std::string_view get(const Headers& headers, http::Known known) noexcept;
    static std::size_t count(const Headers& headers, http::Known known) noexcept;
    static void remove(Headers& headers, http::Known known) noexcept;
};

struct Request::Layout {
    std::string method = "GET";
    std::string target = "/";
    std::size_t path_size = 1;  // of target
    std::string host;           // lower case, without port
    std::string_view scheme = "http";
    int version_minor = 1;
    bool asterisk = false;  // "OPTIONS *": `target` is "/*" for the router, and "*" again on its way out
    Headers headers;
    Body body;

    void clear() noexcept;
    Request head() const;  // a copy without the body
    void set_target(std::string_view target);  // already checked
};

struct Response::Layout {
    // Where it comes from; goes with the response when a plugin replaces it.
    struct Source {
        bool upstream = false;
        int version_minor = 1;
        bool via_said = false;  // an errand brought it
        std::optional<std::uint64_t> declared_length;  // an upstream's Content-Length, also of an answer to HEAD
    };
    int status = 200;
    Headers headers;
    Body body;
    Source source;
    http::BodyTaps taps;  // of a body whose bytes are at hand; a streamed one has them in its BodyRelay

    static void* operator new(std::size_t size) { return detail::allocate_frame(size); }
    static void operator delete(void* memory, std::size_t size) noexcept { detail::free_frame(memory, size); }
};

}  // namespace tollgate
