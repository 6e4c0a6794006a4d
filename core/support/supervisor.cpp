// core/support/supervisor.cpp - one datagram for each word. The protocol is sd_notify(3)'s, which asks for no library.
#include "support/supervisor.h"

#include "support/log.h"
#include "support/text.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <charconv>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace tollgate {

namespace {

std::optional<std::uint64_t> number_of(const char* variable) {
    const char* const said = std::getenv(variable);
    return said ? text::whole_number<std::uint64_t>(said) : std::nullopt;
}

// A path, or '@' and the name of an abstract socket, which begins with a NUL for the kernel.
std::string path_of(std::string_view said) {
    if (said.empty()) return {};
    if ((said[0] != '/' && said[0] != '@') || said.size() < 2 || said.size() >= sizeof(sockaddr_un::sun_path)) {
        log::warning("serve", "NOTIFY_SOCKET: expected a path or @name, got " + text::quote(said) + "; ignored");
        return {};
    }
    std::string path{said};
    if (path[0] == '@') path[0] = '\0';
    return path;
}

}  // namespace

Supervisor::Supervisor() {
    if (const char* const said = std::getenv("NOTIFY_SOCKET")) path_ = path_of(said);
    const auto every = number_of("WATCHDOG_USEC");
    const auto whose = number_of("WATCHDOG_PID");
    if (is_there() && every && *every > 0 && (!whose || *whose == std::uint64_t(::getpid())))
        watchdog_ = std::chrono::microseconds{*every};
}

void Supervisor::tell(std::string_view lines) noexcept {
    const std::lock_guard lock{mutex_};
    send(lines);
}

void Supervisor::tell_stopping() noexcept {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
    send("STOPPING=1");
}

// What is not so any more of a process that stops.
void Supervisor::tell_of_life(std::string_view lines) noexcept {
    const std::lock_guard lock{mutex_};
    if (!stopping_) send(lines);
}

// Under mutex_.
void Supervisor::send(std::string_view lines) noexcept {
    if (!is_there() || silent_) return;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    // An abstract name has no NUL at its end, and a path may go without.
    const auto size = socklen_t(offsetof(sockaddr_un, sun_path) + path_.size());
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const auto sent = socket < 0 ? -1
                                 : ::sendto(socket, lines.data(), lines.size(), MSG_NOSIGNAL,
                                            reinterpret_cast<const sockaddr*>(&address), size);
    if (sent < 0) {
        const int error = errno;
        log::tell(Level::warning, "serve", [&] {
            return std::string{"NOTIFY_SOCKET: cannot tell the supervisor: "} + std::strerror(error);
        });
    }
    if (socket >= 0) ::close(socket);
}

void Supervisor::tell_reloading() noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const auto microseconds = std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
    char lines[80] = "RELOADING=1\nMONOTONIC_USEC=";
    char* const digits = lines + std::strlen(lines);
    const auto end = std::to_chars(digits, lines + sizeof lines, microseconds).ptr;
    tell_of_life({lines, std::size_t(end - lines)});
}

void Supervisor::tell_ready(std::string_view status) noexcept {
    if (!is_there()) return;
    try {
        tell_of_life("READY=1\nSTATUS=" + std::string{status.substr(0, status.find('\n'))});
    } catch (const std::exception&) {  // no memory for the words
        tell_of_life("READY=1");
    }
}

void Supervisor::set_silent(bool silent) noexcept {
    const std::lock_guard lock{mutex_};
    silent_ = silent;
}

}  // namespace tollgate
