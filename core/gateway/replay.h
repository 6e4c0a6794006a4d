// core/gateway/replay.h - Replay: a request's body that can be sent again, as long as it is small enough to be kept.
#pragma once

#include <tollgate/message.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate {

// Reads from a source that it borrows, and keeps what it has read, up to `most` bytes; of a larger body it keeps
// nothing. The source, and whoever watches it, sees one reader whatever happens here.
class Replay final : public BodySource {
public:
    Replay(BodySource& source, std::uint64_t most) noexcept : source_{source}, most_{most} {}

    // True while everything that was read is here still.
    bool whole() const noexcept { return !forgotten_; }
    // True where that is all of the body: nothing more will be asked of the source than to say so.
    bool complete() const { return !forgotten_ && (ended_ || kept_.size() == source_.length()); }
    // The next to be read is the beginning again. Only where that is here: whole(). Nobody is reading.
    void rewind() noexcept { at_ = 0; }

    Task<std::string_view> read() override;
    bool try_read(std::string_view& piece) override;
    std::optional<std::uint64_t> length() const override { return source_.length(); }
    const Headers* trailers() const override { return source_.trailers(); }

private:
    friend class SecondReading;
    static constexpr std::size_t largest_piece = 32 << 10;
    std::string_view keep(std::string_view piece);
    // What is kept from there on, or as much of it as goes at once.
    std::string_view kept_from(std::size_t& at) const;

    BodySource& source_;
    const std::uint64_t most_;
    std::string kept_;
    std::size_t at_ = 0;  // in what is kept: where the reader is
    bool forgotten_ = false, ended_ = false;
};

// A body that is kept whole, read once more by somebody who is no matter to its other reader. Borrows what is kept.
class SecondReading final : public BodySource {
public:
    explicit SecondReading(const Replay& of) noexcept : of_{of} {}  // complete()
    Task<std::string_view> read() override;
    bool try_read(std::string_view& piece) override;
    std::optional<std::uint64_t> length() const override { return of_.length(); }
    const Headers* trailers() const override { return of_.trailers(); }

private:
    const Replay& of_;
    std::size_t at_ = 0;
};

}  // namespace tollgate
