// core/http/http1_exchange.h - Http1Exchange: an Exchange over a client's HTTP/1.1 connection.
#pragma once

#include "http/exchange.h"
#include "http/limits.h"
#include "http/parser.h"
#include "http/wire.h"

#include <optional>
#include <string>

namespace tollgate::http {

// Reused for one request after another: open(), read_head() until it says so, serve, finish(), close().
class Http1Exchange final : public Exchange, private BodySource {
public:
    void open(Wire& wire, const Client& client, const Limits& limits);
    // Parses what is buffered. True when there is a request to serve, or a refusal.
    bool read_head();
    // The head will not come whole: `why` becomes the refusal. Always true.
    bool refuse_head(net::IoResult why);
    // After serving: true if the connection can take the next request.
    bool finish();
    bool was_cut() const noexcept { return cut_; }
    void close();  // forgets the request, keeps the memory
    // For who means to misbehave on it (the load tester's upstream). What is written here is no part of an answer.
    net::Stream& stream() const noexcept { return *wire_->stream; }

    const Client& client() const noexcept override { return *client_; }
    bool has_body() const noexcept override;
    BodySource& body() noexcept override { return *this; }
    void limit_body(std::uint64_t bytes) override;
    std::uint64_t body_received() const noexcept override { return received_; }
    Task<void> send_interim(int status, const Headers& headers) override;
    void offer_interim(int status, const Headers& headers) override;
    void begin(const Response& response, std::optional<std::uint64_t> length, bool bodiless) override;
    Task<void> send(std::string_view piece, bool last, const Headers* trailers) override;
    void begin_upgraded(const Response& response, std::string_view protocol) override;
    void cut() noexcept override;
    void close_after() noexcept override { keep_ = false; }
    bool begun() const noexcept override { return begun_; }
    bool sent_whole() const noexcept override { return whole_; }
    std::uint64_t body_sent() const noexcept override { return sent_; }

private:
    // Request::body, as it arrives.
    Task<std::string_view> read() override;
    bool try_read(std::string_view& piece) override;
    std::optional<std::uint64_t> length() const override;
    const Headers* trailers() const override { return head_.trailers.size() > 0 ? &head_.trailers : nullptr; }

    void settle_request();
    void settle_connection();
    Task<void> send_upgraded(std::string_view piece, bool last);
    void say_continue();
    void discard_body();
    net::Stream::Write write(std::string_view first, std::string_view second = {}, std::string_view third = {}) noexcept;
    [[noreturn]] void client_left(net::IoResult how);

    Wire* wire_ = nullptr;
    const Client* client_ = nullptr;
    const Limits* limits_ = nullptr;
    ParsedHead head_;
    std::optional<RequestParser> parser_;
    std::uint64_t body_limit_ = 0, received_ = 0;
    bool head_read_ = false, expects_continue_ = false, body_started_ = false;
    bool upgraded_ = false, client_ended_ = false;  // it says no more; told only of upgraded connections

    std::string out_;  // what is to be sent before the next piece
    std::size_t interim_left_ = 0;  // bytes at its beginning: of interim answers, what has not gone out yet
    std::optional<std::uint64_t> length_;
    std::uint64_t sent_ = 0;
    bool keep_ = false, begun_ = false, chunked_ = false, bodiless_ = false, whole_ = false, cut_ = false;
};

}  // namespace tollgate::http
