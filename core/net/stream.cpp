// core/net/stream.cpp - awaiting, retrying, timing out and withdrawing operations on a stream.
#include "net/stream.h"

#include <cassert>
#include <cstring>
#include <utility>

namespace tollgate::net {

std::string IoResult::describe() const {
    switch (kind) {
        case Kind::done: return "done";
        case Kind::blocked: return "would block";
        case Kind::ended: return "connection closed";
        case Kind::timed_out: return "timed out";
        case Kind::interrupted: return "interrupted";
        case Kind::failed: break;
    }
    char buffer[128];
    return strerror_r(error, buffer, sizeof buffer);
}

Stream::~Stream() {
    if (destroyed_) *destroyed_ = true;
}

void Stream::Operation::await_suspend(std::coroutine_handle<> waiter) noexcept {
    assert(!slot_ && "one reader and one writer at a time");
    waiter_ = waiter;
    slot_ = this;
    put_off_ = stream_.operations_ > operations_per_turn;
    if (put_off_)
        stream_.loop_.arm(*this, Duration::zero());
    else
        rearm();
}

void Stream::Operation::on_timer() {
    if (!std::exchange(put_off_, false)) return finish({IoResult::Kind::timed_out});
    if (attempt()) return finish(result_);
    rearm();
}

Stream::Operation::~Operation() {
    if (slot_ == this) slot_ = nullptr;
}

void Stream::Operation::rearm() noexcept {
    if (waiter_ && !put_off_) stream_.loop_.arm(*this, timeout_);
}

void Stream::Operation::finish(IoResult result) {
    result_ = result;
    slot_ = nullptr;
    disarm();
    waiter_.resume();  // may destroy *this and the stream
}

bool Stream::Read::attempt() {
    result_ = stream_.try_read(into_);
    return result_.kind != IoResult::Kind::blocked;
}

bool Stream::Readable::attempt() {
    if (!stream_.may_read()) return false;
    result_ = {IoResult::Kind::done};
    return true;
}

Stream::Write::Write(Stream& stream, std::span<const std::string_view> pieces, Duration timeout) noexcept
    : Operation{stream, Side::writing, timeout} {
    assert(pieces.size() <= most_pieces);
    for (const auto piece : pieces)
        if (!piece.empty()) pieces_[count_++] = {const_cast<char*>(piece.data()), piece.size()};
}

bool Stream::Write::attempt() {
    std::size_t total = result_.bytes;
    while (first_ < count_) {
        result_ = stream_.try_write(std::span{pieces_}.subspan(first_, count_ - first_));
        if (result_.kind == IoResult::Kind::blocked) {
            result_.bytes = total;
            return false;
        }
        if (result_.kind != IoResult::Kind::done) return true;
        total += result_.bytes;
        std::size_t written = result_.bytes;
        while (first_ < count_ && written >= pieces_[first_].iov_len) written -= pieces_[first_++].iov_len;
        if (first_ < count_) {
            pieces_[first_].iov_base = static_cast<char*>(pieces_[first_].iov_base) + written;
            pieces_[first_].iov_len -= written;
            rearm();  // it moves: the timeout counts from here
        }
    }
    result_ = {IoResult::Kind::done, 0, total};
    return true;
}

void Stream::became_ready(bool died) {
    bool destroyed = false;
    destroyed_ = &destroyed;
    if (Operation* reading = reading_; reading && reading->attempt()) {
        reading->finish(reading->result_);
        if (destroyed) return;
    }
    if (Operation* writing = writing_; writing && writing->attempt()) {
        writing->finish(writing->result_);
        if (destroyed) return;
    }
    destroyed_ = nullptr;
    if (owner_ && idle() && (died || may_read())) owner_->on_unawaited(died);
}

void Stream::interrupt_reading() {
    if (reading_) reading_->finish({IoResult::Kind::interrupted});
}

void Stream::set_reading_timeout(Duration timeout) noexcept {
    if (!reading_) return;
    reading_->timeout_ = timeout;
    reading_->rearm();
}

}  // namespace tollgate::net
