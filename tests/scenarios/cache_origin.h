// tests/scenarios/cache_origin.h - an upstream that counts what reaches it, and gateways with a cache in front of it.
#pragma once

#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <atomic>
#include <functional>
#include <string>
#include <string_view>

namespace tollgate::test {

// What it sends for the n-th request of all, n from 1: a whole answer as bytes, or "" to close the connection.
using Sends = std::function<std::string(const Message& request, int n)>;

inline std::string message(std::string_view lines, std::string_view body, int status = 200) {
    return std::string{"HTTP/1.1 "}
        .append(std::to_string(status))
        .append(" X\r\nContent-Length: ")
        .append(std::to_string(body.size()))
        .append("\r\n")
        .append(lines)
        .append("\r\n")
        .append(body);
}

class Origin {
public:
    explicit Origin(Sends sends)
        : sends_{std::move(sends)}, upstream_{[this](UpstreamConnection& connection) { serve(connection); }} {}
    // Each request gets these lines, and its number as the body.
    explicit Origin(std::string lines)
        : Origin{[lines](const Message&, int n) { return message(lines, std::to_string(n)); }} {}

    const std::string& address() const { return upstream_.address(); }
    int requests() const { return count_; }
    ScriptedUpstream& upstream() { return upstream_; }

private:
    void serve(UpstreamConnection& connection) {
        while (const auto request = connection.read_request()) {
            const std::string bytes = sends_(*request, ++count_);
            if (bytes.empty()) return;
            connection.send(bytes);
        }
    }

    std::atomic<int> count_{0};
    const Sends sends_;
    ScriptedUpstream upstream_;
};

// Of auth's file: alice-key, bob-key.
inline constexpr auto alice_and_bob =
    "72ee9d4355ccb9d3a4c9dbf37382e38e75c1b1a225b5bd1f729ee91bbda30c20 alice -\n"
    "9b94dc1a51a38769f135edf04033ad7f2f487b6c25929be7a861cfc1ab10cf98 bob -\n";

// `cache { ... }` in front of all of it.
inline std::string cached(const std::string& target, std::string_view settings = {}, std::string_view words = {}) {
    return std::string{words}
        .append(words.empty() ? "" : "\n")
        .append("route \"* /**\" { upstream = upstream \"u\" { targets = { \"")
        .append(target)
        .append("\" }, timeout = 1 * hour }, plugins = { cache { ")
        .append(settings)
        .append(" } } }\n");
}

}  // namespace tollgate::test
