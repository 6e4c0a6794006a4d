// core/commands/handover.h - what a process and the one that takes its place say to each other, over a socket.
//
//   the old one   the new one
//   estate ->                     sockets, keys, where its log goes; it has started the other
//                 <- ready        it serves by the same sockets
//   yours ->                      from now on files, process number and supervisor are its
//                 <- mine         it accepts connections; the old one ends
//                 <- settled      the process file names it, and so on: whoever asked for the upgrade is told
//
// Words and parts of the estate that the other side does not know are passed over: it may be a newer or an older
// program.
#pragma once

#include "net/given_sockets.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::commands {

// The variable by which the new one finds its end: the number of a descriptor.
inline constexpr const char* handover_variable = "TOLLGATE_UPGRADE";

// The words after the estate.
inline constexpr std::string_view ready_word = "ready\n";  // and its version
inline constexpr std::string_view yours_word = "yours";
inline constexpr std::string_view mine_word = "mine";
inline constexpr std::string_view settled_word = "settled";  // a program before this one does not say it

// One end. One thread's at a time.
class Handover {
public:
    explicit Handover(int descriptor) noexcept : descriptor_{descriptor} {}  // which it closes
    ~Handover();
    Handover(const Handover&) = delete;

    struct Word {
        std::string text;
        int descriptor = -1;  // whoever hears it owns it
    };
    // Throws std::system_error: nobody is there to hear it, or is not listening.
    void say(std::string_view text, int descriptor = -1);
    // The next one; nullopt: the other end is closed, or none came by then.
    std::optional<Word> hear(std::chrono::steady_clock::time_point until);
    int descriptor() const noexcept { return descriptor_; }
    bool closed() const noexcept { return closed_; }  // by the other side, as hear() has found

private:
    const int descriptor_;
    bool closed_ = false;
};

// What is handed over.
struct Estate {
    std::vector<net::GivenSockets::Socket> sockets;  // sent: descriptors stay the sender's; received: the receiver's
    std::string ticket_keys;  // of TLS, see net::TlsTickets
    int log = -1;             // what is stderr once all is well; until then that is a pipe to the old one
};
void give(Handover& handover, const Estate& estate);                                        // throws as say()
Estate receive(Handover& handover, std::chrono::steady_clock::time_point until);  // throws std::runtime_error

}  // namespace tollgate::commands
