// core/upstream/retry.h - whether an attempt's end may be followed by another attempt, and after how long.
//
// By settings alone: what a request, its body and its client allow is for who makes the attempts to know.
#pragma once

#include "net/timers.h"
#include "upstream/settings.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate::upstream {

// False: of so many targets none will ever be asked a second time, nor another one.
inline bool retries(const RetrySettings& settings, std::size_t targets) noexcept {
    return settings.attempts > 1 && (targets > 1 || !settings.only_elsewhere);
}

// Whether a request of that method may be sent twice (RFC 9110 section 9.2.2).
bool may_be_repeated(const RetrySettings& settings, std::string_view method) noexcept;

// How an end is called in routes.lua and in metrics: "connect", "reset", "503".
std::string name_of_end(Outcome outcome, int status);

// Before the `retry`th retry, from 1: anything up to a bound that doubles ("full jitter": those that failed together
// come back spread out). `random`: from 0 to 1.
net::Duration backoff(const RetrySettings& settings, std::uint32_t retry, double random) noexcept;

// What a Retry-After line asks for (RFC 9110 section 10.2.3): seconds, or a date in any of its three forms. Not negative.
std::optional<net::Duration> retry_after(std::string_view value, std::chrono::system_clock::time_point now);

}  // namespace tollgate::upstream
