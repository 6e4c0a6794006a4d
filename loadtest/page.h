// loadtest/page.h - fetch(): one page of an HTTP server, as a whole, for what is not load.
#pragma once

#include "loadtest/options.h"

#include <chrono>
#include <stdexcept>
#include <string>

namespace tollgate::loadtest {

struct Page {
    int status = 0;
    std::string content_type, body;
};

// There is no page; `what()` says why: "no answer: Connection refused", "no answer in time".
class NoPage : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// How to ask for one.
struct Access {
    std::string token{};        // shown as Authorization: Bearer; "": none
    bool insecure = false;      // https: any certificate will do
    std::string authorities{};  // https: a file of certificates to trust; "": the system's
    std::chrono::milliseconds longest{30'000};  // from the connection that stands to the last byte, TLS included
};

// GETs it, blocking: at most 5 s to connect, 10 s without a byte, `longest` and 64 MiB in all, whatever the server
// does. Follows nothing. Throws NoPage.
Page fetch(const Url& url, const Access& access);

}  // namespace tollgate::loadtest
