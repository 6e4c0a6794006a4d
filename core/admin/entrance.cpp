// core/admin/entrance.cpp - judging who asks.
#include "admin/entrance.h"

#include "admin/bodies.h"
#include "admin/endpoints.h"
#include "admin/live_door.h"
#include "support/log.h"

#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/String.h>

#include <chrono>
#include <string_view>
#include <utility>

namespace tollgate::admin {

namespace {

using Poco::Net::HTTPServerRequest;

// The line's value; nullopt where there is none. Two lines of a name that must be one are no answer to who is asking.
std::optional<std::string> only(const HTTPServerRequest& request, const std::string& name) {
    std::optional<std::string> value;
    for (auto line = request.find(name); line != request.end() && Poco::icompare(line->first, name) == 0; ++line)
        value = value ? *value + ", " + line->second : line->second;
    return value;
}

// By which address it was asked. IPv4 over a socket for both families is IPv4.
std::string own_address(const HTTPServerRequest& request) {
    constexpr std::string_view mapped = "::ffff:";
    const std::string host = request.serverAddress().host().toString();
    const bool is_mapped = host.starts_with(mapped) && host.find('.') != std::string::npos;
    if (is_mapped) return host.substr(mapped.size());
    return host.find(':') == std::string::npos ? host : '[' + host + ']';
}

}  // namespace

// At most once a second: who is refused may ask as often as it likes.
void Entrance::tell(const std::string& why) {
    const std::int64_t now = std::chrono::steady_clock::now().time_since_epoch() / std::chrono::seconds{1};
    if (told_.exchange(now) != now) log::warning("admin", "refused a request: " + why);
}

Entrance::Verdict Entrance::judge(const HTTPServerRequest& request, const Call& call, const Controls& controls) {
    Access access = controls.access();
    auto refusal = refusal_of(request, call, access);
    return {std::move(access), std::move(refusal)};
}

std::optional<Answer> Entrance::refusal_of(const HTTPServerRequest& request, const Call& call, const Access& access) {
    const Endpoint* const wanted = find_endpoint(call.method, call.path).endpoint;
    const bool open = wanted && wanted->open;
    std::string why = refusal(only(request, "Host"), only(request, "Origin"), own_address(request), access.hosts);
    if (why.empty() && !open)
        why = refusal_of_page(only(request, "Sec-Fetch-Site"), only(request, "Sec-Fetch-Mode"),
                              (call.method == "GET" || call.method == "HEAD") && !(wanted && wanted->acts));
    if (!why.empty()) {
        tell(why);
        return refused(403, why);
    }
    if (open) return std::nullopt;
    if (access.token_sha256) {
        auto shown = only(request, "Authorization");
        if (!shown && call.path == live_path) shown = token_shown_as_protocol(request);
        if (shows_token(shown, *access.token_sha256)) return std::nullopt;
        if (shown) tell("Authorization: not the admin token, from " + request.clientAddress().toString());
        return refused(401, shown ? "Authorization: this is not the admin token"
                                  : "the admin token is wanted (Authorization: Bearer ...)");
    }
    // The configuration may have changed since the listener was bound.
    if (request.serverAddress().host().isLoopback()) return std::nullopt;
    return refused(403, "no token is declared, and this listener is beyond loopback");
}

}  // namespace tollgate::admin
