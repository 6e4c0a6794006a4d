// plugins/logging/segment.cpp - frames, and telling what is damaged from what cannot be read just now.
#include "segment.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace tollgate::logging {

namespace {

constexpr int damaged = ENODATA;  // what is there is less, or something else

}  // namespace

std::uint64_t checksum_of(std::string_view bytes) noexcept {
    std::uint64_t sum = 0x9e37'79b9'7f4a'7c15 ^ bytes.size();
    for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
        std::uint64_t word;
        std::memcpy(&word, bytes.data(), sizeof word);
        sum = (sum ^ word) * 0xff51'afd7'ed55'8ccd;
        sum ^= sum >> 32;
    }
    for (const char c : bytes) sum = (sum ^ static_cast<unsigned char>(c)) * 0xff51'afd7'ed55'8ccd;
    return sum ^ sum >> 29;
}

ssize_t write_frame(int descriptor, const Frame& frame, std::string_view lines, std::uint64_t at) noexcept {
    const iovec parts[2] = {{const_cast<Frame*>(&frame), sizeof frame},
                            {const_cast<char*>(lines.data()), lines.size()}};
    ssize_t written = -1;
    do written = ::pwritev(descriptor, parts, 2, static_cast<off_t>(at));
    while (written < 0 && errno == EINTR);
    return written;
}

Segment::Segment(const std::string& path)
    : descriptor_{::open(path.c_str(), O_RDONLY | O_CLOEXEC)},
      problem_{descriptor_ >= 0  ? 0
               : errno == ENOENT ? damaged
                                 : errno} {}

Segment::~Segment() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

int Segment::read_exactly(void* into, std::size_t size, std::uint64_t from) const noexcept {
    if (problem_ != 0) return problem_;
    for (std::size_t got = 0; got < size;) {
        const ssize_t count =
            ::pread(descriptor_, static_cast<char*>(into) + got, size - got, static_cast<off_t>(from + got));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno;
        if (count == 0) return damaged;
        got += static_cast<std::size_t>(count);
    }
    return 0;
}

Segment::Reading Segment::read(std::uint64_t from, std::uint64_t end, std::size_t most) const {
    Reading reading;
    std::string& lines = reading.lines;
    Frame frame;
    int error = 0;
    for (reading.to = from; reading.to + sizeof frame <= end; reading.to += sizeof frame + frame.length) {
        error = read_exactly(&frame, sizeof frame, reading.to);
        if (error != 0) break;
        if (frame.magic != Frame::first_word || reading.to + sizeof frame + frame.length > end) error = damaged;
        if (error != 0 || (!lines.empty() && lines.size() + frame.length > most)) break;
        const std::size_t before = lines.size();
        lines.resize(before + frame.length);
        error = read_exactly(lines.data() + before, frame.length, reading.to + sizeof frame);
        if (error == 0 && checksum_of(std::string_view{lines}.substr(before)) == frame.checksum) continue;
        lines.resize(before);
        break;
    }
    if (lines.empty() && error != damaged) reading.error = error;
    return reading;
}

}  // namespace tollgate::logging
