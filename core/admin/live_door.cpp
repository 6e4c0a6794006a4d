// core/admin/live_door.cpp - shaking hands, and passing the socket on.
#include "admin/live_door.h"

#include "admin/live.h"

#include <Poco/Base64Decoder.h>
#include <Poco/Base64Encoder.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/WebSocket.h>
#include <Poco/StreamCopier.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>
#include <vector>

namespace tollgate::admin {

namespace {

using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;

constexpr const char* protocol = "tollgate.live";
constexpr const char* protocols_line = "Sec-WebSocket-Protocol";

std::vector<std::string> protocols(const HTTPServerRequest& request) {
    std::vector<std::string> all;
    for (auto line = request.find(protocols_line);
         line != request.end() && Poco::icompare(line->first, protocols_line) == 0; ++line)
        Poco::Net::HTTPServerRequest::splitElements(line->second, all, true);
    return all;
}

std::string decode(const std::string& text) {
    std::istringstream in{text};
    Poco::Base64Decoder decoder{in, Poco::BASE64_URL_ENCODING | Poco::BASE64_NO_PADDING};
    std::string out;
    try {
        Poco::StreamCopier::copyToString(decoder, out);
    } catch (const Poco::Exception&) {
        return {};  // no base64: no token either
    }
    return out;
}

}  // namespace

bool asks_for_websocket(const HTTPServerRequest& request) {
    return request.getMethod() == "GET" && request.hasToken("Connection", "upgrade") &&
           Poco::icompare(request.get("Upgrade", ""), "websocket") == 0;
}

std::optional<std::string> token_shown_as_protocol(const HTTPServerRequest& request) {
    constexpr std::string_view lead = "bearer.";
    for (const std::string& offered : protocols(request))
        if (offered.starts_with(lead)) return "Bearer " + decode(offered.substr(lead.size()));
    return std::nullopt;
}

std::optional<Answer> open_live(HTTPServerRequest& request, HTTPServerResponse& response, const Call& call,
                                     const Access& access, Live& live) {
    Wish wish;
    if (const std::string problem = wish.read(call.query); !problem.empty()) return refused(400, problem);
    wish.token = access.token_sha256;
    wish.who = request.clientAddress().toString();
    if (!live.has_room()) return refused(503, "there are too many who watch already");
    const auto offered = protocols(request);
    if (std::find(offered.begin(), offered.end(), protocol) != offered.end()) response.set(protocols_line, protocol);
    int socket = -1;
    try {
        Poco::Net::WebSocket shaken{request, response};
        socket = ::fcntl(shaken.impl()->sockfd(), F_DUPFD_CLOEXEC, 0);  // POCO's own is closed with it
    } catch (const Poco::Net::WebSocketException& error) {
        if (response.sent()) return std::nullopt;
        Answer answer = refused(400, error.message());
        answer.lines.emplace_back("Sec-WebSocket-Version", Poco::Net::WebSocket::WEBSOCKET_VERSION);
        return answer;
    }
    // Beyond the last place, by a hair: it sees a connection that ends at once.
    if (socket >= 0 && !live.watch(socket, std::move(wish))) ::close(socket);
    return std::nullopt;
}

Answer show_live(const Call&, const Controls&) {
    Answer answer = refused(426, "expected a WebSocket (Upgrade: websocket), got a plain request");
    answer.lines.emplace_back("Upgrade", "websocket");
    return answer;
}

}  // namespace tollgate::admin
