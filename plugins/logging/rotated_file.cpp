// plugins/logging/rotated_file.cpp - when a file is full or its time is over, and moving the older ones along.
#include "rotated_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

namespace tollgate::logging {

using namespace std::chrono_literals;

void RotatedFile::set_rotation(const Rotation& rotation) {
    const std::lock_guard lock{mutex_};
    wanted_ = rotation;
}

std::int64_t RotatedFile::period_at(Clock::time_point time) const noexcept {
    return rotation_.every.count() > 0
               ? std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()) / rotation_.every
               : 0;
}

int RotatedFile::open() {
    {
        const std::lock_guard lock{mutex_};
        rotation_ = wanted_;
    }
    if (const int error = file_.open(); error != 0) return error;
    struct stat facts {};
    regular_ = ::fstat(file_.descriptor(), &facts) == 0 && S_ISREG(facts.st_mode) && !file_.is_stream();
    size_ = static_cast<std::uint64_t>(facts.st_size);
    at_line_start_ = true;
    began_ = size_ > 0 ? Clock::from_time_t(facts.st_mtime) : now_();
    return 0;
}

// An empty file is as good as a new one.
bool RotatedFile::is_due(Clock::time_point now) const noexcept {
    if (!regular_ || !at_line_start_ || size_ == 0 || now < not_before_) return false;
    return (rotation_.size > 0 && size_ >= rotation_.size) || period_at(now) > period_at(began_);
}

// FILE.1 is free then, and nothing lost: what goes with a rotation goes once it is done. As far as there is no gap: one
// that was made for a rotation that failed serves the next one.
int RotatedFile::make_room() {
    int free = 1;
    while (free <= rotation_.keep && ::access(older(free).c_str(), F_OK) == 0) ++free;
    for (int number = free; number > 1; --number)
        if (::rename(older(number - 1).c_str(), older(number).c_str()) != 0) return errno;
    return 0;
}

// Also those that were kept by what was said before.
void RotatedFile::remove_oldest(Clock::time_point now) {
    for (int number = rotation_.keep + 1; ::unlink(older(number).c_str()) == 0;) ++number;
    if (rotation_.age <= 0s) return;
    for (int number = 1; number <= rotation_.keep; ++number) {
        struct stat facts {};
        if (::stat(older(number).c_str(), &facts) == 0 && now - Clock::from_time_t(facts.st_mtime) > rotation_.age)
            ::unlink(older(number).c_str());
    }
}

// A process that drains and the one that has taken its place write to the same file: one of them moves it.
bool RotatedFile::another_has_its_name() const noexcept {
    return what_has_name(file_.descriptor(), name()) == Named::another;
}

// Where it cannot be done lines go on into the file that is there, and it is tried again later.
void RotatedFile::rotate(Clock::time_point now) {
    const bool is_moved = another_has_its_name();
    int error = is_moved ? 0 : make_room();
    if (error == 0 && !is_moved && ::rename(name().c_str(), older(1).c_str()) != 0 && errno != ENOENT) error = errno;
    if (error == 0) {
        error = open();
        if (error != 0 && !is_moved) ::rename(older(1).c_str(), name().c_str());
    }
    if (error == 0) return remove_oldest(now);
    remark_ = name() + ": cannot be rotated: " + failure_text(error) + "; lines go on into the file that is open";
    not_before_ = now + 60s;
}

// How much of what is there goes into this file: whole lines, at least one where the file is empty.
std::size_t RotatedFile::piece(std::string_view first, std::string_view second) {
    const std::size_t all = first.size() + second.size();
    if (!regular_ || rotation_.size == 0 || now_() < not_before_ || size_ + all <= rotation_.size) return all;
    const std::size_t room = rotation_.size > size_ ? rotation_.size - size_ : 0;
    std::size_t end = 0;
    if (room > first.size())
        if (const auto at = second.rfind('\n', room - first.size() - 1); at != second.npos) end = first.size() + at + 1;
    if (end == 0 && room > 0)
        if (const auto at = first.rfind('\n', room - 1); at != first.npos) end = at + 1;
    if (end > 0) return end;
    const auto at = first.find('\n');
    return at != first.npos ? at + 1 : first.size() + std::min(second.find('\n'), second.size() - 1) + 1;
}

ssize_t RotatedFile::write(std::string_view first, std::string_view second) noexcept try {
    {
        const std::lock_guard lock{mutex_};
        rotation_ = wanted_;
    }
    const auto now = now_();
    if (is_due(now)) rotate(now);
    std::size_t count = piece(first, second);
    // The next line would be too long for what is left of it.
    if (regular_ && rotation_.size > 0 && size_ > 0 && at_line_start_ && size_ + count > rotation_.size &&
        now >= not_before_) {
        rotate(now);
        count = piece(first, second);
    }
    first = first.substr(0, count);
    second = second.substr(0, count - first.size());
    const ssize_t written = file_.write(first, second);
    if (written <= 0) return written;
    const auto taken = static_cast<std::size_t>(written);
    at_line_start_ = (taken > first.size() ? second[taken - first.size() - 1] : first[taken - 1]) == '\n';
    size_ += taken;
    return written;
} catch (const std::bad_alloc&) {
    errno = ENOMEM;
    return -1;
}

}  // namespace tollgate::logging
