// tests/support/scripted_upstream.cpp - one accepting thread, one thread per connection.
#include "support/scripted_upstream.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tollgate::test {

UpstreamConnection::UpstreamConnection(ScriptedUpstream& upstream, int descriptor, int number)
    : Connection{descriptor}, upstream_{upstream}, number_{number} {}

std::optional<Message> UpstreamConnection::read_request() {
    auto request = test::read_request(*this);
    if (request) upstream_.note(*request);
    return request;
}

Message UpstreamConnection::read_request_head() {
    Message head = read_head(*this);
    upstream_.note(head);
    return head;
}

void UpstreamConnection::answer(int status, std::string_view body, std::string_view lines) {
    std::string text = "HTTP/1.1 " + std::to_string(status) + " Whatever\r\nContent-Length: ";
    text.append(std::to_string(body.size())).append("\r\n").append(lines).append("\r\n").append(body);
    send(text);
}

ScriptedUpstream::ScriptedUpstream(Script script, const std::string& address)
    : script_{std::move(script)}, listener_{listen_on(address)}, waker_{::eventfd(0, EFD_CLOEXEC)},
      address_{bound_address(listener_)}, acceptor_{[this] { accept_all(); }} {}

ScriptedUpstream::~ScriptedUpstream() {
    stop_listening();
    {
        const std::lock_guard lock{mutex_};
        ending_ = true;
        for (auto& connection : open_)
            if (connection.descriptor() >= 0) ::shutdown(connection.descriptor(), SHUT_RDWR);
    }
    for (auto& thread : threads_) thread.join();
    ::close(waker_);
}

void ScriptedUpstream::stop_listening() {
    if (!acceptor_.joinable()) return;
    const std::uint64_t one = 1;
    if (::write(waker_, &one, sizeof one) != sizeof one) throw ConnectionError{"cannot wake the accepting thread"};
    acceptor_.join();
    ::close(listener_);
}

void ScriptedUpstream::accept_all() {
    for (;;) {
        pollfd entries[] = {{listener_, POLLIN, 0}, {waker_, POLLIN, 0}};
        if (::poll(entries, 2, -1) < 0) continue;
        if (entries[1].revents) return;
        const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (descriptor < 0) continue;
        const std::lock_guard lock{mutex_};
        auto& connection = open_.emplace_back(*this, descriptor, ++connections_);
        threads_.emplace_back([this, &connection] { serve(connection); });
    }
}

void ScriptedUpstream::serve(UpstreamConnection& connection) {
    std::string failure;
    try {
        script_(connection);
    } catch (const std::exception& error) {
        failure = error.what();
    }
    const std::lock_guard lock{mutex_};  // the destructor looks at descriptors
    if (!failure.empty() && !ending_) failures_.push_back(failure);
    connection.close();
}

void ScriptedUpstream::note(const Message& request) {
    const std::lock_guard lock{mutex_};
    received_.push_back(request);
}

int ScriptedUpstream::connections() const {
    const std::lock_guard lock{mutex_};
    return connections_;
}

int ScriptedUpstream::requests() const {
    const std::lock_guard lock{mutex_};
    return static_cast<int>(received_.size());
}

std::vector<Message> ScriptedUpstream::received() const {
    const std::lock_guard lock{mutex_};
    return received_;
}

Message ScriptedUpstream::last() const {
    const std::lock_guard lock{mutex_};
    if (received_.empty()) throw ConnectionError{"no request came"};
    return received_.back();
}

std::vector<std::string> ScriptedUpstream::failures() const {
    const std::lock_guard lock{mutex_};
    return failures_;
}

ScriptedUpstream::Script ScriptedUpstream::always(std::string body, std::string lines) {
    return [body = std::move(body), lines = std::move(lines)](UpstreamConnection& connection) {
        while (connection.read_request()) connection.answer(200, body, lines);
    };
}

ScriptedUpstream::Script ScriptedUpstream::echo() {
    return [](UpstreamConnection& connection) {
        while (const auto request = connection.read_request()) {
            std::string body = request->start_line + '\n';
            for (const auto& [name, value] : request->headers) body += name + ": " + value + '\n';
            body += '\n' + request->body;
            connection.answer(200, body);
        }
    };
}

}  // namespace tollgate::test
