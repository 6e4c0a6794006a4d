// plugins/logging/signals_blocked.h - SignalsBlocked: threads that are made while it lives hear no signals.
#pragma once

#include <signal.h>

namespace tollgate::logging {

// While it lives, threads that are made have every signal blocked: signals are the main thread's, and SIGPIPE is
// nobody's.
class SignalsBlocked {
public:
    SignalsBlocked() noexcept {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, &before_);
    }
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

private:
    sigset_t before_;
};

}  // namespace tollgate::logging
