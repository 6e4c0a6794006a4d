// core/net/resolver.h - Resolver: names to addresses for one loop, asked off the loop, remembered for a while.
#pragma once

#include "net/address.h"
#include "net/blocking.h"
#include "net/stream.h"

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tollgate::net {

// However many ask for a name, one lookup is under way. What was found is asked for anew after ten seconds. An answer that has grown old is still given while it is asked
// for anew: a slow DNS slows the first request only.
class Resolver {
public:
    using Addresses = std::vector<Poco::Net::SocketAddress>;
    // Asks, and may block; throws Poco::Exception where there is none. On any thread.
    using Lookup = std::function<Addresses(const Address&)>;
    explicit Resolver(EventLoop& loop, Blocking& blocking, Lookup lookup = &Address::resolve_all)
        : loop_{loop}, blocking_{blocking}, lookup_{std::make_shared<const Lookup>(std::move(lookup))} {}

    // All addresses, in the order in which they are to be tried: each time another one is the first of its family. None
    // where there is none, or not in time; `result` says which. Waiting ends after `timeout`.
    Task<Addresses> resolve(const Address& where, Duration timeout, IoResult& result);
    // Has a name that was asked for before asked for anew, where its answer is old. Who keeps using connections that are
    // open does not resolve it, and would never hear that their address was withdrawn.
    void freshen(const Address& where);
    // Hears that a name's answer lacks addresses that the one before had. Their connections are to serve no more.
    void on_withdrawn(std::function<void(const std::string& name)> hook) { withdrawn_ = std::move(hook); }
    // What the name is known to have, where an address of it was withdrawn before; else null.
    const Addresses* remaining(const std::string& name) const;
    bool any_withdrawn() const noexcept { return any_withdrawn_; }  // of any name: what is cheaper to ask first

private:
    class Wait;
    struct Name {
        Addresses addresses;
        std::size_t turn = 0;
        TimePoint until{};
        bool asked = false;  // a lookup is under way
        bool shrank = false;  // an address was withdrawn, at some time
        std::list<Wait*> waiting;
    };
    Task<void> look_up(Address where, Name& name);
    void forget_old();

    EventLoop& loop_;
    Blocking& blocking_;
    std::shared_ptr<const Lookup> lookup_;  // lookups may outlive us
    std::function<void(const std::string&)> withdrawn_;
    bool any_withdrawn_ = false;
    std::map<std::string, Name> names_;
};

}  // namespace tollgate::net
