// plugins/logging/output.cpp - opening and writing, by what kind of thing the destination is.
#include "output.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace tollgate::logging {

std::string failure_text(int error) {
    std::string text = std::generic_category().message(error);
    if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] + ('a' - 'A'));
    return text;
}

Named what_has_name(int descriptor, const std::string& name) noexcept {
    struct stat ours {}, there {};
    if (::fstat(descriptor, &ours) != 0 || ::stat(name.c_str(), &there) != 0) return Named::nothing;
    return ours.st_dev == there.st_dev && ours.st_ino == there.st_ino ? Named::it : Named::another;
}

Output::~Output() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

std::string Output::problem_with(const std::string& destination) {
    struct stat facts {};
    if (destination == "stdout" || destination == "stderr") {
        const int number = destination == "stdout" ? STDOUT_FILENO : STDERR_FILENO;
        return ::fstat(number, &facts) == 0 ? "" : destination + ": " + failure_text(errno);
    }
    const auto writable = [](const std::string& path, int how) {
        return ::faccessat(AT_FDCWD, path.c_str(), how, AT_EACCESS) == 0 ? "" : path + ": " + failure_text(errno);
    };
    if (::stat(destination.c_str(), &facts) == 0)
        return S_ISDIR(facts.st_mode) ? destination + ": expected a file, got a folder" : writable(destination, W_OK);
    if (errno != ENOENT) return destination + ": " + failure_text(errno);
    const std::string folder = std::filesystem::path{destination}.parent_path().string();
    return writable(folder.empty() ? "." : folder, W_OK | X_OK);
}

int Output::open() {
    if (is_stream()) return open_stream();
    const int descriptor =
        ::open(name().c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0640);
    if (descriptor < 0) return errno;
    adopt(descriptor, Kind::direct);
    return 0;
}

int Output::open_stream() {
    const int number = name() == "stdout" ? STDOUT_FILENO : STDERR_FILENO;
    struct stat facts {};
    if (::fstat(number, &facts) != 0) return errno;
    if (S_ISFIFO(facts.st_mode) || S_ISCHR(facts.st_mode)) {
        // Opening it again gives a description of our own, where O_NONBLOCK disturbs nobody. It may be refused, where
        // the pipe was made by another user.
        const std::string path = "/proc/self/fd/" + std::to_string(number);
        const int own = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (own >= 0) {
            adopt(own, Kind::direct);
            return 0;
        }
    }
    // A file must keep the position it shares with everybody else who writes to it.
    const int copy = ::fcntl(number, F_DUPFD_CLOEXEC, 3);
    if (copy < 0) return errno;
    adopt(copy, S_ISREG(facts.st_mode) ? Kind::direct : S_ISSOCK(facts.st_mode) ? Kind::socket : Kind::borrowed);
    return 0;
}

void Output::adopt(int descriptor, Kind kind) noexcept {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = descriptor;
    kind_ = kind;
}

// A stream may be led elsewhere: stderr of a process that has taken another's place was a pipe to that one before.
ssize_t Output::write(std::string_view first, std::string_view second) noexcept {
    const ssize_t written = put(first, second);
    if (written < 0 && errno == EPIPE && is_stream()) {
        adopt(-1, kind_);
        errno = EPIPE;
    }
    return written;
}

ssize_t Output::put(std::string_view first, std::string_view second) noexcept {
    // writev() does not change what it reads; its type is older than const.
    iovec parts[2] = {{const_cast<char*>(first.data()), first.size()},
                      {const_cast<char*>(second.data()), second.size()}};
    const int count = second.empty() ? 1 : 2;
    if (kind_ == Kind::direct) return ::writev(descriptor_, parts, count);
    if (kind_ == Kind::socket) {
        msghdr message{};
        message.msg_iov = parts;
        message.msg_iovlen = static_cast<std::size_t>(count);
        return ::sendmsg(descriptor_, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    pollfd room{descriptor_, POLLOUT, 0};
    if (::poll(&room, 1, 0) == 0) {
        errno = EAGAIN;
        return -1;
    }
    // A pipe that is writable takes this much at once (pipe(7)).
    return ::write(descriptor_, first.data(), std::min<std::size_t>(first.size(), PIPE_BUF));
}

}  // namespace tollgate::logging
