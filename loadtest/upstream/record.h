// loadtest/upstream/record.h - Record: the file of what was asked, a line per request; RecordLines: a loop's part.
#pragma once

#include "net/event_loop.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace tollgate::loadtest {

// What is there already stays; lines are added. Any thread.
class Record {
public:
    // "-" is stdout. Throws std::system_error.
    explicit Record(const std::string& path);
    ~Record();
    Record(const Record&) = delete;
    Record& operator=(const Record&) = delete;

    void write(std::string_view lines, std::uint64_t count) noexcept;  // whole lines; waits for the disk
    std::uint64_t lost() const noexcept { return lost_.load(); }       // lines that could not be written
    std::string problem() const;                                        // why, of the first

private:
    const int descriptor_;
    std::atomic<std::uint64_t> lost_{0};
    std::atomic<int> error_{0};
};

// Written 64 KiB at a time, or a tenth of a second after the first line. The loop's thread only.
class RecordLines final : private net::Timer {
public:
    RecordLines(net::EventLoop& loop, Record& record) noexcept : loop_{loop}, record_{record} {}

    // When it came, which instance, method, target, id ("-" for none), and its status or its fault, with tabs between;
    // control bytes are escaped.
    void add(std::chrono::system_clock::time_point when, std::string_view instance, std::string_view method,
             std::string_view target, std::string_view id, std::string_view outcome);
    void flush() noexcept;

private:
    void on_timer() override { flush(); }
    net::EventLoop& loop_;
    Record& record_;
    std::string lines_;
    std::uint64_t count_ = 0;
};

}  // namespace tollgate::loadtest
