// core/http/limits.h - what one client may take: sizes, times and counts, as `limits { ... }` of routes.lua says.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tollgate::http {

struct Limits {
    std::size_t request_line = 8 << 10;   // bytes; beyond: 414
    std::size_t headers = 32 << 10;       // bytes of the whole head; beyond: 431
    std::size_t header_count = 100;       // lines; beyond: 431
    std::uint64_t body = 100ull << 20;    // bytes; beyond: 413. A route may have its own
    std::chrono::nanoseconds header_time = std::chrono::seconds{10};  // first byte of a head to its last; beyond: 408
    std::chrono::nanoseconds body_time = std::chrono::seconds{30};    // between two pieces of a body; beyond: 408
    std::chrono::nanoseconds send_time = std::chrono::seconds{30};    // a client takes nothing that long: cut
    std::chrono::nanoseconds idle = std::chrono::seconds{60};         // between two requests; then closed
    std::chrono::nanoseconds upgrade_idle = std::chrono::minutes{5};  // nothing moves after a 101; then closed
    std::chrono::nanoseconds handshake_time = std::chrono::seconds{10};  // of TLS, all of it; beyond: closed
    std::size_t handshakes = 10'000;      // of TLS under way at a time, over all loops; beyond: closed
    std::size_t connections = 50'000;     // over all loops; beyond: refused with 503 and closed
    std::chrono::nanoseconds drain = std::chrono::seconds{30};        // what SIGTERM grants requests under way
};

}  // namespace tollgate::http
