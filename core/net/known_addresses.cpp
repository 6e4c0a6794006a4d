// core/net/known_addresses.cpp - what an answer of DNS changes.
#include "net/known_addresses.h"

#include <algorithm>
#include <utility>

namespace tollgate::net {

namespace {

bool has(const KnownAddresses::Addresses& addresses, const Poco::Net::SocketAddress& one) {
    return std::find(addresses.begin(), addresses.end(), one) != addresses.end();
}

}  // namespace

bool KnownAddresses::take_in(Addresses answer) {
    for (const auto& old : current_)
        if (!has(answer, old)) missing_.push_back({old});
    std::erase_if(missing_, [&](const Missing& one) { return has(answer, one.address); });
    for (auto& one : missing_) ++one.answers;
    current_ = std::move(answer);
    const bool some = std::erase_if(missing_, [](const Missing& one) { return one.answers >= until_withdrawn; }) > 0;
    any_withdrawn_ = any_withdrawn_ || some;
    return some;
}

bool KnownAddresses::withdrawn(const Poco::Net::SocketAddress& address) const {
    return any_withdrawn_ && !has(current_, address) &&
           std::none_of(missing_.begin(), missing_.end(), [&](const Missing& one) { return one.address == address; });
}

}  // namespace tollgate::net
