// plugins/ratelimit/key_limit.h - KeyLimit: a limit that a caller's key has of its own, as the key store writes it.
#pragma once

#include <tollgate/context.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace tollgate::ratelimit {

struct KeyLimit {
    Rate rate;
    std::optional<std::int64_t> burst;
};

// Of "100/60s" and perhaps "20"; nullopt where that is no rate.
std::optional<KeyLimit> key_limit(std::string_view rate, std::string_view burst);

// The caller's, or nullopt. No claim of a token has these names, so that nobody brings a limit of his own.
inline std::optional<KeyLimit> limit_of_key(const Caller& caller) {
    const std::string_view rate = caller.claim("tollgate.rate");
    return rate.empty() ? std::nullopt : key_limit(rate, caller.claim("tollgate.burst"));
}

}  // namespace tollgate::ratelimit
