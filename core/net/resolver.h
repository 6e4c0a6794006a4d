// core/net/resolver.h - Resolver: names to addresses for one loop, asked off the loop, remembered for a while.
#pragma once

#include "net/address.h"
#include "net/blocking.h"
#include "net/stream.h"

#include <list>
#include <map>
#include <optional>
#include <string>

namespace tollgate::net {

// However many ask for a name, one lookup is under way. An answer that has grown old is still given while it is asked
// for anew: a slow DNS slows the first request only.
class Resolver {
public:
    Resolver(EventLoop& loop, Blocking& blocking) : loop_{loop}, blocking_{blocking} {}

    // nullopt where there is no address, or not in time; `result` says which. Waiting ends after `timeout`.
    Task<std::optional<Poco::Net::SocketAddress>> resolve(const Address& where, Duration timeout, IoResult& result);

private:
    class Wait;
    struct Name {
        std::optional<Poco::Net::SocketAddress> address;
        TimePoint until{};
        bool asked = false;  // a lookup is under way
        std::list<Wait*> waiting;
    };
    Task<void> look_up(Address where, Name& name);
    void forget_old();

    EventLoop& loop_;
    Blocking& blocking_;
    std::map<std::string, Name> names_;
};

}  // namespace tollgate::net
