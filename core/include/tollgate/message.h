// tollgate/message.h - Headers, Body, Request and Response, as plugins and the gateway see them.
//
// All of them hide their layout: a plugin built against an older header keeps working when they grow. They are
// cheap to move and not thread-safe. A string_view they return is valid until the object is next changed.
#pragma once

#include <tollgate/task.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate {

// Header (or trailer) lines in the order they came. Names compare without case (RFC 9110 section 5.1).
class Headers {
public:
    struct Line {
        std::string_view name, value;
    };

    Headers() noexcept;
    Headers(std::initializer_list<Line> lines);
    Headers(const Headers&);
    Headers(Headers&&) noexcept;
    Headers& operator=(const Headers&);
    Headers& operator=(Headers&&) noexcept;
    ~Headers();

    // The first line's value, or "" when there is none; has() tells an empty value from a missing line.
    std::string_view get(std::string_view name) const noexcept;
    bool has(std::string_view name) const noexcept;
    // Appends a line. Throws std::invalid_argument unless the name is a token and the value free of CR, LF and NUL.
    void add(std::string_view name, std::string_view value);
    // Replaces all lines of that name by one, in the place of the first. Throws as add().
    void set(std::string_view name, std::string_view value);
    // Removes all lines of that name; returns how many there were.
    std::size_t remove(std::string_view name) noexcept;
    void clear() noexcept;

    std::size_t size() const noexcept;
    // The line at `index`, below size(). Indices shift when lines are removed.
    Line operator[](std::size_t index) const noexcept;

    class Iterator {
    public:
        Iterator(const Headers& headers, std::size_t index) noexcept : headers_{&headers}, index_{index} {}
        Line operator*() const noexcept { return (*headers_)[index_]; }
        Iterator& operator++() noexcept {
            ++index_;
            return *this;
        }
        bool operator==(const Iterator& other) const noexcept { return index_ == other.index_; }

    private:
        const Headers* headers_;
        std::size_t index_;
    };
    Iterator begin() const noexcept { return {*this, 0}; }
    Iterator end() const noexcept { return {*this, size()}; }

    struct Layout;  // the gateway's own code reads it directly; plugins cannot
    Layout* layout() const noexcept { return layout_; }

private:
    Layout* layout_ = nullptr;
};

// How a streamed body ended: whole, or cut short by a failure or a client that left.
enum class BodyEnd : std::uint8_t { complete, cut };

// A body that arrives piece by piece. Read by one reader, on one loop.
class BodySource {
public:
    virtual ~BodySource() = default;
    // The next piece, never empty, valid until the next call; "" when the body ended complete. Throws when it was
    // cut short: a body that was cut never looks whole.
    virtual Task<std::string_view> read() = 0;
    // As read(), if that needs no waiting: true and the piece (or "" at the end), else false.
    virtual bool try_read(std::string_view& piece) {
        (void)piece;
        return false;
    }
    // Length in bytes where it is known before reading.
    virtual std::optional<std::uint64_t> length() const { return std::nullopt; }
    // Lines after a chunked body; meaningful once read() has returned "". May be null.
    virtual const Headers* trailers() const { return nullptr; }
};

// Watches a body go by without changing it. Called on the request's loop; a throw is logged and ends the watching.
class BodyTap {
public:
    virtual ~BodyTap() = default;
    virtual void on_piece(std::string_view piece) = 0;  // valid for the call
    virtual void on_end(BodyEnd end) = 0;               // once, unless the tap threw before
};

// What a message carries after its head: nothing, bytes of its own, bytes shared with others (a cache), or a source.
class Body {
public:
    Body() noexcept;
    Body(std::string bytes);                              // NOLINT(google-explicit-constructor)
    Body(std::shared_ptr<const std::string> bytes);       // NOLINT(google-explicit-constructor)
    Body(std::unique_ptr<BodySource> source);             // NOLINT(google-explicit-constructor)
    Body(Body&&) noexcept;
    Body& operator=(Body&&) noexcept;
    ~Body();

    bool empty() const noexcept;                                 // no bytes and no source
    std::optional<std::uint64_t> length() const;                 // nullopt: known only when it has ended
    std::string_view bytes() const noexcept;                     // "" for a source
    std::shared_ptr<const std::string> shared() const noexcept;  // null unless shared
    BodySource* source() const noexcept;                         // null unless streamed
    // Gives the source away (to be wrapped in another one) and leaves nothing; null unless streamed.
    std::unique_ptr<BodySource> take_source() noexcept;

private:
    struct Layout;
    Layout* layout_ = nullptr;  // null: empty
};

// A request: what a client asked (already checked and normalised), or what a plugin asks with Host::fetch.
class Request {
public:
    Request();
    // `target` is a path with an optional query: "/orders/7?full=1".
    Request(std::string_view method, std::string_view target);
    Request(Request&&) noexcept;
    Request& operator=(Request&&) noexcept;
    ~Request();

    std::string_view method() const noexcept;  // case-sensitive, as sent
    std::string_view target() const noexcept;  // path and query, as it will be sent to an upstream
    // The part before '?': no dot segments, no empty segments inside, unreserved characters decoded, never empty.
    std::string_view path() const noexcept;
    std::string_view query() const noexcept;     // after '?', undecoded, without it
    std::string_view scheme() const noexcept;    // "http" or "https": how the client reached us
    std::string_view host() const noexcept;      // Host, lower case, without port
    int version_minor() const noexcept;          // 0 for HTTP/1.0, else 1
    Headers& headers() noexcept;
    const Headers& headers() const noexcept;
    const Body& body() const noexcept;  // only of requests made by a plugin; a client's is read through its context

    void set_method(std::string_view method);  // throws std::invalid_argument unless a token
    void set_target(std::string_view target);  // throws std::invalid_argument unless it starts with '/' and is clean
    void set_body(Body body) noexcept;

    // The value of the query parameter `name`, percent- and plus-decoded; nullopt where it is not given.
    std::optional<std::string> query_parameter(std::string_view name) const;
    // The value of the cookie `name`, or ""; its data() is null where there is no such cookie.
    std::string_view cookie(std::string_view name) const noexcept;

    struct Layout;
    Layout& layout() const noexcept { return *layout_; }

private:
    std::unique_ptr<Layout> layout_;
};

// An answer. The gateway adds Date, framing (Content-Length or chunks) and what a connection needs by itself.
class Response {
public:
    Response() noexcept;  // no response: only good for being assigned to
    // `status` 200 to 599.
    explicit Response(int status, Body body = {});
    Response(int status, Headers headers, Body body = {});
    Response(Response&&) noexcept;
    Response& operator=(Response&&) noexcept;
    ~Response();

    explicit operator bool() const noexcept { return layout_ != nullptr; }  // false: no response

    int status() const noexcept;
    void set_status(int status);  // throws std::invalid_argument outside 200 to 599
    Headers& headers() noexcept;
    const Headers& headers() const noexcept;
    Body& body() noexcept;
    const Body& body() const noexcept;
    void set_body(Body body) noexcept;  // Content-Length and Transfer-Encoding lines are the gateway's business

    struct Layout;
    Layout& layout() const noexcept { return *layout_; }

private:
    std::unique_ptr<Layout> layout_;
};

}  // namespace tollgate
