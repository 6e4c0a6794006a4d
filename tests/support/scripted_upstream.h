// tests/support/scripted_upstream.h - ScriptedUpstream: an upstream that behaves or misbehaves as its script says.
#pragma once

#include "support/connection.h"
#include "support/message.h"

#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace tollgate::test {

class ScriptedUpstream;

// One connection the gateway made. Scripts run on a thread of its own; when a script returns, the connection is closed.
class UpstreamConnection : public Connection {
public:
    UpstreamConnection(ScriptedUpstream& upstream, int descriptor, int number);

    // The next request, whole; nullopt once the gateway closed the connection.
    std::optional<Message> read_request();
    // Its head only; the body is left to read_body() or to nobody.
    Message read_request_head();
    // An answer with a Content-Length.
    void answer(int status, std::string_view body, std::string_view lines = {});
    int number() const noexcept { return number_; }  // 1 for the first connection

private:
    friend class ScriptedUpstream;
    ScriptedUpstream& upstream_;
    int number_;
};

class ScriptedUpstream {
public:
    using Script = std::function<void(UpstreamConnection&)>;

    explicit ScriptedUpstream(Script script, const std::string& address = "127.0.0.1:0");
    ~ScriptedUpstream();  // ends the connections, then waits for their scripts
    ScriptedUpstream(const ScriptedUpstream&) = delete;
    ScriptedUpstream& operator=(const ScriptedUpstream&) = delete;

    const std::string& address() const noexcept { return address_; }
    int connections() const;
    int requests() const;
    // Requests in the order they were read; heads and bodies as messages.
    std::vector<Message> received() const;
    Message last() const;  // throws where none came
    // Exceptions that left scripts, while the upstream was not being torn down.
    std::vector<std::string> failures() const;
    // Stops listening: later connections are refused. Open ones go on.
    void stop_listening();

    // Answers every request with 200 and this body.
    static Script always(std::string body, std::string lines = {});
    // Answers with the request's own method, target, headers and body as the body.
    static Script echo();

private:
    friend class UpstreamConnection;
    void accept_all();
    void serve(UpstreamConnection& connection);
    void note(const Message& request);

    Script script_;
    int listener_, waker_;
    std::string address_;
    mutable std::mutex mutex_;
    std::list<UpstreamConnection> open_;
    std::list<std::thread> threads_;
    std::vector<Message> received_;
    std::vector<std::string> failures_;
    int connections_ = 0;
    bool ending_ = false;
    std::thread acceptor_;
};

}  // namespace tollgate::test
