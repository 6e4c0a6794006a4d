// core/http/wire.h - Wire: a stream and the bytes read from it that nobody has parsed yet.
#pragma once

#include "net/stream.h"

#include <cstring>
#include <memory>
#include <string_view>

namespace tollgate::http {

// Holds a buffer only while there is something in it or it is being filled.
class Wire {
public:
    explicit Wire(std::unique_ptr<net::Stream> over) noexcept : stream{std::move(over)} {}
    std::unique_ptr<net::Stream> stream;
    net::EventLoop::BufferLease buffer;

    std::string_view buffered() const noexcept {
        return buffer ? std::string_view{buffer->bytes + begin_, end_ - begin_} : std::string_view{};
    }
    // Views into what was buffered hold until the next fill.
    void consume(std::size_t bytes) noexcept { begin_ += bytes; }
    void drop_buffered() noexcept { begin_ = end_; }
    // Nothing is under way, but a wait may come: the loop's next reading then uses memory that is still in the cache.
    void release_empty_buffer() noexcept {
        if (begin_ == end_) release_buffer();
    }
    void release_buffer() noexcept {
        buffer.reset();
        begin_ = end_ = 0;
    }

    // Reads once, without waiting.
    net::IoResult fill() {
        if (!stream->may_read()) return {};
        if (!buffer) buffer = stream->loop().lend_buffer();
        if (begin_ == end_) {
            begin_ = end_ = 0;
        } else if (begin_ > 0 && end_ == net::Buffer::size) {
            std::memmove(buffer->bytes, buffer->bytes + begin_, end_ - begin_);
            end_ -= begin_;
            begin_ = 0;
        }
        // Every parser refuses a line that fills a buffer, so there is room.
        if (end_ == net::Buffer::size) return {net::IoResult::Kind::failed, ENOBUFS};
        const auto result = stream->try_read({buffer->bytes + end_, net::Buffer::size - end_});
        if (result) end_ += result.bytes;
        return result;
    }

    class More final : public net::Stream::Operation {
    public:
        More(Wire& wire, net::Duration timeout) noexcept
            : Operation{*wire.stream, Side::reading, timeout}, wire_{wire} {}

    private:
        bool attempt() override {
            result_ = wire_.fill();
            return result_.kind != net::IoResult::Kind::blocked;
        }
        Wire& wire_;
    };
    // Waits for more bytes, without holding an empty buffer meanwhile.
    More more(net::Duration timeout) noexcept {
        release_empty_buffer();
        return {*this, timeout};
    }

    // Blank lines before a request are left over from sloppy clients (RFC 9112 section 2.2).
    bool skip_blank_line() noexcept {
        const auto bytes = buffered();
        if (!bytes.starts_with("\r\n")) return false;
        consume(2);
        return true;
    }

private:
    std::size_t begin_ = 0, end_ = 0;
};

}  // namespace tollgate::http
