// loadtest/quantities.h - amounts as people write them: durations, counts, sizes, percentages; read and shown.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate::loadtest {

using Nanoseconds = std::chrono::nanoseconds;

// All that read say in `problem` what they expected instead: `expected a whole number such as 1000 or 10k, got "ten"`.

// "30s", "1m30s", "250ms", "1.5h"; units ns, us, ms, s, m, h, each once and in falling order. A bare number is seconds.
// At most 24 h.
std::optional<Nanoseconds> parse_duration(std::string_view text, std::string& problem);

// "10k", "2.5M", "1000000": thousands by SI letters k, M, G. Whole numbers only, at most 1e15.
std::optional<std::uint64_t> parse_count(std::string_view text, std::string& problem);

// As parse_count(), but also fractions: "0.5", "1.5k". Not negative, at most 1e9; what is not 0 is at least
// 0.001. A trailing "/s" is allowed.
std::optional<double> parse_rate(std::string_view text, std::string& problem);

// "1k" is 1,000 bytes, "1Ki" is 1,024; also M, Mi, G, Gi. A trailing "B" is allowed. At most 1e15.
std::optional<std::uint64_t> parse_size(std::string_view text, std::string& problem);

inline double seconds(Nanoseconds duration) noexcept { return std::chrono::duration<double>{duration}.count(); }

// For people, three figures: "61 us", "2.10 ms", "12.1 s", "3 m 20 s". Whole seconds have no more: "30 s".
std::string show(Nanoseconds duration);
std::string show_count(double count);                // "12.1k", "3.40M", "950", "0.50"
std::string show_percent(double share, int digits);  // of 1: "10.07%"

}  // namespace tollgate::loadtest
