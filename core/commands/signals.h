// core/commands/signals.h - Signals: what the operator and the system tell the gateway, heard in one place.
#pragma once

#include <csignal>
#include <array>
#include <atomic>

#include <pthread.h>

namespace tollgate::commands {

enum class Signal {
    stop,     // SIGTERM, SIGINT, SIGQUIT
    reload,   // SIGHUP
    reopen,   // SIGUSR1
    drained,  // not the system's: say_drained()
};

// Blocks them for this thread and all that it will start, ignores SIGPIPE, and undoes an inherited SIG_IGN of SIGCHLD. One per program; made on the main thread
// before any other exists, and waited for on it.
class Signals {
public:
    Signals();

    Signal wait();
    void say_drained() noexcept;  // any thread: wait() returns Signal::drained

    // Poco::Util::Application catches SIGSEGV and the like to turn them into exceptions by longjmp, or abort where that
    // fails: no stack, no core file at the place. Undoes that.
    void restore_crashes() noexcept;

private:
    static constexpr std::array crashes{SIGILL, SIGBUS, SIGSEGV, SIGSYS};
    sigset_t heard_{};
    pthread_t waiter_;
    std::atomic<bool> drained_{false};
    std::array<struct sigaction, crashes.size()> before_{};
};

}  // namespace tollgate::commands
