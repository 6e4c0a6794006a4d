// core/admin/service_runs.h - ServiceRuns: running what operators may have run, one at a time, and what came of it.
#pragma once

#include "snapshot/snapshot.h"
#include "support/program.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace tollgate::admin {

// Any thread.
class ServiceRuns {
public:
    struct Run {
        std::chrono::system_clock::time_point began;
        ProgramEnd end;
        std::string summary;  // how it ended, in words
        bool well() const noexcept { return end.how == ProgramEnd::How::exited && end.code == 0; }
    };
    // Calls `begins` before it runs, and waits for its end. nullopt: another one is under way, and nothing was begun.
    std::optional<Run> restart(const Service& service, const std::function<void()>& begins);
    std::optional<Run> last(const std::string& service) const;
    std::string running() const;  // which service's is under way; "": none

    void stop() noexcept { stopping_ = true; }  // for good: ends the one that is under way

private:
    std::atomic<bool> stopping_{false};
    mutable std::mutex mutex_;  // what follows
    std::string running_;
    std::map<std::string, Run> last_;
};

}  // namespace tollgate::admin
