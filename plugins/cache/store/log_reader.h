// plugins/cache/store/log_reader.h - LogReader: reads a log of purges again and again, on one loop for a use.
#pragma once

#include "redis/attendance.h"
#include "store/purge_log.h"

#include <tollgate/host.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace tollgate::cache {

// Its tasks hold it: they may have begun on a loop while its use, which has it, fails to come about elsewhere.
class LogReader final : public PurgeLog::Reader, public std::enable_shared_from_this<LogReader> {
public:
    // `host` outlives its loops' tasks. `every`: how often.
    LogReader(Host& host, std::shared_ptr<redis::Server> server, std::shared_ptr<PurgeLog> log, std::string name,
              std::chrono::nanoseconds every);

    // [any thread] Begins where loops run already, as after a reload; else attend() does.
    void begin();
    // [loop] From the first call on, until end(), the log is read. Costs next to nothing.
    void attend();
    // [any thread] Reads it now, if it is read here at all and not being read.
    bool hurry() override;
    // [any thread]
    void end() noexcept { ended_.store(true, std::memory_order_relaxed); }

    redis::Attendance& attendance() noexcept { return attendance_; }
    PurgeLog& log() noexcept { return *log_; }

private:
    static Task<void> follow(std::shared_ptr<LogReader> self);
    static Task<void> read(std::shared_ptr<LogReader> self);
    // Asks once. False: there is nobody to ask, or no use in asking again at once.
    Task<bool> ask();

    Host& host_;
    redis::Attendance attendance_;
    redis::Status& status_;
    const std::shared_ptr<PurgeLog> log_;
    const std::string name_;
    const std::chrono::nanoseconds every_;
    const std::size_t loops_;
    std::atomic<std::size_t> follower_;  // the loop that reads; as many as there are: none yet
    bool reading_ = false;  // the follower's own
    std::atomic<bool> ended_{false};
};

}  // namespace tollgate::cache
