// plugins/logging/spool.h - Spool: lines on a disk, between who wrote them down and who carries them on.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace tollgate::logging {

// A folder of files, each of frames: length, checksum, whole lines. What a process had appended is there for the next
// one, however it ended; a frame that was torn by it ends its file. (What the kernel has not written yet goes with the
// power.) One process at a time; one thread appends, another one reads.
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

    // Takes what is there, if that is not done yet; makes the folder. 0 or errno; EBUSY: another process has it. Either
    // thread.
    int open();
    // [appender] Whole lines, all or none. 0 or errno; EDQUOT: as much waits as may.
    int append(std::string_view lines);

    // [reader] Sleeps until something waits, interrupt() is called, or it is time.
    void wait(std::chrono::steady_clock::time_point until);
    void interrupt();  // any thread, for good
    // [reader] The oldest lines, of `most` bytes or, where the first frame has more, of that. "": nothing waits. The
    // same again until done().
    std::string next(std::size_t most);
    // [reader] What next() gave need not be kept any more.
    void done();
    // [reader] Bytes that could not be read again, since this was asked last: torn or damaged.
    std::uint64_t take_damaged() noexcept { return std::exchange(damaged_, 0); }

    static constexpr std::uint64_t longest_segment = 4 << 20;

private:
    using Number = std::uint64_t;

    int open_folder();
    int begin_segment();
    std::string path(Number number) const;
    std::string read_frames(Number number, std::uint64_t from, std::uint64_t end, std::size_t most, std::uint64_t& to);

    const std::string folder_;
    std::atomic<std::uint64_t> bound_{std::uint64_t{256} << 20};
    int lock_ = -1, descriptor_ = -1;  // of the folder; of the segment that is appended to

    mutable std::mutex mutex_;  // of what follows
    std::condition_variable changed_;
    bool interrupted_ = false;
    std::map<Number, std::uint64_t> segments_;  // their sizes; the last one is appended to where descriptor_ is open
    std::uint64_t read_ = 0;                    // of the first one
    std::uint64_t next_read_ = 0;               // what done() makes of it; the reader's

    std::uint64_t damaged_ = 0;
};

}  // namespace tollgate::logging
