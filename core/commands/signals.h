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
    upgrade,  // SIGUSR2
    child,    // SIGCHLD: one of this process' children has ended
    replaced, // not the system's: say_replaced()
    drained,  // likewise: say_drained()
};

// Blocks them for this thread and all that it will start, ignores SIGPIPE, and undoes an inherited SIG_IGN of SIGCHLD.
// One per program; made on the main thread before any other exists, and waited for on it.
class Signals {
public:
    Signals();

    Signal wait();
    // Any thread: wait() returns that.
    void say_drained() noexcept { say(drained_); }
    void say_replaced() noexcept { say(replaced_); }

    // Poco::Util::Application catches SIGSEGV and the like to turn them into exceptions by longjmp, or abort where that
    // fails: no stack, no core file at the place. Undoes that.
    void restore_crashes() noexcept;

private:
    void say(std::atomic<bool>& word) noexcept;

    static constexpr std::array crashes{SIGILL, SIGBUS, SIGSEGV, SIGSYS};
    sigset_t heard_{};
    pthread_t waiter_;
    std::atomic<bool> drained_{false}, replaced_{false};
    std::array<struct sigaction, crashes.size()> before_{};
};

}  // namespace tollgate::commands
