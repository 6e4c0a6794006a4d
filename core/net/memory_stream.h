// core/net/memory_stream.h - MemoryStream: a stream whose other end is a piece of memory, for requests that nobody sends.
#pragma once

#include "net/stream.h"

#include <string_view>

namespace tollgate::net {

// What it "receives" lies here, and ends there; what is sent by it is forgotten. Never waits.
class MemoryStream final : public Stream {
public:
    // `receives` outlives it.
    MemoryStream(EventLoop& loop, std::string_view receives) : Stream{loop}, receives_{receives} {}
    IoResult try_read(std::span<char> into) override {
        if (receives_.empty()) return {IoResult::Kind::ended};
        const auto count = receives_.copy(into.data(), into.size());
        receives_.remove_prefix(count);
        return {IoResult::Kind::done, 0, count};
    }
    IoResult try_write(std::span<const iovec> pieces) override {
        std::size_t count = 0;
        for (const auto& piece : pieces) count += piece.iov_len;
        return {IoResult::Kind::done, 0, count};
    }
    bool may_read() const noexcept override { return true; }
    bool silent() const noexcept override { return receives_.empty(); }
    void end_writing() noexcept override {}
    void close_by_reset() noexcept override {}

private:
    std::string_view receives_;
};

}  // namespace tollgate::net
