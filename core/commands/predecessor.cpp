// core/commands/predecessor.cpp - the new process' side of a handover.
#include "commands/predecessor.h"

#include "support/text.h"
#include "support/version.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace tollgate::commands {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds for_the_estate{30}, for_its_word{60};

}  // namespace

std::unique_ptr<Predecessor> Predecessor::of_environment() {
    const char* const said = std::getenv(handover_variable);
    if (!said) return nullptr;
    const std::string number = said;
    ::unsetenv(handover_variable);
    int type = 0;
    socklen_t size = sizeof type;
    const auto descriptor = text::whole_number<int>(number);
    const bool is_one = descriptor && ::getsockopt(*descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
                        type == SOCK_SEQPACKET;
    if (!is_one || ::fcntl(*descriptor, F_SETFD, FD_CLOEXEC) != 0)
        throw std::runtime_error{std::string{handover_variable} + ": expected what `tollgate upgrade` sets, got \"" +
                                 number + '"'};
    return std::unique_ptr<Predecessor>{new Predecessor{*descriptor}};
}

Predecessor::~Predecessor() {
    if (log_ >= 0) ::close(log_);
}

Estate Predecessor::receive() {
    Estate estate = commands::receive(handover_, Clock::now() + for_the_estate);
    log_ = std::exchange(estate.log, -1);
    return estate;
}

void Predecessor::use_its_log() noexcept {
    if (log_ >= 0) ::dup2(log_, STDERR_FILENO);
}

bool Predecessor::take_its_place(const std::function<void()>& take) {
    try {
        handover_.say(std::string{ready_word} + version());
    } catch (const std::system_error&) {
        // It is gone: hear() finds that out, too.
    }
    const auto word = handover_.hear(Clock::now() + for_its_word);
    if (!handover_.closed() && (!word || word->text != yours_word)) return false;
    use_its_log();
    take();
    say(mine_word);
    return true;
}

void Predecessor::say_settled() { say(settled_word); }

void Predecessor::say(std::string_view word) {
    try {
        handover_.say(std::string{word});
    } catch (const std::system_error&) {
        // It is gone, which is what it was to be.
    }
}

}  // namespace tollgate::commands
