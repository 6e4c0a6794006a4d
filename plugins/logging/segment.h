// plugins/logging/segment.h - Segment: one file of a Spool, of frames: length, checksum, whole lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace tollgate::logging {

// Against what is torn or lost in zeros, not against anybody.
std::uint64_t checksum_of(std::string_view bytes) noexcept;

// What stands before the lines.
struct Frame {
    static constexpr std::uint32_t first_word = 0x314c4754;  // "TGL1"

    std::uint32_t magic = first_word, length = 0;
    std::uint64_t checksum = 0;

    Frame() = default;
    explicit Frame(std::string_view lines) noexcept
        : length{static_cast<std::uint32_t>(lines.size())}, checksum{checksum_of(lines)} {}
};

// A frame there: what pwritev() says, so -1 with errno, or less than all of it.
ssize_t write_frame(int descriptor, const Frame& frame, std::string_view lines, std::uint64_t at) noexcept;

// To be read. One thread's.
class Segment {
public:
    explicit Segment(const std::string& path);
    ~Segment();
    Segment(const Segment&) = delete;

    struct Reading {
        std::string lines;
        std::uint64_t to = 0;  // where they end
        int error = 0;         // errno: the first of them could not be read just now, whatever it is
    };
    // Whole frames from there on, at most `most` bytes or the first one. Without lines and without an error the first
    // one is damaged, or there is none: the file is gone, or shorter than `end`.
    Reading read(std::uint64_t from, std::uint64_t end, std::size_t most) const;

private:
    int read_exactly(void* into, std::size_t size, std::uint64_t from) const noexcept;

    const int descriptor_;
    const int problem_;  // errno where it could not be opened
};

}  // namespace tollgate::logging
