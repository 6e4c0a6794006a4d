// core/commands/signals.cpp - blocking signals everywhere and waiting for them in one place.
#include "commands/signals.h"

namespace tollgate::commands {

namespace {

// What wakes wait() for a word of our own. From outside it means nothing. (What SIGRTMIN is, the C library says.)
int wake() noexcept { return SIGRTMIN; }

}  // namespace

Signals::Signals() : waiter_{::pthread_self()} {
    ::sigemptyset(&heard_);
    for (const int number : {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD, wake()})
        ::sigaddset(&heard_, number);
    ::pthread_sigmask(SIG_BLOCK, &heard_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGCHLD, SIG_DFL);  // ignored by who started us, it would take our programs' ends from us
    for (std::size_t i = 0; i < crashes.size(); ++i) ::sigaction(crashes[i], nullptr, &before_[i]);
}

Signal Signals::wait() {
    for (;;) {
        if (replaced_.exchange(false)) return Signal::replaced;
        if (drained_) return Signal::drained;
        int number = 0;
        if (::sigwait(&heard_, &number) != 0) continue;
        switch (number) {
            case SIGHUP: return Signal::reload;
            case SIGUSR1: return Signal::reopen;
            case SIGUSR2: return Signal::upgrade;
            case SIGCHLD: return Signal::child;
            case SIGTERM:
            case SIGINT:
            case SIGQUIT: return Signal::stop;
            default: break;  // the word is read above
        }
    }
}

void Signals::say(std::atomic<bool>& word) noexcept {
    word = true;
    ::pthread_kill(waiter_, wake());
}

void Signals::restore_crashes() noexcept {
    for (std::size_t i = 0; i < crashes.size(); ++i) ::sigaction(crashes[i], &before_[i], nullptr);
}

}  // namespace tollgate::commands
