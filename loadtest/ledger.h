// loadtest/ledger.h - Ledger: what became of every request that was planned.
#pragma once

#include <cstdint>

namespace tollgate::loadtest {

// Every request ends in exactly one of the lines. In a closed loop a request is planned when it is sent.
struct Ledger {
    std::uint64_t planned = 0;
    std::uint64_t never_sent = 0;         // the run ended before there was a connection for it
    std::uint64_t sent = 0;               // given to a connection, which may first have had to be made
    std::uint64_t answered = 0;           // a whole answer came, whatever its status
    std::uint64_t connection_errors = 0;  // refused, reset, closed early, cut short, malformed
    std::uint64_t timeouts = 0;
    std::uint64_t aborted = 0;            // still under way when the drain's time was over, or at the second Ctrl-C

    bool balanced() const noexcept {
        return planned == sent + never_sent && sent == answered + connection_errors + timeouts + aborted;
    }
    std::uint64_t unanswered() const noexcept { return connection_errors + timeouts + aborted; }
    void add(const Ledger& other) noexcept {
        planned += other.planned;
        never_sent += other.never_sent;
        sent += other.sent;
        answered += other.answered;
        connection_errors += other.connection_errors;
        timeouts += other.timeouts;
        aborted += other.aborted;
    }
};

}  // namespace tollgate::loadtest
