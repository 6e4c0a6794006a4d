// core/gateway/rehearsed_request.h - what somebody wants explained, made into a request as a client sends it.
#pragma once

#include "gateway/rehearsal.h"

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate {

struct AskedRequest {
    std::string method = "GET";
    std::string url = "/";  // "http://host/path", "https://...", or a path
    std::vector<std::string> headers{};  // "Name: value"
    std::string body{};
    std::string client = "127.0.0.1";    // an IP address, or unix:
};

// Something of it is not what a request needs. what() says what was wanted and got.
class WrongRequest : public std::runtime_error {
public:
    enum class Part { method, url, header, client };
    WrongRequest(Part part, const std::string& problem) : std::runtime_error{problem}, part{part} {}
    const Part part;
};

// With a Host and a Content-Length, where they are wanted and not given. Throws WrongRequest.
Rehearsal::Request request_of(const AskedRequest& asked);

}  // namespace tollgate
