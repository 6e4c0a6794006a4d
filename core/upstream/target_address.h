// core/upstream/target_address.h - TargetAddress: how routes.lua writes where a target is.
#pragma once

#include "net/address.h"

#include <optional>
#include <string>
#include <string_view>

namespace tollgate::upstream {

// "10.0.0.11:9001", "[::1]:9001", "unix:/path", "http://name" and "https://name:8443", whose ports need not be said.
struct TargetAddress {
    TargetAddress(net::Address address);  // reached plainly
    // nullopt, with `problem` saying what was wanted. Of a URL nothing but scheme, host and port.
    static std::optional<TargetAddress> parse(std::string_view text, std::string& problem);

    std::string text;       // as written
    net::Address where;
    bool secure = false;    // by TLS
    std::string authority;  // what a Host line says of it
    // Whether both lead to the same, however they are written.
    bool same_as(const TargetAddress& other) const noexcept {
        return secure == other.secure && where.text() == other.where.text();
    }
};

}  // namespace tollgate::upstream
