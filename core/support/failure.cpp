// core/support/failure.cpp - how a failure is worded to the client.
#include "support/failure.h"

#include "support/text.h"

namespace tollgate {

Response answer_to(const Failure& failure, std::string_view request_id) {
    std::string body;
    body.reserve(failure.reason.size() + failure.message.size() + request_id.size() + 64);
    body.append("{\"error\":\"");
    text::append_json(body, failure.reason);
    body.append("\",\"message\":\"");
    text::append_json(body, failure.message);
    body.append("\",\"request_id\":\"");
    text::append_json(body, request_id);
    body.append("\"}\n");
    Response response{failure.status, std::move(body)};
    response.headers() = failure.headers;
    response.headers().add("Content-Type", "application/json");
    return response;
}

}  // namespace tollgate
