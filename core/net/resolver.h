// core/net/resolver.h - Resolver: names to addresses for one loop, asked off the loop, remembered for a while.
#pragma once

#include "net/known_addresses.h"
#include "net/lookups.h"
#include "net/stream.h"

#include <functional>
#include <list>
#include <map>
#include <string>
#include <vector>

namespace tollgate::net {

// However many ask for a name, one lookup is under way. What was found is asked for anew after ten seconds. An answer
// that has grown old is still given while it is asked for anew: a slow DNS slows the first request only.
//
// New connections go where the last answer says; when an address is withdrawn from others says KnownAddresses.
class Resolver {
public:
    using Addresses = Lookups::Addresses;
    Resolver(EventLoop& loop, Lookups& lookups) : loop_{loop}, lookups_{lookups} {}

    // All addresses, in the order in which they are to be tried: each time another one is the first of its family. None
    // where there is none, or not in time; `result` says which. Waiting ends after `timeout`.
    Task<Addresses> resolve(const Address& where, Duration timeout, IoResult& result);
    // Has a name that was asked for before asked for anew, where its answer is old. Who keeps using connections that are
    // open does not resolve it, and would never hear that their address was withdrawn.
    void freshen(const Address& where);
    // Hears that addresses of a name were withdrawn. Their connections are to serve no more.
    void on_withdrawn(std::function<void(const std::string& name)> hook) { withdrawn_ = std::move(hook); }
    // Whether the name has the address no more, though it had it.
    bool withdrawn(const std::string& name, const Poco::Net::SocketAddress& address) const;
    bool any_withdrawn() const noexcept { return any_withdrawn_; }  // of any name: what is cheaper to ask first

private:
    class Wait;
    struct Name {
        KnownAddresses known;
        std::size_t turn = 0;
        TimePoint until{};
        bool asked = false;  // a lookup is under way
        std::list<Wait*> waiting;
    };
    Task<void> look_up(Address where, Name& name);
    void forget_old();

    EventLoop& loop_;
    Lookups& lookups_;
    std::function<void(const std::string&)> withdrawn_;
    bool any_withdrawn_ = false;
    std::map<std::string, Name> names_;
};

}  // namespace tollgate::net
