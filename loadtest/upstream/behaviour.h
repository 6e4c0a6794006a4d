// loadtest/upstream/behaviour.h - Behaviour: how an upstream answers and misbehaves, as it was told.
#pragma once

#include "loadtest/quantities.h"
#include "loadtest/requests.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::loadtest {

// How long an answer is kept back: always as long, evenly spread, or exponentially with that mean.
class Delay {
public:
    // "5ms", "2ms..8ms", "exp:5ms". nullopt and what was expected in `problem` otherwise.
    static std::optional<Delay> parse(std::string_view text, std::string& problem);
    bool none() const noexcept { return longest_ == Nanoseconds::zero(); }
    Nanoseconds draw(Random& random) const noexcept;

private:
    enum class Kind : std::uint8_t { fixed, uniform, exponential };
    Kind kind_ = Kind::fixed;
    Nanoseconds shortest_{0}, longest_{0};  // of `exponential`: the second is the mean
};

// What becomes of a request instead of a whole answer.
enum class Fault : std::uint8_t {
    none,
    hang,     // never answered; the connection stays open
    reset,    // half of the answer's body, then RST
    cut,      // half of the answer's body, then FIN
    garbage,  // bytes that are no HTTP
};
inline constexpr std::size_t fault_count = 5;
std::string_view name(Fault fault) noexcept;                            // "hang"
std::optional<Fault> parse_fault(std::string_view text, std::string& problem);

// A status (200 to 599) and how often it is drawn, compared with the others.
struct WeightedStatus {
    int status = 200;
    double weight = 1;
};
// "503", "200:99,503:1".
std::optional<std::vector<WeightedStatus>> parse_statuses(std::string_view text, std::string& problem);
// "0.01", "1%".
std::optional<double> parse_share(std::string_view text, std::string& problem);

struct Behaviour {
    Delay delay;
    std::optional<std::uint64_t> size;      // of the plain answer's body; by default that of its line
    std::vector<WeightedStatus> statuses;   // empty: 200
    std::array<double, fault_count> shares{};  // of requests, by Fault; 1 in all at most
    double fail_health = 0;                 // share of GET /health that is answered with 503
    Nanoseconds slow_body{0};               // pause between two tenths of a body
    bool chunked = false;                   // no Content-Length
    bool echo = false;                      // every answer says what was asked
    bool mock = false;                      // the services of mocks.h
    bool steered = false;                   // a request's X-Upstream-* lines count
    std::uint64_t seed = 1;
};

inline constexpr std::uint64_t most_size = 1'000'000'000;  // of a body, which is held in memory

}  // namespace tollgate::loadtest
