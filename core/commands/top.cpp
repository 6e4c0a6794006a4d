// core/commands/top.cpp - `tollgate top`: the figures of a running gateway, once a second.
#include "commands/commands.h"
#include "commands/terminal.h"
#include "commands/top_screen.h"
#include "commands/watching.h"

#include "commands/admin_client.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Parser.h>

#include <unistd.h>

#include <iostream>
#include <utility>

namespace tollgate::commands {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds patience{2};  // keys are heard by the same thread

// A line for each second: for programs, and where there is no terminal.
int print_lines(const Options& options) {
    Watching watching{options, "only=seconds"};
    TopScreen screen;
    for (;;) {
        const auto message = watching.next(std::chrono::seconds{1});
        if (!message || message->type() != "second") continue;
        screen.second(message->json);
        std::cout << (options.json ? message->text : screen.line()) << '\n' << std::flush;
        if (options.once || !std::cout) return std::cout ? done : failed;
    }
}

// What a WebSocket does not tell: which target is out, and why.
void look_at_upstreams(const Options& options, const std::string& address, TopScreen& screen) {
    try {
        const auto reply = ask_admin(address, options.token, "/upstreams", std::nullopt, patience);
        if (reply.status == 200)
            screen.upstreams(Poco::JSON::Parser{}.parse(reply.body).extract<Poco::JSON::Object::Ptr>()->getArray("upstreams"));
    } catch (const Poco::Exception&) {
        screen.upstreams({});  // no gateway's answer
    } catch (const std::runtime_error&) {
        screen.upstreams({});  // it is away, which the WebSocket will find too
    }
}

int draw(const Options& options) {
    Watching watching{options, ""};
    watching.be_quiet();
    TopScreen screen;
    const bool colour = wants_colour(STDOUT_FILENO);
    Terminal terminal;
    std::pair<std::size_t, std::size_t> drawn_at{};
    bool was_connected = false;
    for (bool ended = false; !ended;) {
        // Messages that are there; requests change what is shown only with the next second.
        bool new_second = false;
        for (bool more = true; more;) {
            const auto message = watching.next(std::chrono::milliseconds{0});
            const std::string type = message ? message->type() : "";
            more = message.has_value() && type != "second";
            if (type == "hello") screen.hello(*message->json, watching.address());
            if (type == "request") screen.request(*message->json, steady_clock::now());
            if (type == "second") {
                new_second = true;
                screen.second(message->json);
                look_at_upstreams(options, watching.address(), screen);
            }
        }
        const std::pair size{terminal.width(), terminal.height()};
        if (new_second || size != drawn_at || watching.connected() != was_connected) {
            screen.lost(!watching.connected());
            terminal.show(screen.draw(size.first, size.second, colour, steady_clock::now()));
        }
        drawn_at = size;
        was_connected = watching.connected();
        ended = terminal.wait(watching.socket(), watching.connected() ? 1000 : 500);
    }
    return done;
}

}  // namespace

int top(const Options& options) {
    const bool lines = options.once || options.json || ::isatty(STDOUT_FILENO) != 1;
    return watched([&] { return lines ? print_lines(options) : draw(options); });
}

}  // namespace tollgate::commands
