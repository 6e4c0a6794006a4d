// core/http/session.cpp - HTTP/1.1 with one client: reading heads, serving exchanges in order, and closing well.
#include "http/session.h"

#include "http/http1_exchange.h"
#include "support/log.h"

#include <unistd.h>

#include <cerrno>

namespace tollgate::http {

using net::Duration;
using net::IoResult;

namespace {
constexpr int most_blank_lines = 8;
constexpr Duration patience_while_draining = std::chrono::seconds{1};

void count(std::atomic<std::uint64_t>& figure) noexcept { figure.fetch_add(1, std::memory_order_relaxed); }

// What who speaks HTTP to a port for HTTPS is told, in the language that it speaks.
constexpr std::string_view wants_https =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 66\r\nConnection: close\r\n\r\n"
    "{\"error\":\"https_expected\",\"message\":\"this port speaks HTTPS only\"}";
static_assert(wants_https.size() - wants_https.find("\r\n\r\n") - 4 == 66);

std::unique_ptr<net::Stream> stream_over(net::EventLoop& loop, int descriptor,
                                         std::shared_ptr<const net::TlsServerContext> tls) {
    if (!tls) return std::make_unique<net::Connection>(loop, descriptor);
    return std::make_unique<net::TlsStream>(loop, descriptor, std::move(tls));
}
}  // namespace

// A session is destroyed by its lane: when its coroutine has ended, or when the connection died under a request,
// which cancels everything that request awaits.
class Session final : private net::Stream::Owner {
public:
    Session(Lane& lane, int descriptor, Client client, std::shared_ptr<const net::TlsServerContext> tls, bool proxied)
        : lane_{lane},
          client_{std::move(client)},
          proxied_{proxied},
          shaking_hands_{tls != nullptr},
          wire_{stream_over(lane.loop(), descriptor, std::move(tls))} {
        wire_.stream->set_owner(this);
    }
    ~Session() { end_handshake(); }
    void start() {
        life_ = live();
        life_.start();
        if (life_.done()) lane_.bury(*this);
    }

private:
    friend class Lane;

    Task<void> live();
    Task<bool> hear_proxy();
    Task<bool> shake_hands();
    void end_handshake() noexcept {
        if (std::exchange(shaking_hands_, false)) lane_.handshakes_.under_way.fetch_sub(1, std::memory_order_relaxed);
    }
    Task<bool> serve_next();
    Task<void> close_well();
    // Dead: whatever the request awaits is withdrawn. Bytes nobody asked for yet (pipelined) wait their turn.
    void on_unawaited(bool died) override {
        if (died) lane_.bury(*this);
    }

    // Ends the session from a timer's turn, once its coroutine no longer runs.
    struct End final : net::Timer {
        explicit End(Session& session) : session{session} {}
        void on_timer() override { session.lane_.bury(session); }
        Session& session;
    };

    Lane& lane_;
    Client client_;  // complete before its first request
    bool proxied_, shaking_hands_;
    Session *previous_ = nullptr, *next_ = nullptr;
    Wire wire_;
    bool served_any_ = false, closing_ = false;
    End end_{*this};
    std::unique_ptr<Http1Exchange> exchange_;
    Task<void> life_;  // last: it is destroyed first, and withdraws what it awaits of the stream
};

// All that an idle connection keeps: this frame is small, and what a request needs is in serve_next()'s.
Task<void> Session::live() {
    bool goes_on = (!proxied_ || co_await hear_proxy()) && (!shaking_hands_ || co_await shake_hands());
    int blank_lines = 0;  // since the last request; each would buy more time
    while (goes_on && blank_lines < most_blank_lines) {
        wire_.release_buffer();
        const Duration patience = lane_.hurries() ? patience_while_draining
                                  : served_any_   ? lane_.limits().idle
                                                  : lane_.limits().header_time;
        const IoResult ready = co_await wire_.stream->readable(patience);
        if (!ready) break;
        const IoResult got = wire_.fill();
        if (got.kind == IoResult::Kind::blocked) continue;
        if (!got) break;
        while (goes_on && !wire_.buffered().empty()) {
            if (wire_.skip_blank_line()) {
                if (++blank_lines == most_blank_lines) break;
                continue;
            }
            blank_lines = 0;
            goes_on = co_await serve_next();
        }
        if (lane_.hurries()) break;
    }
    lane_.loop().arm(end_, Duration::zero());
}

// Whose connection it is, as the proxy in front says. False: it does not.
Task<bool> Session::hear_proxy() {
    net::ProxyHeader header;
    auto& socket = static_cast<net::SocketStream&>(*wire_.stream);
    const IoResult result = co_await net::ReadProxyHeader{socket, header, lane_.limits().header_time};
    if (result) {
        count(lane_.proxies_.taken);
        client_.unnamed = !header.client;
        if (header.client) {
            client_.address = std::move(header.client_text);
            client_.ip = header.client;
            client_.is_unix = false;
        }
        co_return true;
    }
    const bool timed_out = result.kind == IoResult::Kind::timed_out;
    // Who connects and says nothing looks whether somebody is there.
    if (timed_out || result.error == EPROTO) {
        count(timed_out ? lane_.proxies_.timed_out : lane_.proxies_.malformed);
        lane_.complain(client_.address + (timed_out ? ": no header of the PROXY protocol in time" :
                                                      ": expected a header of the PROXY protocol, got something else"));
    }
    closing_ = true;
    co_return false;
}

// False: there will be no TLS, and why has been said to the client.
Task<bool> Session::shake_hands() {
    auto& tls = static_cast<net::TlsStream&>(*wire_.stream);
    const IoResult result = co_await tls.shake_hands(lane_.pace_, lane_.limits().handshake_time);
    end_handshake();
    if (result) {
        count(tls.resumed() ? lane_.handshakes_.resumed : lane_.handshakes_.full);
        client_.secure = true;
        client_.certificate = tls.client_certificate();
        co_return true;
    }
    const bool timed_out = result.kind == IoResult::Kind::timed_out;
    count(timed_out ? lane_.handshakes_.timed_out : lane_.handshakes_.failed);
    log::debug("tls", "handshake with " + client_.address + ": " + tls.handshake_problem(result));
    closing_ = true;
    if (!timed_out) co_await tls.part(wants_https);
    co_return false;
}

// One request, of which the first bytes are here. False: the connection takes no further one.
Task<bool> Session::serve_next() {
    exchange_ = lane_.lend_exchange();
    exchange_->open(wire_, client_, lane_.limits());
    const auto deadline = lane_.loop().now() + lane_.limits().header_time;
    bool whole = exchange_->read_head();
    while (!whole) {
        const Duration left = deadline - lane_.loop().now();
        const IoResult got = left > Duration::zero() ? co_await wire_.more(left) : IoResult{IoResult::Kind::timed_out};
        whole = got ? exchange_->read_head() : exchange_->refuse_head(got);
    }
    wire_.release_empty_buffer();
    if (lane_.draining()) exchange_->close_after();
    try {
        co_await lane_.handler().serve(*exchange_);
    } catch (const std::exception& problem) {
        // The handler answers for what it can; where even that fails, the session must still end.
        log::error("http", std::string("a request was cut: ") + problem.what());
        exchange_->cut();
    } catch (...) {
        log::error("http", "a request was cut: something that is no std::exception was thrown");
        exchange_->cut();
    }
    const bool goes_on = exchange_->finish();
    const bool cut = exchange_->was_cut();
    lane_.give_back(std::move(exchange_));
    served_any_ = true;
    if (cut)
        wire_.stream->close_by_reset();
    else if (!goes_on)
        co_await close_well();
    co_return goes_on;
}

// Closing while the client still sends would make the kernel answer with a reset, which may destroy the answer on its
// way (RFC 9112 section 9.6): first end our side, then read to the end of theirs, within bounds.
Task<void> Session::close_well() {
    closing_ = true;
    wire_.stream->end_writing();
    const auto deadline = lane_.loop().now() + std::chrono::seconds{2};
    std::size_t allowance = 4 << 20;
    for (;;) {
        wire_.drop_buffered();
        const Duration left = deadline - lane_.loop().now();
        if (left <= Duration::zero()) co_return;
        const IoResult got = co_await wire_.more(left);
        if (!got || got.bytes > allowance) co_return;
        allowance -= got.bytes;
    }
}

// Lane -----------------------------------------------------------------------------------------------------------

Lane::Lane(net::EventLoop& loop, Handler& handler) : loop_{loop}, handler_{handler} {}
Lane::~Lane() { cut_all(); }

// At most once a second and loop: what goes wrong with one connection of a proxy goes wrong with thousands.
void Lane::complain(const std::string& of_proxy) {
    if (complained_ != net::TimePoint{} && loop_.now() - complained_ < std::chrono::seconds{1}) return;
    complained_ = loop_.now();
    log::warning("http", of_proxy);
}

void Lane::open(int descriptor, Client client, std::shared_ptr<const net::TlsServerContext> tls, bool proxied) {
    Session* session;
    const bool shaking_hands = tls != nullptr;
    try {
        session = new Session{*this, descriptor, std::move(client), std::move(tls), proxied};
    } catch (const std::system_error&) {
        if (shaking_hands) handshakes_.under_way.fetch_sub(1, std::memory_order_relaxed);
        one_less();  // no watch to be had, and the descriptor is closed: the client sees a closed connection
        return;
    }
    session->next_ = first_;
    if (first_) first_->previous_ = session;
    first_ = session;
    session->start();
}

void Lane::bury(Session& session) {
    if (session.previous_) session.previous_->next_ = session.next_;
    if (session.next_) session.next_->previous_ = session.previous_;
    if (first_ == &session) first_ = session.next_;
    delete &session;
    one_less();
}

void Lane::one_less() noexcept {
    if (count_.fetch_sub(1, std::memory_order_relaxed) == 1 && draining_ && empty_) empty_();
}

void Lane::drain(std::function<void()> empty, WhileIdle idle) {
    draining_ = true;
    idle_ = idle;
    empty_ = std::move(empty);
    if (sessions() == 0) empty_();
    for (Session* session = first_; session;) {
        Session* next = session->next_;
        // A request may be on its way on a connection that is new, or that has bytes to be read: it is served if it
        // comes soon. Closing now would answer it by a reset.
        if (session->exchange_) {
            // Who has been told already that the connection goes on would send the next request into its end.
            if (idle == WhileIdle::close || !session->exchange_->begun()) session->exchange_->close_after();
        } else if (idle == WhileIdle::serve) {
            // Its own time goes on.
        } else if (session->served_any_ && !session->closing_ && session->wire_.stream->silent()) {
            bury(*session);
        } else if (!session->closing_) {  // which ends by itself, and soon
            session->wire_.stream->set_reading_timeout(patience_while_draining);
        }
        session = next;
    }
}

void Lane::cut_all() noexcept {
    while (first_) {
        first_->wire_.stream->close_by_reset();
        bury(*first_);
    }
}

std::unique_ptr<Http1Exchange> Lane::lend_exchange() {
    if (spare_exchanges_.empty()) return std::make_unique<Http1Exchange>();
    auto exchange = std::move(spare_exchanges_.back());
    spare_exchanges_.pop_back();
    return exchange;
}

void Lane::give_back(std::unique_ptr<Http1Exchange> exchange) {
    constexpr std::size_t most_spare = 512;
    if (spare_exchanges_.size() >= most_spare) return;
    exchange->close();
    spare_exchanges_.push_back(std::move(exchange));
}

}  // namespace tollgate::http
