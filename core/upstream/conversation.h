// core/upstream/conversation.h - Conversation: one request and its answer, on one connection to a target.
#pragma once

#include "http/parser.h"
#include "http/wire.h"
#include "upstream/call_failures.h"
#include "upstream/pool.h"
#include "upstream/upload.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tollgate::upstream {

// One connection during one request and its answer; afterwards, if all went well, it goes back to the pool.
class Conversation final : public BodySource {
public:
    // One for each request: from the thread's lists, like the coroutines beside it.
    static void* operator new(std::size_t size) { return detail::allocate_frame(size); }
    static void operator delete(void* memory, std::size_t size) noexcept { detail::free_frame(memory, size); }

    Conversation(Pool& pool, Call& call, std::unique_ptr<net::Stream> stream)
        : pool_{pool}, call_{call}, wire_{std::move(stream)} {}

    // A body that is not here yet goes on being sent beside the reading.
    Task<void> send();
    Task<bool> read_head();  // false: the connection ended before a byte came back
    Response take_response();
    bool upgraded() const noexcept { return parser_->status() == 101; }
    std::unique_ptr<http::Wire> take_wire() { return std::make_unique<http::Wire>(std::move(wire_)); }
    bool buffered_whole(std::string& bytes);

    Task<std::string_view> read() override;
    bool try_read(std::string_view& piece) override;
    std::optional<std::uint64_t> length() const override {
        if (parser_->framing() != http::Framing::length) return std::nullopt;
        return parser_->length();
    }
    const Headers* trailers() const override { return head_.trailers.size() > 0 ? &head_.trailers : nullptr; }

private:
    void give_back();
    bool takes_upgrade();
    // How long to wait for the next bytes of an answer that is due within `time` of the request's end (and of the last
    // bytes, if `since` is later).
    net::Duration patience(net::Duration time, net::TimePoint since) const;
    // What was waited for is late only by the request's measure.
    [[noreturn]] void fail_by_deadline(Outcome outcome) {
        call_.outcome = outcome;
        throw deadline_exceeded(std::string(call_.target.address()) + ": the deadline has passed");
    }
    [[noreturn]] void fail(Outcome outcome, int status, const char* reason, const char* message, const std::string& how) {
        call_.outcome = outcome;
        throw upstream_failure(status, reason, message, call_, how);
    }

    Pool& pool_;
    Call& call_;
    http::Wire wire_;
    http::ParsedHead head_;
    std::optional<http::ResponseParser> parser_;
    bool reusable_ = true, over_ = false;
    std::unique_ptr<Upload> upload_;  // last: destroyed before the wire it writes to
};

}  // namespace tollgate::upstream
