// loadtest/requests.h - Requests: every request that a run can make, rendered before it starts; Mix: which comes next.
#pragma once

#include "loadtest/options.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::loadtest {

// "7f3a90c1-001-0000008812": run, thread, number. As wide for every request, so that it is patched in place.
inline constexpr std::size_t request_id_size = 23;

// Where connections of a run go. Requests of one endpoint share connections.
struct Endpoint {
    bool secure = false;
    std::string host;           // for SNI and the certificate
    std::uint16_t port = 80;
    std::string unix_path;      // instead of host and port
    std::string shown() const;  // "127.0.0.1:8080", "[::1]:8443", "unix:/run/gateway.sock"
    bool operator==(const Endpoint&) const = default;
};

// One target asked by one key.
struct RenderedRequest {
    std::string head;                    // request line to blank line, and a body of at most 1 KiB behind it
    std::size_t id_at = 0;               // in `head`: where the id's bytes stand; 0: requests carry none
    std::string_view body;               // the rest, if it is larger; owned by Requests
    std::uint32_t target = 0, key = 0;   // numbers as in Options
    std::uint32_t endpoint = 0;
    bool head_only = false;              // HEAD: the answer has no body
};

// Throws UsageError with all that is wrong with the requests of these options: header lines that would break framing
// (Content-Length, Transfer-Encoding, Connection, line breaks) or are said twice (a key's, an id's), more than 256 MiB
// of rendered requests.
void check_requests(const Options& options);

// Immutable; all threads share it.
class Requests {
public:
    explicit Requests(const Options& options);  // throws as check_requests() does
    Requests(Requests&&) = default;  // no copies: requests point at bodies

    const RenderedRequest& of(std::uint32_t target, std::uint32_t key) const noexcept;  // key 0 where there are none
    const std::vector<Endpoint>& endpoints() const noexcept { return endpoints_; }

private:
    std::vector<Endpoint> endpoints_;
    std::vector<std::string> bodies_;          // by target
    std::vector<RenderedRequest> rendered_;    // target by target, key by key
    std::size_t keys_ = 1;
};

// Random numbers for one thread: xoshiro256** (Blackman and Vigna, 2018), the same for the same seed and thread.
class Random {
public:
    Random(std::uint64_t seed, unsigned thread) noexcept;
    std::uint64_t next() noexcept;
    double uniform() noexcept;      // in [0, 1)
    double exponential() noexcept;  // mean 1

private:
    std::array<std::uint64_t, 4> state_;
};

// Draws numbers 0 ... n-1 by weight, in constant time (Vose's alias method, 1991). With one number it draws nothing.
class Mix {
public:
    explicit Mix(std::span<const double> weights);  // not negative, and not all of them 0
    std::uint32_t draw(Random& random) const noexcept;

private:
    struct Slot {
        double keep;
        std::uint32_t other;
    };
    std::vector<Slot> slots_;
};

}  // namespace tollgate::loadtest
