// tests/support/child_process.h - ChildProcess: a program under test, its stderr read line by line, ended for sure.
#pragma once

#include "support/deadline.h"

#include <sys/types.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace tollgate::test {

// What became of a process: its exit code, or 128 + the signal that ended it.
using ExitCode = int;

class ChildProcess {
public:
    // Starts it. stdout goes to the file, if one is given, else where the test's goes. `environment` entries
    // ("NAME=value") are added to the test's own.
    ChildProcess(const std::vector<std::string>& command, const std::filesystem::path& stdout_file = {},
                 const std::vector<std::string>& environment = {});
    ~ChildProcess();  // kills it, if it still runs
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    pid_t id() const noexcept { return id_; }
    void signal(int number);
    // Waits until it ends; throws, with its stderr, if it does not.
    ExitCode wait(std::chrono::milliseconds time = patience);
    bool running();

    // The first line of stderr, of those not asked for yet, that contains `text`. Throws if the process ends first or
    // the time is over.
    std::string wait_for_line(const std::string& text, std::chrono::milliseconds time = patience);
    std::string stderr_text() const;

    std::size_t resident_bytes() const;      // RSS
    std::size_t peak_resident_bytes() const;  // its highest
    std::size_t open_descriptors() const;

private:
    void read_stderr();

    pid_t id_ = -1;
    int stderr_ = -1;
    std::optional<ExitCode> exit_;
    mutable std::mutex mutex_;
    std::condition_variable came_;
    std::string text_;
    std::size_t seen_ = 0;
    bool ended_ = false;  // stderr is closed
    std::thread reader_;
};

struct Finished {
    ExitCode code;
    std::string out, err;
};
// Runs a command to its end, for which it has that time.
Finished run(const std::vector<std::string>& command, const std::vector<std::string>& environment = {},
             std::chrono::milliseconds time = patience);

}  // namespace tollgate::test
