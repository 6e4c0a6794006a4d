// core/admin/live_door.h - GET /ws/live: who is let in to watch, and how hands are shaken; POCO's WebSocket ends here.
#pragma once

#include "admin/handlers.h"

#include <optional>
#include <string>

namespace Poco::Net {
class HTTPServerRequest;
class HTTPServerResponse;
}  // namespace Poco::Net

namespace tollgate::admin {

class Live;
struct Access;

inline constexpr const char* live_path = "/ws/live";

// As an Authorization line would have it: the token that a browser, which cannot set one, shows as a subprotocol
// (`bearer.` and the token in base64url). nullopt: none is shown there.
std::optional<std::string> token_shown_as_protocol(const Poco::Net::HTTPServerRequest& request);

bool asks_for_websocket(const Poco::Net::HTTPServerRequest& request);

// Such a request was let in by `access`: its token, Host and Origin. Hands its connection to `live`, and returns nullopt: it has been
// answered, and this thread is free. Else the answer.
std::optional<Answer> open_live(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response,
                                const Call& call, const Access& access, Live& live);

}  // namespace tollgate::admin
