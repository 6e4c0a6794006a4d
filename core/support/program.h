// core/support/program.h - run_program(): another program, run to its end or until its time is over, and what it said.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace tollgate {

struct Program {
    // The program's whole path, or a name that is looked for in /usr/local/sbin to /bin; then its arguments, as they are.
    std::vector<std::string> arguments;
    std::chrono::nanoseconds timeout = std::chrono::seconds{30};
    std::size_t most_output = 64 << 10;
    std::function<bool()> stop{};  // asked many times a second; true: it is ended before its time
};

struct ProgramEnd {
    enum class How { exited, killed, timed_out, stopped, not_started };
    How how = How::not_started;
    int code = 0;        // its exit code; the signal that killed it; why it could not be started (errno)
    std::string output;  // what it wrote to stdout and stderr, up to most_output bytes
    bool cut = false;    // there was more
    std::chrono::nanoseconds took{0};
};

// Waits. Any thread, of a program with many.
//
// Nothing of this process goes with it: stdin is /dev/null, no descriptor but those three, no signal blocked or ignored,
// "/" as its folder, an environment of PATH, HOME and LANG. It is in a process group of its own: where its time is over
// the group is asked to end (SIGTERM), and two seconds later made to (SIGKILL). Where it ends by itself, what it has left
// running in the background goes on, and is not waited for even if it holds on to stdout.
ProgramEnd run_program(const Program& program);

// "exit code 3", "killed by signal 9", "not done within 30 s, and ended": how it ended, for people.
std::string describe(const ProgramEnd& end, const Program& program);

}  // namespace tollgate
