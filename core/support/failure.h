// core/support/failure.h - Failure: why a request cannot be served, whose fault it is, and what the client is told.
#pragma once

#include <tollgate/message.h>

#include <exception>
#include <string>

namespace tollgate {

enum class Culprit : std::uint8_t { client, gateway, upstream };

// Thrown on a request's way, caught once, in the corridor. Two texts: `message` reaches the client, `detail` only the
// log, since it may hold addresses and names.
class Failure : public std::exception {
public:
    Failure(Culprit culprit, int status, std::string reason, std::string message, std::string detail = {})
        : culprit{culprit}, status{status}, reason{std::move(reason)}, message{std::move(message)}, detail{std::move(detail)} {}
    const char* what() const noexcept override { return detail.empty() ? message.c_str() : detail.c_str(); }

    Culprit culprit;
    int status;
    std::string reason;  // stable word for programs: "rate_limited"
    std::string message;
    std::string detail;
    Headers headers;             // lines for the answer
    bool client_left = false;    // there is nobody to answer; `status` is 499
    bool known = false;          // the log has told its cause once and need not at each request
    bool close = false;          // the client's connection cannot go on after this answer
};

// The answer to a failure: {"error":"...","message":"...","request_id":"..."} as application/json.
Response answer_to(const Failure& failure, std::string_view request_id);

}  // namespace tollgate
