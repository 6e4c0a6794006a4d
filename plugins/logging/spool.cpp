// plugins/logging/spool.cpp - segments that are appended to at one end and removed at the other.
#include "spool.h"

#include "destination.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <tuple>
#include <utility>

namespace tollgate::logging {

namespace {

void close(int& descriptor) noexcept {
    if (descriptor >= 0) ::close(descriptor);
    descriptor = -1;
}

// 0, with the lock in `lock`, or errno; EBUSY: another process has it.
int lock_folder(const std::string& folder, int& lock) noexcept {
    lock = ::open((folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (lock < 0) return errno;
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0) return errno == EWOULDBLOCK ? EBUSY : errno;
    // Who had it may have removed the folder meanwhile: what is locked then is no longer there for others to find.
    return what_has_name(lock, folder + "/lock") == Named::it ? 0 : EBUSY;
}

// The numbers of segments there, with their sizes. 0 or errno.
int find_segments(const std::string& folder, std::map<std::uint64_t, std::uint64_t>& found) {
    DIR* const entries = ::opendir(folder.c_str());
    if (!entries) return errno;
    while (const dirent* entry = ::readdir(entries)) {
        const std::string_view name = entry->d_name;
        std::uint64_t number = 0;
        struct stat facts {};
        const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), number);
        if (problem != std::errc{} || std::string_view{end} != ".lines") continue;
        if (::stat((folder + '/' + entry->d_name).c_str(), &facts) == 0)
            found[number] = static_cast<std::uint64_t>(facts.st_size);
    }
    ::closedir(entries);
    return 0;
}

std::string segment_path(const std::string& folder, std::uint64_t number) {
    const std::string digits = std::to_string(number);
    return folder + '/' + std::string(digits.size() < 12 ? 12 - digits.size() : 0, '0') + digits + ".lines";
}

// By somebody who tidied up: what is written there nobody will find.
bool is_removed(int descriptor) noexcept {
    struct stat facts {};
    return ::fstat(descriptor, &facts) == 0 && facts.st_nlink == 0;
}

}  // namespace

// How far it was read goes first: of a number that comes again it would be wrong.
Spool::~Spool() {
    const bool all_read = segments_.empty() || (segments_.size() == 1 && read_ == segments_.begin()->second);
    if (lock_ >= 0 && all_read) ::unlink(mark_path().c_str());
    if (all_read && !segments_.empty()) ::unlink(path(segments_.begin()->first).c_str());
    close(descriptor_);
    close(mark_);
    close(lock_);
}

std::string Spool::path(Number number) const {
    return segment_path(place_, number);
}

std::uint64_t Spool::waiting() const {
    const std::lock_guard lock{mutex_};
    std::uint64_t bytes = 0;
    for (const auto& [number, size] : segments_) bytes += size;
    return bytes - std::min(bytes, read_);
}

int Spool::open() {
    const std::lock_guard lock{folder_mutex_};
    return lock_ >= 0 ? 0 : open_folder();
}

int Spool::open_folder() {
    int error = EBUSY;
    for (int number = 1; error == EBUSY && number <= places; ++number) error = open_place(place(number));
    if (error == 0 && place_ == folder_) take_along();
    return error;
}

int Spool::open_place(const std::string& folder) {
    if (::mkdir(folder.c_str(), 0750) != 0 && errno != EEXIST) return errno;
    int error = lock_folder(folder, lock_);
    if (error == 0) {
        place_ = folder;
        mark_ = ::open(mark_path().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
        error = mark_ < 0 ? errno : look_around();
    }
    if (error == 0) return 0;
    close(mark_);
    close(lock_);
    return error;
}

// What others left there.
int Spool::look_around() {
    std::map<Number, std::uint64_t> found;
    if (const int error = find_segments(place_, found); error != 0) return error;
    Mark mark;
    const bool known = ::pread(mark_, &mark, sizeof mark, 0) == sizeof mark && mark.checksum == mark.sum();
    if (found.empty() && ::ftruncate(mark_, 0) != 0) return errno;  // it was about a number that may come again
    const std::lock_guard lock{mutex_};
    if (!segments_.empty() || last_ > 0 || found.empty()) return 0;  // made anew under our hands
    last_ = found.rbegin()->first;
    segments_ = std::move(found);
    const auto& [number, size] = *segments_.begin();
    if (known && mark.number == number) read_ = std::min(mark.at, size);
    return 0;
}

// What processes have left that had other places.
void Spool::take_along() {
    for (int number = 2; number <= places; ++number) {
        const std::string other = place(number);
        if (take_along(other)) ::rmdir(other.c_str());
    }
}

// True: nothing is left there. Its segments go behind those that are here; how far the first was read is forgotten, so
// that some of its lines are carried twice, which the table takes for what it is.
bool Spool::take_along(const std::string& place) {
    int lock = -1;
    std::map<Number, std::uint64_t> found;
    struct stat facts {};
    bool all = false;
    if (::stat(place.c_str(), &facts) == 0 && lock_folder(place, lock) == 0 && find_segments(place, found) == 0) {
        all = true;
        ::unlink((place + "/read").c_str());
        const std::lock_guard guard{mutex_};
        for (const auto& [number, size] : found) {
            all = ::rename(segment_path(place, number).c_str(), path(last_ + 1).c_str()) == 0;
            if (!all) break;  // it stays for the next time, with those after it
            segments_[++last_] = size;
        }
        if (all) ::unlink((place + "/lock").c_str());
    }
    close(lock);
    return all;
}

int Spool::create_segment(Number number) {
    return ::open(path(number).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
}

// A segment of another process is never appended to: its end may be torn.
int Spool::begin_segment() {
    Number number = 0;
    {
        const std::lock_guard lock{mutex_};
        number = last_ + 1;
    }
    int made = create_segment(number);
    if (made < 0 && errno == ENOENT) {  // the folder is gone
        const std::lock_guard lock{folder_mutex_};
        close(mark_);
        close(lock_);
        if (const int error = open_folder(); error != 0) return error;
        made = create_segment(number);
    }
    if (made < 0) return errno;
    const std::lock_guard lock{mutex_};
    close(descriptor_);
    descriptor_ = made;
    segments_[last_ = number] = 0;
    return 0;
}

int Spool::append(std::string_view lines) {
    const Frame frame{lines};
    const std::size_t size = sizeof frame + lines.size();
    if (waiting() + size > bound()) return EDQUOT;
    const auto end = [this] {
        const std::lock_guard lock{mutex_};
        return segments_.empty() ? 0 : segments_.rbegin()->second;
    };
    if (descriptor_ < 0 || end() + size > longest_segment || is_removed(descriptor_))
        if (const int error = begin_segment(); error != 0) return error;
    const std::uint64_t at = end();
    if (const ssize_t written = write_frame(descriptor_, frame, lines, at); written != static_cast<ssize_t>(size)) {
        const int error = written < 0 ? errno : ENOSPC;
        // What is left of it is written over, or torn for who comes after.
        [[maybe_unused]] const int cut = ::ftruncate(descriptor_, static_cast<off_t>(at));
        return error;
    }
    const std::lock_guard lock{mutex_};
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
            failure_ = 0;
            if (segments_.empty()) return {};
            std::tie(number, end) = *segments_.begin();
            from = read_;
            if (from == end && only_one_appended_to()) return {};
        }
        if (!first_ || first_number_ != number) first_ = std::make_unique<const Segment>(path(number));
        first_number_ = number;
        Segment::Reading reading = first_->read(from, end, most);
        failure_ = reading.error;
        next_read_ = reading.to;
        if (failure_ != 0) first_.reset();  // opened anew the next time
        if (failure_ != 0 || !reading.lines.empty()) return std::move(reading.lines);
        damaged_ += end - std::exchange(next_read_, end);
        done();
    }
}

std::string Spool::after() {
    std::map<Number, std::uint64_t> segments;
    {
        const std::lock_guard lock{mutex_};
        segments = segments_;
    }
    for (const auto& [number, end] : segments) {
        const bool is_first = number == segments.begin()->first;
        const std::uint64_t from = is_first ? next_read_ : 0;
        Segment::Reading reading =
            is_first && first_ ? first_->read(from, end, 1) : Segment{path(number)}.read(from, end, 1);
        if (!reading.lines.empty()) return std::move(reading.lines);
    }
    return {};
}

void Spool::done() {
    std::unique_lock lock{mutex_};
    const auto [number, size] = *segments_.begin();
    read_ = next_read_;
    const bool over = read_ >= size && !only_one_appended_to();
    if (over) segments_.erase(segments_.begin());
    if (over) read_ = 0;
    lock.unlock();
    if (!over) return remember(number, next_read_);
    first_.reset();
    ::unlink(path(number).c_str());
}

// Without it lines would be carried twice by who comes after: a waste, and no more.
void Spool::remember(Number number, std::uint64_t at) {
    Mark mark{.number = number, .at = at};
    mark.checksum = mark.sum();
    const std::lock_guard lock{folder_mutex_};
    [[maybe_unused]] const ssize_t written = ::pwrite(mark_, &mark, sizeof mark, 0);
}

}  // namespace tollgate::logging
