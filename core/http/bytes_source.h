// core/http/bytes_source.h - BytesSource: bytes that are here already, as a body to be read.
#pragma once

#include <tollgate/message.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace tollgate::http {

// The bytes outlive it. Given at once, in one piece.
class BytesSource final : public BodySource {
public:
    explicit BytesSource(std::string_view bytes) noexcept : bytes_{bytes} {}
    Task<std::string_view> read() override { co_return std::exchange(bytes_, {}); }
    bool try_read(std::string_view& piece) override {
        piece = std::exchange(bytes_, {});
        return true;
    }
    std::optional<std::uint64_t> length() const override { return length_; }

private:
    std::string_view bytes_;
    std::uint64_t length_ = bytes_.size();
};

}  // namespace tollgate::http
