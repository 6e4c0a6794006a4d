// core/admin/watcher.cpp - a watcher's wish, and its socket.
#include "admin/watcher.h"

#include "admin/bodies.h"
#include "support/text.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace tollgate::admin {

namespace {

constexpr int send_buffer = 64 << 10;  // beyond our queue the kernel keeps little

}  // namespace

std::string Wish::read(const std::string& query) {
    for (const auto& [name, value] : parameters_of(query)) {
        std::string problem;
        if (name == "only") {
            requests = value == "requests";
            seconds = value == "seconds";
            if (!requests && !seconds) problem = "only: expected requests or seconds, got " + text::quote(value);
        } else if (name == "recent") {
            const auto number = number_of(value, 0, most_recent);
            if (!number)
                problem = "recent: expected a number from 0 to " + std::to_string(most_recent) + ", got " + text::quote(value);
            recent = number.value_or(recent);
        } else {
            problem = filter.set(name, value);
        }
        if (!problem.empty()) return problem;
    }
    return {};
}

Watcher::Watcher(int socket, Wish wish, std::size_t most) : socket_{socket}, wish_{std::move(wish)}, most_{most} {
    ::fcntl(socket_, F_SETFL, ::fcntl(socket_, F_GETFL) | O_NONBLOCK);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
}

Watcher::~Watcher() { ::close(socket_); }

void Watcher::tell(const std::shared_ptr<const std::string>& frame) {
    if (closing_ || gone_) return;
    if (frame->size() > room()) write();  // perhaps it reads faster than the thread that writes comes by
    if (frame->size() > room()) return drop();
    queued_ += frame->size();
    queue_.push_back(frame);
}

void Watcher::close(std::uint16_t code, std::string_view why) {
    if (closing_) return;
    tell(close_frame(code, why));
    closing_ = true;
    pinged = std::chrono::steady_clock::now();  // from which on it is waited for
}

void Watcher::write() {
    while (!queue_.empty() && !gone_) {
        const std::string& first = *queue_.front();
        const auto sent = ::send(socket_, first.data() + written_, first.size() - written_, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
        if (sent < 0) {
            gone_ = true;
            return;
        }
        written_ += std::size_t(sent);
        if (written_ < first.size()) continue;
        queued_ -= first.size();
        written_ = 0;
        queue_.pop_front();
    }
}

void Watcher::read(TimePoint now) {
    char piece[4096];
    for (int turns = 0; turns < 16 && !gone_; ++turns) {
        const auto got = ::recv(socket_, piece, sizeof piece, MSG_DONTWAIT);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
        if (got <= 0) {
            gone_ = true;
            return;
        }
        heard = now;
        reader_.take({piece, std::size_t(got)});
        while (auto frame = reader_.next()) answer(*frame);
        if (reader_.error() && !closing_) close(reader_.error(), "this is not what a client may send");
    }
}

void Watcher::answer(const FrameReader::Frame& said) {
    if (said.opcode == Opcode::ping) tell(frame(Opcode::pong, said.payload));
    if (said.opcode != Opcode::close) return;
    if (!closing_) tell(frame(Opcode::close, said.payload.size() < 2 ? "" : said.payload.substr(0, 2)));
    closing_ = said_goodbye_ = true;
}

}  // namespace tollgate::admin
