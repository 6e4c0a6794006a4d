// plugins/logging/spool.cpp - segments that are appended to at one end and removed at the other.
#include "spool.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <tuple>
#include <utility>

namespace tollgate::logging {

namespace {

struct Frame {
    std::uint32_t magic = 0x314c4754, length = 0;  // "TGL1"
    std::uint64_t checksum = 0;
};

// Against frames that are torn or lost in zeros, not against anybody.
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

class File {
public:
    explicit File(const std::string& path) : descriptor_{::open(path.c_str(), O_RDONLY | O_CLOEXEC)} {}
    ~File() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    File(const File&) = delete;
    // False where there is less.
    bool read(void* into, std::size_t size, std::uint64_t from) const {
        for (std::size_t got = 0; got < size;) {
            const ssize_t count =
                ::pread(descriptor_, static_cast<char*>(into) + got, size - got, static_cast<off_t>(from + got));
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) return false;
            got += static_cast<std::size_t>(count);
        }
        return true;
    }

private:
    const int descriptor_;
};

}  // namespace

Spool::~Spool() {
    const bool all_read = segments_.size() == 1 && read_ == segments_.begin()->second;
    if (all_read) ::unlink(path(segments_.begin()->first).c_str());
    if (descriptor_ >= 0) ::close(descriptor_);
    if (lock_ >= 0) ::close(lock_);
}

std::string Spool::path(Number number) const {
    const std::string digits = std::to_string(number);
    return folder_ + '/' + std::string(digits.size() < 12 ? 12 - digits.size() : 0, '0') + digits + ".lines";
}

std::uint64_t Spool::waiting() const {
    const std::lock_guard lock{mutex_};
    std::uint64_t bytes = 0;
    for (const auto& [number, size] : segments_) bytes += size;
    return bytes - std::min(bytes, read_);
}

int Spool::open() {
    const std::lock_guard lock{mutex_};
    return lock_ >= 0 ? 0 : open_folder();
}

int Spool::open_folder() {
    if (::mkdir(folder_.c_str(), 0750) != 0 && errno != EEXIST) return errno;
    const int lock = ::open((folder_ + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (lock < 0) return errno;
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
        const int error = errno == EWOULDBLOCK ? EBUSY : errno;
        ::close(lock);
        return error;
    }
    DIR* const folder = ::opendir(folder_.c_str());
    if (!folder) {
        const int error = errno;
        ::close(lock);
        return error;
    }
    while (const dirent* entry = ::readdir(folder)) {
        const std::string_view name = entry->d_name;
        Number number = 0;
        struct stat facts {};
        const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), number);
        if (problem != std::errc{} || std::string_view{end} != ".lines") continue;
        if (::stat(path(number).c_str(), &facts) == 0) segments_[number] = static_cast<std::uint64_t>(facts.st_size);
    }
    ::closedir(folder);
    lock_ = lock;
    return 0;
}

// A segment of another process is never appended to: its end may be torn.
int Spool::begin_segment() {
    const Number number = segments_.empty() ? 1 : segments_.rbegin()->first + 1;
    const int descriptor = ::open(path(number).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (descriptor < 0) return errno;
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = descriptor;
    segments_[number] = 0;
    return 0;
}

// The disk is waited for without the lock: the reader goes on meanwhile.
int Spool::append(std::string_view lines) {
    Frame frame;
    frame.length = static_cast<std::uint32_t>(lines.size());
    frame.checksum = checksum_of(lines);
    const std::size_t size = sizeof frame + lines.size();
    if (waiting() + size > bound()) return EDQUOT;
    std::unique_lock lock{mutex_};
    if (descriptor_ < 0 || segments_.rbegin()->second + size > longest_segment)
        if (const int error = begin_segment(); error != 0) return error;
    const std::uint64_t at = segments_.rbegin()->second;
    const int descriptor = descriptor_;
    lock.unlock();
    const iovec parts[2] = {{&frame, sizeof frame}, {const_cast<char*>(lines.data()), lines.size()}};
    ssize_t written = -1;
    do written = ::pwritev(descriptor, parts, 2, static_cast<off_t>(at));
    while (written < 0 && errno == EINTR);
    lock.lock();
    if (written != static_cast<ssize_t>(size)) {
        const int error = written < 0 ? errno : ENOSPC;
        // What is left of it is written over, or torn for who comes after.
        [[maybe_unused]] const int cut = ::ftruncate(descriptor, static_cast<off_t>(at));
        return error;
    }
    segments_.rbegin()->second = at + size;
    changed_.notify_all();
    return 0;
}

void Spool::wait(std::chrono::steady_clock::time_point until) {
    std::unique_lock lock{mutex_};
    changed_.wait_until(lock, until, [this] {
        return interrupted_ || (!segments_.empty() && (segments_.size() > 1 || segments_.begin()->second > read_));
    });
}

void Spool::interrupt() {
    const std::lock_guard lock{mutex_};
    interrupted_ = true;
    changed_.notify_all();
}

std::string Spool::next(std::size_t most) {
    for (;;) {
        Number number = 0;
        std::uint64_t from = 0, end = 0;
        {
            const std::lock_guard lock{mutex_};
            if (segments_.empty()) return {};
            std::tie(number, end) = *segments_.begin();
            from = read_;
            const bool appended_to = descriptor_ >= 0 && segments_.size() == 1;
            if (from == end && appended_to) return {};
        }
        std::string lines = read_frames(number, from, end, most, next_read_);
        if (!lines.empty()) return lines;
        if (next_read_ < end) damaged_ += end - next_read_;
        next_read_ = end;
        done();
    }
}

// Whole frames from there on; none where the first one is damaged.
std::string Spool::read_frames(Number number, std::uint64_t from, std::uint64_t end, std::size_t most,
                               std::uint64_t& to) {
    const File file{path(number)};
    std::string lines;
    Frame frame;
    for (to = from; to + sizeof frame <= end; to += sizeof frame + frame.length) {
        const bool whole = file.read(&frame, sizeof frame, to) && frame.magic == Frame{}.magic &&
                           to + sizeof frame + frame.length <= end;
        if (!whole || (!lines.empty() && lines.size() + frame.length > most)) break;
        const std::size_t before = lines.size();
        lines.resize(before + frame.length);
        if (file.read(lines.data() + before, frame.length, to + sizeof frame) &&
            checksum_of(std::string_view{lines}.substr(before)) == frame.checksum)
            continue;
        lines.resize(before);
        break;
    }
    return lines;
}

void Spool::done() {
    const std::lock_guard lock{mutex_};
    read_ = next_read_;
    auto& [number, size] = *segments_.begin();
    if (read_ < size) return;
    const bool appended_to = descriptor_ >= 0 && segments_.size() == 1;
    if (!appended_to) {
        ::unlink(path(number).c_str());
        segments_.erase(segments_.begin());
        read_ = 0;
    }
}

}  // namespace tollgate::logging
