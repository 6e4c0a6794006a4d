// core/admin/admin_listener.cpp - the admin listener's server; POCO's HTTP types end here.
#include "admin/admin_listener.h"

#include "admin/bodies.h"
#include "admin/endpoints.h"
#include "admin/guard.h"
#include "admin/live.h"
#include "admin/live_door.h"
#include "admin/live_messages.h"
#include "config/secrets.h"
#include "gateway/snapshot.h"
#include "net/address.h"
#include "plugins/metrics.h"
#include "support/instance.h"
#include "support/log.h"
#include "support/text.h"
#include "support/version.h"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/String.h>
#include <Poco/ThreadPool.h>
#include <Poco/Timespan.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <system_error>

namespace tollgate::admin {

namespace {

using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;

constexpr std::size_t largest_body = 1 << 20;
constexpr int most_threads = 8;
constexpr int most_waiting = 32;       // connections; more are closed unheard
const Poco::Timespan patience{10, 0};  // for each read or write

// The line's value; nullopt where there is none. Two lines of a name that must be one are no answer to who is asking.
std::optional<std::string> only(const HTTPServerRequest& request, const std::string& name) {
    std::optional<std::string> value;
    for (auto line = request.find(name); line != request.end() && Poco::icompare(line->first, name) == 0; ++line)
        value = value ? *value + ", " + line->second : line->second;
    return value;
}

// Takes in what a client that is refused still sends, so that it reads the answer and not a reset connection.
void discard(std::istream& in) {
    char piece[4096];
    for (std::size_t taken = 0; taken < 16 * largest_body && in.read(piece, sizeof piece).gcount() > 0;)
        taken += std::size_t(in.gcount());
}

// False if the body is longer than what is taken.
bool read_body(HTTPServerRequest& request, std::string& body) {
    if (request.hasContentLength() && request.getContentLength64() > Poco::Int64(largest_body)) return false;
    std::istream& in = request.stream();
    char piece[4096];
    while (in.read(piece, sizeof piece), in.gcount() > 0) {
        body.append(piece, std::size_t(in.gcount()));
        if (body.size() > largest_body) return false;
    }
    return true;
}

// Tells of refusals, at most once a second: who is refused may ask as often as it likes. Any thread.
class Refusals {
public:
    void tell(const std::string& why) {
        const std::int64_t now = std::chrono::steady_clock::now().time_since_epoch() / std::chrono::seconds{1};
        if (told_.exchange(now) != now) log::warning("admin", "refused a request: " + why);
    }

private:
    std::atomic<std::int64_t> told_{-1};
};

// By which address it was asked. IPv4 over a socket for both families is IPv4.
std::string own_address(const HTTPServerRequest& request) {
    constexpr std::string_view mapped = "::ffff:";
    const std::string host = request.serverAddress().host().toString();
    const bool is_mapped = host.starts_with(mapped) && host.find('.') != std::string::npos;
    if (is_mapped) return host.substr(mapped.size());
    return host.find(':') == std::string::npos ? host : '[' + host + ']';
}

// Why this request is not for its sender, as an answer; nullopt if it is.
std::optional<Answer> refusal_of(const HTTPServerRequest& request, const Call& call, const Controls& controls,
                                 Refusals& refusals) {
    const Access access = controls.access();
    const std::string own = own_address(request);
    if (const std::string why = refusal(only(request, "Host"), only(request, "Origin"), own, access.hosts);
        !why.empty()) {
        refusals.tell(why);
        return refused(403, why);
    }
    if (is_open(call.method, call.path)) return std::nullopt;
    if (access.token_sha256) {
        auto shown = only(request, "Authorization");
        if (!shown && call.path == live_path) shown = token_shown_as_protocol(request);
        if (shows_token(shown, *access.token_sha256)) return std::nullopt;
        if (shown) refusals.tell("Authorization: not the admin token, from " + request.clientAddress().toString());
        return refused(401, shown ? "Authorization: this is not the admin token"
                                  : "the admin token is wanted (Authorization: Bearer ...)");
    }
    // The configuration may have changed since the listener was bound.
    if (request.serverAddress().host().isLoopback()) return std::nullopt;
    return refused(403, "no token is declared, and this listener is beyond loopback");
}

// All of it but the body.
Call call_of(const HTTPServerRequest& request) {
    Call call;
    call.method = request.getMethod();
    const std::string& target = request.getURI();
    const auto question = target.find('?');
    call.path = target.substr(0, question);
    if (question != std::string::npos) call.query = target.substr(question + 1);
    call.client = request.clientAddress().host().toString();
    for (const auto& [name, value] : request) {
        if (Poco::icompare(name, "Authorization") == 0 || Poco::icompare(name, "Sec-WebSocket-Protocol") == 0) continue;
        std::string& line = call.headers[Poco::toLower(name)];
        line += (line.empty() ? "" : ", ") + value;
    }
    return call;
}

Answer answer_to(HTTPServerRequest& request, HTTPServerResponse& response, Call& call, const Controls& controls,
                 Refusals& refusals) {
    if (!call.path.starts_with('/')) return refused(400, "expected a path, got " + text::quote(request.getURI()));
    if (auto refusal = refusal_of(request, call, controls, refusals)) return *std::move(refusal);
    if (request.getExpectContinue()) response.sendContinue();
    if (!read_body(request, call.body)) {
        discard(request.stream());
        return refused(413, "expected a body of at most " + std::to_string(largest_body) + " bytes");
    }
    return answer(call, controls);
}

// The same where it would be a WebSocket; nullopt: it is one now.
std::optional<Answer> answer_to_watcher(HTTPServerRequest& request, HTTPServerResponse& response, const Call& call,
                                        const Controls& controls, Refusals& refusals, Live& live) {
    if (auto refusal = refusal_of(request, call, controls, refusals)) return refusal;
    return open_live(request, response, call, controls, live);
}

// A plugin's page may have written anything.
std::string clean_type(const std::string& type) {
    const bool clean = std::all_of(type.begin(), type.end(), [](char c) { return c >= ' ' && c < 0x7F; });
    return clean && !type.empty() ? type : "application/octet-stream";
}

bool changes_something(const Call& call) {
    return call.method != "GET" && call.method != "HEAD" && call.method != "OPTIONS";
}

// Nobody should send a secret by a query; who does shall not find it in a log.
std::string query_shown(const Call& call) {
    std::string query;
    for (const auto& [name, value] : parameters_of(call.query)) {
        query += (query.empty() ? "" : "&") + name + '=';
        query += config::is_secret(name) ? config::hidden : value;
    }
    return query;
}

void write_down(const Call& call, const Answer& answer, const Controls& controls) {
    const Found found = find_endpoint(call.method, call.path);
    const auto snapshot = controls.current ? controls.current() : nullptr;
    const std::string what = answer.what.empty() && found.endpoint ? std::string{found.endpoint->summary} : answer.what;
    controls.audit->add({std::chrono::system_clock::now(), call.client, call.method, call.path, query_shown(call),
                         answer.status, what},
                        snapshot ? snapshot->audit_file : std::string{});
}

class Handler final : public Poco::Net::HTTPRequestHandler {
public:
    Handler(const Controls& controls, Refusals& refusals, Live* live)
        : controls_{controls}, refusals_{refusals}, live_{live} {}
    void handleRequest(HTTPServerRequest& request, HTTPServerResponse& response) override {
        Call call = call_of(request);
        if (live_ && call.path == live_path && asks_for_websocket(request)) {
            if (const auto answer = answer_to_watcher(request, response, call, controls_, refusals_, *live_))
                send(*answer, response);
        } else {
            const Answer answer = answer_to(request, response, call, controls_, refusals_);
            if (changes_something(call)) write_down(call, answer, controls_);
            send(answer, response);
        }
    }

private:
    static void send(const Answer& answer, HTTPServerResponse& response) {
        response.setStatus(Poco::Net::HTTPResponse::HTTPStatus(answer.status));
        response.setReason(Poco::Net::HTTPResponse::getReasonForStatus(response.getStatus()));
        response.setContentType(clean_type(answer.content_type));
        response.set("Cache-Control", "no-store");
        if (answer.status == 401) response.set("WWW-Authenticate", "Bearer realm=\"tollgate\"");
        response.set("X-Content-Type-Options", "nosniff");
        for (const auto& [name, value] : answer.lines) response.set(name, value);
        response.sendBuffer(answer.body.data(), answer.body.size());
    }

    const Controls& controls_;
    Refusals& refusals_;
    Live* const live_;  // null: nobody can watch
};

class Handlers final : public Poco::Net::HTTPRequestHandlerFactory {
public:
    Handlers(const Controls& controls, Live* live) : controls_{controls}, live_{live} {}
    Poco::Net::HTTPRequestHandler* createRequestHandler(const HTTPServerRequest&) override {
        return new Handler{controls_, refusals_, live_};
    }

private:
    const Controls& controls_;
    Live* const live_;
    Refusals refusals_;  // of the one listener that makes handlers here
};

Poco::Net::HTTPServerParams::Ptr params() {
    Poco::Net::HTTPServerParams::Ptr params = new Poco::Net::HTTPServerParams;
    params->setMaxThreads(most_threads);
    params->setMaxQueued(most_waiting);
    params->setTimeout(patience);
    params->setKeepAlive(false);  // idle browsers would hold the few threads
    params->setSoftwareVersion(std::string{"tollgate/"} + version());
    return params;
}

std::string problem(const net::Address& address, const std::string& why) {
    return "admin: " + text::quote(address.text()) + ": " + why;
}

Poco::Net::ServerSocket listen(const net::Address& address, bool has_token) {
    if (address.is_unix()) throw std::invalid_argument{problem(address, "expected an address like 127.0.0.1:9180")};
    const Poco::Net::SocketAddress where = [&] {
        try {
            return address.resolve();
        } catch (const Poco::Exception& error) {
            throw std::runtime_error{problem(address, "cannot be resolved: " + error.displayText())};
        }
    }();
    if (!where.host().isLoopback() && !has_token)
        throw std::invalid_argument{problem(address,
                                            "refused beyond loopback without a token; declare one in routes.lua "
                                            "(admin { token = env \"NAME\" }), or use an address like "
                                            "127.0.0.1:9180")};
    Poco::Net::ServerSocket socket;
    try {
        // Not the form of two: it shares the port with whoever has it (SO_REUSEPORT).
        if (where.family() == Poco::Net::AddressFamily::IPv6)
            socket.bind6(where, true, false, !address.host().empty());
        else
            socket.bind(where, true, false);
        socket.listen(64);
    } catch (const Poco::Exception& error) {
        const std::string reason = error.code() ? std::generic_category().message(error.code()) : error.displayText();
        throw std::runtime_error{problem(address, reason + "; choose another with --admin ADDR, or --admin off")};
    }
    return socket;
}

}  // namespace

namespace {

std::unique_ptr<Live> live_of(const Controls& controls) {
    if (!controls.feed) return nullptr;
    return std::make_unique<Live>(Live::Sources{
        *controls.feed, [&controls] { return moment_members(controls.moment(), *controls.current()); }, controls.access,
        instance(),
        controls.metrics.counter("tollgate_live_watchers_dropped_total",
                                 "Watchers of /ws/live that were dropped since they did not read.", {})});
}

plugins::Metrics::Watch watch_watchers(plugins::Metrics& metrics, const Live* live) {
    return metrics.watch(plugins::Metrics::Kind::gauge, "tollgate_live_watchers", "Who watches over /ws/live.", {},
                         [live] { return live ? double(live->watchers()) : 0; });
}

}  // namespace

struct AdminListener::Server {
    Server(const Poco::Net::ServerSocket& socket, Controls&& given)
        : controls{std::move(given)},
          live{live_of(controls)},
          pool{"admin", 1, most_threads},
          http{new Handlers{controls, live.get()}, pool, socket, params()} {
        http.start();
    }
    ~Server() {
        if (live) live->stop();
        controls.service_runs->stop();
        http.stopAll(true);
        pool.joinAll();
    }
    const Controls controls;
    const std::unique_ptr<Live> live;
    const plugins::Metrics::Watch watchers = watch_watchers(controls.metrics, live.get());
    Poco::ThreadPool pool;
    Poco::Net::HTTPServer http;
};

AdminListener::AdminListener(const net::Address& address, Controls controls) {
    Poco::Net::ServerSocket socket = listen(address, controls.access().token_sha256.has_value());
    address_ = socket.address().toString();
    server_ = std::make_unique<Server>(socket, std::move(controls));
}

AdminListener::~AdminListener() = default;

}  // namespace tollgate::admin
