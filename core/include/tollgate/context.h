// tollgate/context.h - what each door of a plugin may see and do, one context type per phase.
//
// What a phase may not do, its context cannot spell. A context is valid until its door returns, or until the Task it
// returned has finished. Every function here is for the request's own loop only.
#pragma once

#include <tollgate/client_certificate.h>
#include <tollgate/message.h>
#include <tollgate/settings.h>
#include <tollgate/task.h>

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate {

class Passage;  // one request's walk; the gateway's own

// Who is asking, as an auth plugin found out. Immutable, shared by the requests of one key.
class Caller {
public:
    virtual ~Caller() = default;
    virtual std::string_view id() const = 0;     // unique and safe to log: a key's public id, a token's subject
    virtual std::string_view owner() const = 0;  // whom it belongs to, or ""
    virtual std::string_view tier() const = 0;   // a `tier` of routes.lua, or ""
    // Anything more the method knows ("scopes", a JWT claim), or "". Names that begin with "tollgate." say what the
    // gateway itself grants ("tollgate.rate", a limit of its own): never answer them by what a client or an issuer wrote.
    virtual std::string_view claim(std::string_view name) const {
        (void)name;
        return {};
    }
};

// A `tier` of routes.lua. Lives as long as the configuration.
class Tier {
public:
    virtual ~Tier() = default;
    virtual std::string_view name() const = 0;
    // nullopt, each: it says nothing of it.
    virtual std::optional<Rate> rate() const = 0;
    virtual std::optional<std::int64_t> burst() const = 0;  // most requests at once, beside `rate`
    virtual std::optional<Rate> quota() const = 0;  // in all; of a day, a week or a month by the calendar
};

// One address of an upstream. Lives as long as the configuration that names it.
class Target {
public:
    virtual ~Target() = default;
    virtual std::string_view address() const = 0;  // "10.0.0.11:9001", "[::1]:80", "unix:/run/app.sock"
    virtual std::uint32_t weight() const = 0;      // at least 1
    virtual std::uint32_t in_flight() const = 0;   // attempts under way, over all loops; a moment's figure
    virtual bool available() const = 0;            // false while health or a breaker keeps it out
    // Since ABI 1.2. Which share of its requests it should get after it came in, where the upstream has a slow start:
    // from above 0 up to 1, which means all of them.
    virtual double warmth() const = 0;
};

// Something that was decided, for programs that read an explanation: {"remaining", "4"}.
struct Fact {
    std::string_view name, value;
};

// What every phase may ask.
class Context {
public:
    const Request& request() const noexcept;
    std::string_view request_id() const noexcept;
    // The client's address without port: "192.0.2.7", "2001:db8::1", "unix:". Taken from X-Forwarded-For only where
    // `trusted_proxies` says so.
    std::string_view client_ip() const noexcept;
    // The route as written, "GET /orders/:id"; "(none)" where none matched.
    std::string_view route() const noexcept;
    // What `:name` or `*`/`**` took from the path, decoded; "" where the route has none of that name.
    std::string_view parameter(std::string_view name) const noexcept;
    // The upstream's name, or "". Where the route splits its requests among several it is "" in the on_request of the
    // route's own plugins: which one it will be is drawn after them.
    std::string_view upstream() const noexcept;
    const std::shared_ptr<const Caller>& caller() const noexcept;  // null until an auth plugin has said who it is
    const Tier* tier() const noexcept;                             // the caller's, or null
    const Tier* tier(std::string_view name) const noexcept;        // any of the configuration, or null
    std::chrono::steady_clock::time_point now() const noexcept;    // the loop's clock: this turn's time
    std::chrono::system_clock::time_point started() const noexcept;
    // Whom the client proved to be with a certificate of its own, or null: `listen` asked for none, or it had none.
    const ClientCertificate* client_certificate() const noexcept;

    // True if somebody listens; spare yourself the composing of a text for trace() if not.
    bool traced() const noexcept;
    // Says why something was decided; shown by `tollgate explain` and live tracing.
    void trace(std::string_view text);
    void trace(std::string_view text, std::initializer_list<Fact> facts);
    // Keeps a key, a token, out of everything that is shown of this request, whoever says it. One of fewer than six
    // bytes is shown all the same: it would be found within too many words that have nothing to do with it.
    void conceal(std::string_view secret);

    // This plugin's memory for this request: default-constructed at first use, destroyed after on_log.
    template <class T>
    T& state() {
        void*& slot = state_slot([](void* p) noexcept { delete static_cast<T*>(p); });
        if (!slot) slot = new T{};
        return *static_cast<T*>(slot);
    }
    // As state(), without making it: null if no door made one.
    template <class T>
    const T* state_if_any() const {
        return static_cast<const T*>(state_if_any_slot());
    }

    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    // The gateway's own: which walk this is, and which use of a plugin is looking.
    Context(Passage& passage, std::uint32_t use) noexcept : passage_{&passage}, use_{use} {}
    Passage& passage() const noexcept { return *passage_; }
    void turn_to(std::uint32_t use) noexcept { use_ = use; }

protected:
    ~Context() = default;
    void*& state_slot(void (*destroy)(void*) noexcept);
    const void* state_if_any_slot() const noexcept;

    Passage* passage_;
    std::uint32_t use_;
};

// Since ABI 1.4. The rest of a request's way, walked apart from its client: the plugins after the one that asks (all
// doors of theirs but on_log), `rewrite` and `request_headers`, `mirror`, a target, retries, the upstream's times. Not
// what belongs to an answer to a client: `response_headers`, `cors`, functions of answers, `errors`, log and figures.
//
// It needs neither the request nor its context, which may end before it. As long as it, its task or a body that it
// brought is there, so is its configuration, with the plugin and its Host: spawned tasks too. When the last of these is
// destroyed, what is under way ends. All of it is for the loop on which it was made.
class Errand {
public:
    virtual ~Errand() = default;
    // What will be asked: the request as it stood. May be changed before run().
    virtual Request& request() noexcept = 0;
    // Once. The answer as it left on_response of the plugins after. A body that is not here yet is a source: what is not
    // read of it is not asked of the upstream either, and read() throws where it was cut. Throws a Refusal where the
    // gateway would have answered by itself (no target, no answer in time, a later plugin refused): doors may throw that
    // on, for any number of requests, on any loop, and each client gets what it would have got without the errand.
    virtual Task<Response> run() = 0;
};

// on_request: the request's head is read; nothing has been sent anywhere.
class RequestContext : public Context {
public:
    using Context::Context;
    using Context::request;
    Request& request() noexcept;  // what will go to the upstream; may be changed
    // Says who is asking. Later plugins, values (`caller`), limits and the log see it.
    void set_caller(std::shared_ptr<const Caller> caller);
    // Adds a line to whatever answer this request gets, also to one the gateway makes itself (an error, a 429 of a
    // later plugin). For lines like X-RateLimit-Remaining that belong on every answer. An upstream's lines of that
    // name make way.
    void add_answer_header(std::string_view name, std::string_view value);
    // Watches the request's body on its way to the upstream.
    void tap_request_body(std::unique_ptr<BodyTap> tap);
    // The whole request body, if it has at most `max` bytes; nullopt if it is longer. It flows on either way.
    // The view holds as long as the request.
    Task<std::optional<std::string_view>> whole_request_body(std::size_t max);
    // Since ABI 1.3. How long the body is by the client's Content-Length, before any of it is read: 0 where there is
    // none, nullopt where it is sent in chunks.
    std::optional<std::uint64_t> request_body_length() const noexcept;
    // Since ABI 1.4. The way after this plugin, to be walked by itself. The request's log line tells of it as if the
    // request had gone there. Throws std::logic_error unless it is a GET or HEAD without a body.
    std::unique_ptr<Errand> errand();
};

// on_upstream: the request is about to go out. Runs again for each further attempt.
class UpstreamContext : public Context {
public:
    using Context::Context;
    using Context::request;
    Request& request() noexcept;  // as it will be sent
    int attempt() const noexcept;  // 1 for the first
    std::size_t target_count() const noexcept;  // at least 1
    const Target& target(std::size_t index) const noexcept;  // from 0, as routes.lua lists them
    // True where this request was already sent to that target.
    bool tried(std::size_t index) const noexcept;
    // The choice; the last one made before sending counts. Without any, the first available target is taken.
    void choose(std::size_t index) noexcept;
};

// How one attempt ended.
enum class Outcome : std::uint8_t {
    answered,        // a whole head came back
    not_connected,   // refused, unreachable, unresolved
    connect_timeout,
    reset,           // died before a head came back
    timeout,         // no head in time
    garbage,         // what came back is not HTTP
    cut,             // the head came, the body did not end
    abandoned,       // the client left or the gateway gave up
    tls_failed,      // connected, but one side did not take the other's certificate, or TLS did not come about (since 1.2)
};

// on_attempt: one attempt has ended.
class AttemptContext : public Context {
public:
    using Context::Context;
    int attempt() const noexcept;  // 1 for the first; one made beside it because it was late is the next
    std::size_t target_index() const noexcept;  // as UpstreamContext counts them
    const Target& target() const noexcept;
    Outcome outcome() const noexcept;
    int status() const noexcept;  // 0 unless answered (or cut)
    std::chrono::nanoseconds time_to_connect() const noexcept;     // 0 on a kept-alive connection
    std::chrono::nanoseconds time_to_first_byte() const noexcept;  // since the attempt began; 0 if none came
    std::chrono::nanoseconds duration() const noexcept;            // since ABI 1.3: from its beginning to its end
};

// on_response: an answer is ready, whoever made it, and nothing of it sent. A 101 (Upgrade) has lines, but no body.
class ResponseContext : public Context {
public:
    using Context::Context;
    Response& response() noexcept;  // may be changed or replaced: response() = Response{...}
    // An upstream has sent it, be it to an errand. False for what the gateway or a plugin has made, a cache's stored
    // answers among them.
    bool from_upstream() const noexcept;
    // Watches the answer's body on its way to the client.
    void tap_response_body(std::unique_ptr<BodyTap> tap);
    // The whole body, if it has at most `max` bytes; nullopt if it is longer. It flows on either way.
    Task<std::optional<std::string_view>> whole_response_body(std::size_t max);
    // Since ABI 1.3. The target whose answer it is, as UpstreamContext counts them; nullopt where it is no upstream's,
    // or an errand brought it.
    std::optional<std::size_t> target_index() const noexcept;
};

// on_log: the request is over. Times are since its first byte; an absent moment is 0.
class LogContext : public Context {
public:
    using Context::Context;
    int status() const noexcept;  // as sent to the client; 499 where it left before one was sent
    // Lines of the answer as sent; empty where none was.
    const Headers& response_headers() const noexcept;
    std::uint64_t bytes_received() const noexcept;  // of the request's body; of a 101, what the client sent after it
    std::uint64_t bytes_sent() const noexcept;      // of the answer's body; of a 101, what followed it
    bool complete() const noexcept;                 // the answer went out whole
    // Why the gateway answered by itself, as in the answer's "error" member ("rate_limited"), or "".
    std::string_view reason() const noexcept;
    // The same for the log's reader, with addresses and names a client must not see, or "".
    std::string_view detail() const noexcept;
    std::string_view target() const noexcept;  // address of the last attempt, or ""
    int attempts() const noexcept;  // made for this request, or for its errand; 0 where it was sent nowhere
    int upstream_status() const noexcept;  // 0 where none came
    std::chrono::nanoseconds duration() const noexcept;       // to the last byte sent
    std::chrono::nanoseconds upstream_time() const noexcept;  // waiting for and reading from upstreams
    std::string_view scheme() const noexcept;
    // Since ABI 1.3. An attempt was made beside one that was late.
    bool hedged() const noexcept;
    // Since ABI 1.5. The trace that the request is part of (W3C Trace Context), as 32 hexadecimal digits; "" where it is
    // part of none. Where routes.lua has no `tracing` it is what the client's `traceparent` says.
    std::string_view trace_id() const noexcept;
    // Since ABI 1.5. This request's own span in it, as 16 hexadecimal digits; "" where routes.lua has no `tracing`.
    std::string_view span_id() const noexcept;
    // Since ABI 1.5. The trace's spans are recorded, here and by those who come after.
    bool sampled() const noexcept;
};

}  // namespace tollgate
