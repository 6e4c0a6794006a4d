// plugins/logging/rotated_file.h - RotatedFile: a file that makes room for a new one by size or by the clock.
#pragma once

#include "output.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>

namespace tollgate::logging {

struct Rotation {
    std::uint64_t size = 0;         // bytes that no file exceeds, but for a longer line; 0: any number
    std::chrono::seconds every{0};  // 0: never; else at the clock's multiples of it, in UTC
    int keep = 7;                   // how many older files there are: FILE.1 (the latest), FILE.2, ...
    std::chrono::seconds age{0};    // at a rotation, older ones than that go too; 0: never
};

// Each line is whole, in one file. What is no file on a disk (a stream, a FIFO) is never rotated. A file that is there
// when it is opened counts as begun when it was written to last.
class RotatedFile final : public Destination {
public:
    using Clock = std::chrono::system_clock;
    explicit RotatedFile(const std::string& path, std::function<Clock::time_point()> now = Clock::now)
        : Destination{path}, file_{path}, now_{std::move(now)} {}

    // From the next line on. Any thread.
    void set_rotation(const Rotation& rotation);

    bool is_stream() const noexcept override { return file_.is_stream(); }
    bool is_open() const noexcept override { return file_.is_open(); }
    int open() override;
    ssize_t write(std::string_view first, std::string_view second) noexcept override;
    int descriptor() const noexcept override { return file_.descriptor(); }
    std::string take_remark() override { return std::exchange(remark_, {}); }

private:
    std::int64_t period_at(Clock::time_point time) const noexcept;
    bool is_due(Clock::time_point now) const noexcept;
    bool another_has_its_name() const noexcept;
    void rotate(Clock::time_point now);
    int make_room();
    void remove_oldest(Clock::time_point now);
    std::string older(int number) const { return name() + '.' + std::to_string(number); }
    std::size_t piece(std::string_view first, std::string_view second);

    Output file_;
    const std::function<Clock::time_point()> now_;
    std::mutex mutex_;
    Rotation wanted_;  // under the mutex
    Rotation rotation_;
    bool regular_ = false, at_line_start_ = true;
    std::uint64_t size_ = 0;
    Clock::time_point began_{};
    Clock::time_point not_before_{};  // after a rotation that failed
    std::string remark_;
};

}  // namespace tollgate::logging
