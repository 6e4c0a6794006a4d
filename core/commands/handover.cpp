// core/commands/handover.cpp - words as messages of a SOCK_SEQPACKET socket, descriptors beside them.
#include "commands/handover.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace tollgate::commands {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t longest_word = 16 << 10;
constexpr const char *socket_word = "socket", *tickets_word = "tickets", *log_word = "log", *end_word = "all";

int milliseconds_until(Clock::time_point until) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    return int(std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, 60'000));
}

// The part before the first line feed, which goes with it.
std::string take_line(std::string& text) {
    const auto end = text.find('\n');
    std::string line = text.substr(0, end);
    text.erase(0, end == text.npos ? end : end + 1);
    return line;
}

}  // namespace

Handover::~Handover() { ::close(descriptor_); }

void Handover::say(std::string_view text, int descriptor) {
    iovec piece{const_cast<char*>(text.data()), text.size()};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    if (descriptor >= 0) {
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        cmsghdr* const header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof descriptor);
        std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    }
    const auto until = Clock::now() + std::chrono::seconds{10};
    for (;;) {
        if (::sendmsg(descriptor_, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return;
        if (errno == EINTR) continue;
        pollfd room{descriptor_, POLLOUT, 0};
        if (errno != EAGAIN || ::poll(&room, 1, milliseconds_until(until)) <= 0)
            throw std::system_error{errno == EAGAIN ? ETIMEDOUT : errno, std::generic_category(), "handing over"};
    }
}

std::optional<Handover::Word> Handover::hear(Clock::time_point until) {
    std::string text(longest_word, '\0');
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    for (;;) {
        pollfd readable{descriptor_, POLLIN, 0};
        const int ready = ::poll(&readable, 1, milliseconds_until(until));
        if (ready == 0 && Clock::now() >= until) return std::nullopt;
        if (ready <= 0) continue;
        iovec piece{text.data(), text.size()};
        msghdr message{};
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        const auto size = ::recvmsg(descriptor_, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
        if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (size <= 0) {
            closed_ = true;
            return std::nullopt;
        }
        Word word{text.substr(0, std::size_t(size))};
        for (auto* at = CMSG_FIRSTHDR(&message); at; at = CMSG_NXTHDR(&message, at))
            if (at->cmsg_level == SOL_SOCKET && at->cmsg_type == SCM_RIGHTS)
                std::memcpy(&word.descriptor, CMSG_DATA(at), sizeof word.descriptor);
        return word;
    }
}

void give(Handover& handover, const Estate& estate) {
    for (const auto& socket : estate.sockets)
        handover.say(std::string{socket_word} + '\n' + socket.address + '\n' + socket.name + '\n' +
                         (socket.lent ? "lent" : "own"),
                     socket.descriptor);
    if (!estate.ticket_keys.empty()) handover.say(std::string{tickets_word} + '\n' + estate.ticket_keys);
    handover.say(log_word, estate.log);
    handover.say(end_word);
}

Estate receive(Handover& handover, Clock::time_point until) {
    Estate estate;
    for (;;) {
        auto word = handover.hear(until);
        if (!word) throw std::runtime_error{"the process before has not handed over its sockets"};
        const std::string kind = take_line(word->text);
        if (kind == end_word) return estate;
        if (kind == socket_word && word->descriptor >= 0) {
            std::string address = take_line(word->text), name = take_line(word->text);
            estate.sockets.push_back({std::move(address), std::move(name), word->descriptor, word->text == "lent"});
        } else if (kind == log_word) {
            estate.log = word->descriptor;
        } else if (word->descriptor >= 0) {
            ::close(word->descriptor);
        }
        if (kind == tickets_word) estate.ticket_keys = std::move(word->text);
    }
}

}  // namespace tollgate::commands
