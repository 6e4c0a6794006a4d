// core/upstream/upload.h - Upload: a request's body on its way to a target, beside the reading of the answer.
#pragma once

#include <tollgate/message.h>
#include <tollgate/task.h>

#include "http/wire.h"
#include "net/event_loop.h"

#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace tollgate::upstream {

// Sends a request's body beside the reading of the answer. Owned by the conversation.
class Upload final : private net::Timer {
public:
    // `begun`: behind the head is a piece of the body, which then waits for no other one.
    Upload(http::Wire& wire, std::string head, bool begun, BodySource& body, bool chunked, net::Duration timeout)
        : wire_{wire}, out_{std::move(head)}, begun_{begun}, body_{body}, chunked_{chunked}, timeout_{timeout} {}
    void start() {
        running_ = run();
        running_.start();
    }
    bool done() const noexcept { return done_; }
    // When it ended, well or not; who reads the answer counts its time from there. nullopt while it goes on.
    const std::optional<net::TimePoint>& ended() const noexcept { return ended_; }
    // What reading the request's body threw.
    void rethrow() const {
        if (failure_) std::rethrow_exception(failure_);
    }

private:
    Task<void> run();
    void on_timer() override { wire_.stream->interrupt_reading(); }

    http::Wire& wire_;
    std::string out_;
    const bool begun_;
    BodySource& body_;
    const bool chunked_;
    const net::Duration timeout_;
    bool done_ = false;
    std::optional<net::TimePoint> ended_;
    std::exception_ptr failure_;
    Task<void> running_;
};

}  // namespace tollgate::upstream
