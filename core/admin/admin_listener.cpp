// core/admin/admin_listener.cpp - the admin listener's server; POCO's HTTP types end here.
#include "admin/admin_listener.h"

#include "admin/bodies.h"
#include "admin/doorkeeper.h"
#include "admin/entrance.h"
#include "admin/head_deadline.h"
#include "admin/listening.h"
#include "admin/live.h"
#include "admin/live_door.h"
#include "admin/live_messages.h"
#include "admin/under_way.h"
#include "plugins/metrics.h"
#include "support/instance.h"
#include "support/text.h"
#include "support/version.h"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServerConnection.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/StreamSocketImpl.h>
#include <Poco/Net/TCPServer.h>
#include <Poco/Net/TCPServerConnectionFactory.h>
#include <Poco/SharedPtr.h>
#include <Poco/String.h>
#include <Poco/ThreadPool.h>
#include <Poco/Timespan.h>

#include <algorithm>
#include <chrono>

namespace tollgate::admin {

namespace {

using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;

constexpr std::size_t largest_body = 1 << 20;
constexpr int most_threads = 8;
constexpr int most_waiting = 32;       // connections; more are closed unheard
const Poco::Timespan patience{10, 0};  // for each read or write
constexpr std::chrono::seconds longest_head{10}, last_words{5};

// Takes in what a client that is refused still sends, so that it reads the answer and not a reset connection.
void discard(std::istream& in) {
    char piece[4096];
    for (std::size_t taken = 0; taken < 16 * largest_body && in.read(piece, sizeof piece).gcount() > 0;)
        taken += std::size_t(in.gcount());
}

// False if the body is longer than what is taken.
bool read_body(HTTPServerRequest& request, std::string& body) {
    // Without a length there is none (RFC 9112 section 6.3); POCO would wait for the connection's end.
    if (!request.hasContentLength() && !request.getChunkedTransferEncoding()) return true;
    if (request.hasContentLength() && request.getContentLength64() > Poco::Int64(largest_body)) return false;
    std::istream& in = request.stream();
    char piece[4096];
    while (in.read(piece, sizeof piece), in.gcount() > 0) {
        body.append(piece, std::size_t(in.gcount()));
        if (body.size() > largest_body) return false;
    }
    return true;
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

// To a request whose sender was let in.
Answer answer_to(HTTPServerRequest& request, HTTPServerResponse& response, Call& call, const Controls& controls) {
    if (!call.path.starts_with('/')) return refused(400, "expected a path, got " + text::quote(request.getURI()));
    if (request.getExpectContinue()) response.sendContinue();
    if (!read_body(request, call.body)) {
        discard(request.stream());
        return refused(413, "expected a body of at most " + std::to_string(largest_body) + " bytes");
    }
    return answer(call, controls);
}

// A plugin's page may have written anything.
std::string clean_type(const std::string& type) {
    const bool clean = std::all_of(type.begin(), type.end(), [](char c) { return c >= ' ' && c < 0x7F; });
    return clean && !type.empty() ? type : "application/octet-stream";
}

// What all connections of a listener have in common.
struct Shared {
    explicit Shared(int descriptor) : door{descriptor} {}
    Doorkeeper door;
    UnderWay connections;
    Entrance entrance;
    HeadDeadline heads{longest_head};
    UnderWay changes;
};

class Handler final : public Poco::Net::HTTPRequestHandler {
public:
    Handler(const Controls& controls, Shared& shared, Live* live) : controls_{controls}, shared_{shared}, live_{live} {}
    void handleRequest(HTTPServerRequest& request, HTTPServerResponse& response) override {
        shared_.heads.head_is_read();
        Call call = call_of(request);
        auto [by, refusal] = shared_.entrance.judge(request, call, controls_);
        const bool let_in = !refusal;
        if (live_ && call.path == live_path && asks_for_websocket(request)) {
            if (let_in) refusal = open_live(request, response, call, by, *live_);
            if (refusal) send(*refusal, response);
        } else if (changes_something(call)) {
            const UnderWay::One one{shared_.changes};
            const Answer answer = let_in ? answer_to(request, response, call, controls_) : *std::move(refusal);
            write_down(call, answer, let_in, controls_);
            send(answer, response);
        } else {
            send(let_in ? answer_to(request, response, call, controls_) : *std::move(refusal), response);
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
        if (answer.status != 304) {
            response.sendBuffer(answer.body.data(), answer.body.size());
            return;
        }
        // A length here would be that of the 200 (RFC 9110, 8.6).
        response.setContentLength(Poco::Net::HTTPMessage::UNKNOWN_CONTENT_LENGTH);
        response.send().flush();
    }

    const Controls& controls_;
    Shared& shared_;
    Live* const live_;  // null: nobody can watch
};

class Handlers final : public Poco::Net::HTTPRequestHandlerFactory {
public:
    Handlers(const Controls& controls, Shared& shared, Live* live)
        : controls_{controls}, shared_{shared}, live_{live} {}
    Poco::Net::HTTPRequestHandler* createRequestHandler(const HTTPServerRequest&) override {
        return new Handler{controls_, shared_, live_};
    }
    void cut_connections() { serverStopped(this, true); }

private:
    const Controls& controls_;
    Shared& shared_;
    Live* const live_;
};

class Connection final : public Poco::Net::HTTPServerConnection {
public:
    Connection(const Poco::Net::StreamSocket& socket, Poco::Net::HTTPServerParams::Ptr params,
               Poco::Net::HTTPRequestHandlerFactory::Ptr handlers, Shared& shared)
        : HTTPServerConnection{socket, params, handlers}, shared_{shared} {
        shared_.door.serving();
    }
    void run() override {
        const HeadDeadline::Serving serving{shared_.heads, int(socket().impl()->sockfd())};
        HTTPServerConnection::run();
    }

private:
    Shared& shared_;
    const UnderWay::One one_{shared_.connections};
};

class Connections final : public Poco::Net::TCPServerConnectionFactory {
public:
    Connections(Poco::Net::HTTPServerParams::Ptr params, Poco::Net::HTTPRequestHandlerFactory::Ptr handlers,
                Shared& shared)
        : params_{std::move(params)}, handlers_{std::move(handlers)}, shared_{shared} {}
    Poco::Net::TCPServerConnection* createConnection(const Poco::Net::StreamSocket& socket) override {
        return new Connection{socket, params_, handlers_, shared_};
    }

private:
    const Poco::Net::HTTPServerParams::Ptr params_;
    const Poco::Net::HTTPRequestHandlerFactory::Ptr handlers_;
    Shared& shared_;
};

Poco::Net::HTTPServerParams::Ptr params() {
    Poco::Net::HTTPServerParams::Ptr params = new Poco::Net::HTTPServerParams;
    params->setMaxThreads(most_threads);
    params->setMaxQueued(most_waiting);
    params->setTimeout(patience);
    params->setKeepAlive(false);  // idle browsers would hold the few threads
    // A thread that ends its work as the server is stopped may miss the call, and is waited for this long: POCO's 10 s are
    // all that `docker stop` grants.
    params->setThreadIdleTime(Poco::Timespan{1, 0});
    params->setSoftwareVersion(std::string{"tollgate/"} + version());
    return params;
}

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
    Server(int descriptor, Controls&& given)
        : controls{std::move(given)},
          live{live_of(controls)},
          shared{descriptor},
          pool{"admin", 1, most_threads},
          handlers{new Handlers{controls, shared, live.get()}},
          http{new Connections{parameters, handlers, shared}, pool, shared.door.socket(), parameters} {}
    void leave() {
        shared.door.close([this] { return http.refusedConnections(); }, last_words);
        shared.connections.wait(last_words);
    }
    ~Server() {
        if (live) live->stop();
        controls.service_runs->stop();
        http.stop();
        shared.changes.wait(last_words);  // a program that was ended, for one
        handlers->cut_connections();
        pool.joinAll();
    }
    const Controls controls;
    const std::unique_ptr<Live> live;
    const plugins::Metrics::Watch watchers = watch_watchers(controls.metrics, live.get());
    Shared shared;
    Poco::ThreadPool pool;
    const Poco::Net::HTTPServerParams::Ptr parameters = params();
    Poco::SharedPtr<Handlers> handlers;
    Poco::Net::TCPServer http;
};

AdminListener::AdminListener(const net::Address& address, Controls controls, net::GivenSockets* given) {
    const auto [descriptor, lent] = listen(address, controls.access().token_sha256.has_value(), given);
    descriptor_ = descriptor;
    lent_ = lent;
    server_ = std::make_unique<Server>(descriptor, std::move(controls));
    address_ = server_->shared.door.socket().address().toString();
}

AdminListener::~AdminListener() = default;

void AdminListener::begin() { server_->http.start(); }

void AdminListener::shut_door() noexcept { server_->shared.door.shut(); }

void AdminListener::leave() { server_->leave(); }

}  // namespace tollgate::admin
