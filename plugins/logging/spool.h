// plugins/logging/spool.h - Spool: lines on a disk, between who wrote them down and who carries them on.
#pragma once

#include "segment.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace tollgate::logging {

// A folder of segments. What a process had appended is there for the next one, however it ended, and so is how far that
// was read; a frame that was torn by it ends its file. (What the kernel has not written yet goes with the power.) What
// cannot be read just now (no descriptors left, no permission) stays, and is tried again. One thread appends, another
// one reads. Whoever calls waiting(), wait() or interrupt() waits for no disk.
//
// One process at a time has the folder. Who comes while it is taken (its successor in an upgrade) has a folder in it,
// "2", for as long as it lives; what is left there is taken along by the next one who has the folder itself, or carried
// by the next one who has that place.
class Spool {
public:
    explicit Spool(std::string folder) : folder_{std::move(folder)} {}
    ~Spool();
    Spool(const Spool&) = delete;

    const std::string& folder() const noexcept { return folder_; }
    // What may wait at a time, from then on; more than any one frame. Any thread.
    void set_bound(std::uint64_t bytes) noexcept { bound_.store(bytes, std::memory_order_relaxed); }
    std::uint64_t bound() const noexcept { return bound_.load(std::memory_order_relaxed); }
    std::uint64_t waiting() const;

    // Takes what is there, if that is not done yet; makes the folder. 0 or errno; EBUSY: other processes have it, and
    // all places in it. Either thread.
    int open();
    // [appender] Whole lines, all or none. 0 or errno; EDQUOT: as much waits as may.
    int append(std::string_view lines);

    // [reader] Sleeps until something waits, interrupt() is called, or it is time.
    void wait(std::chrono::steady_clock::time_point until);
    void interrupt();  // any thread, for good
    // [reader] The oldest lines, of `most` bytes or, where the first frame has more, of that. "": nothing waits, or it
    // cannot be read just now, see failure(). They begin with the same until done().
    std::string next(std::size_t most);
    // [reader] errno of the last next(), or 0.
    int failure() const noexcept { return failure_; }
    // [reader] Some of the lines behind those that next() gave; "": there are none yet, or they cannot be read.
    std::string after();
    // [reader] What next() gave need not be kept any more.
    void done();
    // [reader] Bytes that could not be read again, since this was asked last: torn or damaged.
    std::uint64_t take_damaged() noexcept { return std::exchange(damaged_, 0); }

    static constexpr std::uint64_t longest_segment = 4 << 20;
    static constexpr int places = 8;

private:
    using Number = std::uint64_t;

    // How far the first segment was read, as SPOOL/read has it.
    struct Mark {
        Number number = 0;
        std::uint64_t at = 0, checksum = 0;
        std::uint64_t sum() const noexcept { return checksum_of({reinterpret_cast<const char*>(this), 16}); }
    };

    int open_folder();
    int open_place(const std::string& folder);
    void take_along();
    bool take_along(const std::string& place);
    std::string place(int number) const { return number == 1 ? folder_ : folder_ + '/' + std::to_string(number); }
    int look_around();
    int begin_segment();
    int create_segment(Number number);
    void remember(Number number, std::uint64_t at);
    std::string path(Number number) const;
    std::string mark_path() const { return place_ + "/read"; }
    bool only_one_appended_to() const noexcept { return descriptor_ >= 0 && segments_.size() == 1; }

    const std::string folder_;
    std::string place_ = folder_;  // the folder, or the one in it; as open() has found, which both threads have called
    std::atomic<std::uint64_t> bound_{std::uint64_t{256} << 20};

    std::mutex folder_mutex_;    // of the next two; held while the disk is waited for
    int lock_ = -1, mark_ = -1;  // descriptors

    mutable std::mutex mutex_;  // of what follows; nobody waits with it
    std::condition_variable changed_;
    bool interrupted_ = false;
    int descriptor_ = -1;                       // of the segment that is appended to; the appender's to change
    std::map<Number, std::uint64_t> segments_;  // their sizes; the last one is appended to where descriptor_ is open
    Number last_ = 0;                           // the greatest number there was: none is used twice
    std::uint64_t read_ = 0;                    // of the first one

    // The reader's.
    std::uint64_t next_read_ = 0;           // what done() makes of read_
    std::unique_ptr<const Segment> first_;  // kept open: it can be read where no file can be opened
    Number first_number_ = 0;
    std::uint64_t damaged_ = 0;
    int failure_ = 0;
};

}  // namespace tollgate::logging
