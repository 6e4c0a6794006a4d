// core/net/known_addresses.h - KnownAddresses: which addresses a name has, by answers that may not hold all of them.
#pragma once

#include <Poco/Net/SocketAddress.h>

#include <vector>

namespace tollgate::net {

// The last answer says where to go. An address that it lacks is not withdrawn by that: many names have more addresses than
// one answer holds, and each answer has others. Several answers in a row must lack it.
class KnownAddresses {
public:
    using Addresses = std::vector<Poco::Net::SocketAddress>;
    static constexpr int until_withdrawn = 3;  // answers in a row

    // By the last answer; none before the first.
    const Addresses& current() const noexcept { return current_; }
    // An answer, of one address at least. True: some are withdrawn by it.
    bool take_in(Addresses answer);
    // The name had it, and has it no more.
    bool withdrawn(const Poco::Net::SocketAddress& address) const;

private:
    struct Missing {
        Poco::Net::SocketAddress address;
        int answers = 0;  // in a row that lack it
    };
    Addresses current_;
    std::vector<Missing> missing_;  // that were in an answer, and are not withdrawn yet
    bool any_withdrawn_ = false;
};

}  // namespace tollgate::net
