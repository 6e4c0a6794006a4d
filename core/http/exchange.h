// core/http/exchange.h - Exchange: one request and its answer, whatever protocol carries them.
//
// HTTP/1.1 makes one by http/session. HTTP/2 will be a second way: nobody above may assume that a connection carries
// one exchange at a time.
#pragma once

#include <tollgate/client_certificate.h>
#include <tollgate/message.h>
#include <tollgate/task.h>

#include "net/address.h"
#include "net/timers.h"
#include "support/failure.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::http {

// Who is at the other end of a client connection. Lives as long as it.
struct Client {
    std::string address;             // "192.0.2.7", "2001:db8::1", "unix:"
    std::optional<net::Ip> ip;       // nullopt on a Unix socket
    bool is_unix = false;
    bool secure = false;             // it came by TLS
    std::shared_ptr<const ClientCertificate> certificate = {};  // null: none was asked for, or shown
    // A proxy's connection, by the PROXY protocol, without a word of whose it is: what comes over it may be anybody's.
    bool unnamed = false;
    // Whether what it says of others (X-Forwarded-For and the like) is believed, where those in `trusted` are.
    bool believed(const std::vector<net::Range>& trusted) const noexcept { return !unnamed && is_in(trusted); }
    bool is_in(const std::vector<net::Range>& ranges) const noexcept {
        return std::any_of(ranges.begin(), ranges.end(),
                           [this](const auto& range) { return is_unix ? range.is_unix() : ip && range.contains(*ip); });
    }
};

class Exchange {
public:
    virtual ~Exchange() = default;
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    Request request;
    // Why the request's head cannot be served (400, 408, 414, 431, ...); the rest of `request` is then what was read.
    std::optional<Failure> refusal;
    // The protocols that the client offers to go over to (RFC 9110 section 7.8), as "websocket"; mostly none.
    std::string upgrade;
    bool head_only = false;  // the client sent HEAD, whatever a plugin makes of the method on its way to the upstream
    net::TimePoint began;    // first byte of the head
    std::chrono::system_clock::time_point began_at;

    virtual const Client& client() const noexcept = 0;

    // The request's body. Reading it throws Failure (400, 408, 413, or 499 where the client left).
    virtual bool has_body() const noexcept = 0;
    virtual BodySource& body() noexcept = 0;
    virtual void limit_body(std::uint64_t bytes) = 0;  // throws Failure 413 if the declared length is beyond it
    virtual std::uint64_t body_received() const noexcept = 0;

    // The answer. First begin(), then send() until `last`. A throw of Failure (499) means the client is gone.
    virtual Task<void> send_interim(int status, const Headers& headers) = 0;  // 1xx; nothing to a HTTP/1.0 client
    // The same by who may not wait here, as this may end before he does: what does not go out at once goes before the
    // answer, or not at all.
    virtual void offer_interim(int status, const Headers& headers) {
        (void)status;
        (void)headers;
    }
    // `length`: of the body, nullopt where it is not known before its end. `bodiless`: no body will follow although
    // there is a length (HEAD, 304).
    virtual void begin(const Response& response, std::optional<std::uint64_t> length, bool bodiless) = 0;
    virtual Task<void> send(std::string_view piece, bool last, const Headers* trailers = nullptr) = 0;
    // In the place of begin(): the client's offer is taken. From the next send() on, body() is what the client sends and
    // send() what it is sent, byte for byte, until each has ended; neither has a timeout any more.
    virtual void begin_upgraded(const Response& response, std::string_view protocol) = 0;
    // What was begun cannot be ended: makes sure that the client sees it is not whole.
    virtual void cut() noexcept = 0;
    virtual void close_after() noexcept = 0;  // no further request on this connection, if it can be told
    virtual bool begun() const noexcept = 0;
    virtual bool sent_whole() const noexcept = 0;
    virtual std::uint64_t body_sent() const noexcept = 0;

protected:
    Exchange() = default;
};

// What the gateway is to whoever makes exchanges. Called on the exchange's loop. Destroying the task cancels.
class Handler {
public:
    virtual Task<void> serve(Exchange& exchange) = 0;

protected:
    ~Handler() = default;
};

}  // namespace tollgate::http
