// core/http/malformed.h - Malformed: the bytes are not the message they claim to be.
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace tollgate::http {

// `status` is what a client would be told.
class Malformed : public std::exception {
public:
    Malformed(int status, const char* reason, std::string message)
        : status{status}, reason{reason}, message{std::move(message)} {}
    const char* what() const noexcept override { return message.c_str(); }
    int status;
    const char* reason;  // "malformed_request"
    std::string message;
};

}  // namespace tollgate::http
