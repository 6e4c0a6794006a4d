// core/commands/watching.h - Watching: what `tollgate logs` and `tollgate top` have in common: connecting, and again.
#pragma once

#include "commands/commands.h"
#include "commands/live_client.h"

#include <Poco/JSON/Object.h>

#include <functional>
#include <optional>
#include <string>

namespace tollgate::commands {

// False where NO_COLOR or the destination (1: stdout) asks for plain text.
bool wants_colour(int descriptor);

class Watching {
public:
    // Connects for the first time; throws as LiveClient does. `query` is asked each time, `first` added the first time.
    Watching(const Options& options, std::string query, const std::string& first = {});

    // The next message and its text, or nullopt where none comes in that time. Where the connection is lost, another one
    // is tried, and stderr told once. Throws NotLetIn where there can be none any more.
    struct Message {
        Poco::JSON::Object::Ptr json;
        std::string text;
        std::string type() const { return json->optValue<std::string>("type", ""); }
    };
    std::optional<Message> next(std::chrono::milliseconds time);
    bool connected() const noexcept { return client_.has_value(); }
    int socket() const { return client_ ? client_->socket() : -1; }
    const std::string& address() const noexcept { return address_; }
    // Whether stderr is told of a lost connection; not where a screen is drawn.
    void be_quiet() noexcept { quiet_ = true; }

private:
    void connect_again(std::chrono::milliseconds time);

    const std::string address_, token_, query_;
    std::optional<LiveClient> client_;
    bool quiet_ = false;
};

// `name=value&`, with the value's bytes encoded.
std::string query_member(const std::string& name, const std::string& value);

// Runs `watch` and makes of what it throws a complaint and an exit code.
int watched(const std::function<int()>& watch);

}  // namespace tollgate::commands
