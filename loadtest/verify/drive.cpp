// loadtest/verify/drive.cpp - on whose account an identity's requests count.
#include "loadtest/verify/plan.h"

#include "http/layout.h"
#include "net/address.h"

#include <algorithm>
#include <set>

namespace tollgate::loadtest::verify {

namespace {

// The first bits of "127.0.0.7".
std::string network_of(const std::string& address, int prefix) {
    const auto ip = net::Ip::parse(address);
    if (!ip) return address;
    std::string bits;
    for (int bit = 96; bit < 96 + prefix; ++bit)
        bits += (ip->bytes[std::size_t(bit / 8)] >> (7 - bit % 8)) & 1 ? '1' : '0';
    return bits;
}

}  // namespace

bool Drive::drives(Algorithm algorithm) const {
    return std::any_of(limits.begin(), limits.end(), [&](const AppliedLimit& one) {
        return one.problem.empty() && one.limit.algorithm == algorithm;
    });
}

bool Drive::nobody_shares() const {
    for (const AppliedLimit& limit : limits) {
        std::set<std::string> keys;
        for (const Identity& identity : identities) keys.insert(key_of(limit, identity));
        if (keys.size() < identities.size()) return false;
    }
    return true;
}

bool Drive::counts_all_together() const {
    const auto own = [](const By& by) {
        return by.kind == By::Kind::caller || by.kind == By::Kind::client_ip || by.kind == By::Kind::header;
    };
    for (const AppliedLimit& limit : limits) {
        if (std::none_of(limit.by.begin(), limit.by.end(), own)) return true;
        for (const Identity& identity : identities)
            if (key_of(limit, identity).empty()) return true;
    }
    return false;
}

std::string Drive::key_of(const AppliedLimit& limit, const Identity& identity) const {
    std::string key;
    for (const By& by : limit.by) {
        if (by.kind == By::Kind::caller) key += identity.caller;
        if (by.kind == By::Kind::client_ip) key += network_of(identity.address, by.prefix);
        if (by.kind == By::Kind::header)
            for (const auto& [name, value] : identity.headers)
                if (http::same_text(name, by.name)) key += value;
        if (by.kind != By::Kind::constant) key += '\n';
    }
    return key == "\n" ? "" : key;
}

}  // namespace tollgate::loadtest::verify
