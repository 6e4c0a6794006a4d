// tests/support/notify_socket.h - NotifySocket: where a supervisor hears its services (sd_notify(3)), datagram by datagram.
#pragma once

#include "support/deadline.h"
#include "support/temporary_folder.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

namespace tollgate::test {

class NotifySocket {
public:
    NotifySocket() : descriptor_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path().c_str(), sizeof address.sun_path - 1);
        const int on = 1;
        if (descriptor_ < 0 || ::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
            ::setsockopt(descriptor_, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0)
            throw std::runtime_error{"cannot listen at " + path()};
    }
    ~NotifySocket() { ::close(descriptor_); }
    NotifySocket(const NotifySocket&) = delete;

    std::string path() const { return (folder_ / "notify").string(); }
    std::string variable() const { return "NOTIFY_SOCKET=" + path(); }

    struct Word {
        std::string text;
        pid_t from = 0;
    };
    // The next one.
    Word next(std::chrono::milliseconds time = patience) {
        pollfd readable{descriptor_, POLLIN, 0};
        if (::poll(&readable, 1, static_cast<int>(time.count())) != 1)
            throw std::runtime_error{"the supervisor heard nothing; before:\n" + heard_};
        char text[4096], control[CMSG_SPACE(sizeof(ucred))];
        iovec piece{text, sizeof text};
        msghdr message{};
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        const auto size = ::recvmsg(descriptor_, &message, 0);
        if (size < 0) throw std::runtime_error{"recvmsg"};
        Word word{{text, static_cast<std::size_t>(size)}};
        for (auto* at = CMSG_FIRSTHDR(&message); at; at = CMSG_NXTHDR(&message, at))
            if (at->cmsg_type == SCM_CREDENTIALS) {
                ucred who{};
                std::memcpy(&who, CMSG_DATA(at), sizeof who);
                word.from = who.pid;
            }
        heard_ += word.text + "\n--\n";
        return word;
    }
    // The next one with such a line, passing over others.
    Word wait_for(const std::string& line) {
        const Deadline deadline;
        for (;;) {
            Word word = next(std::chrono::milliseconds{deadline.milliseconds_left()});
            if (("\n" + word.text + "\n").find("\n" + line) != std::string::npos) return word;
        }
    }
    // All that came so far and nobody asked for.
    std::vector<Word> rest() {
        std::vector<Word> words;
        for (pollfd readable{descriptor_, POLLIN, 0}; ::poll(&readable, 1, 0) == 1;) words.push_back(next());
        return words;
    }

private:
    const TemporaryFolder folder_;
    const int descriptor_;
    std::string heard_;
};

}  // namespace tollgate::test
