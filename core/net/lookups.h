// core/net/lookups.h - Lookups: which names DNS is being asked for, by whichever loop: each once, on threads of its own.
#pragma once

#include "net/address.h"
#include "net/blocking.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace tollgate::net {

class EventLoop;

// A name whose DNS hangs has one thread, however many loops ask for it, and none of those that databases and files wait
// for.
class Lookups {
public:
    using Addresses = std::vector<Poco::Net::SocketAddress>;
    // Asks, and may block; throws where there is none. On any thread.
    using Lookup = std::function<Addresses(const Address&)>;
    explicit Lookups(Lookup lookup = &Address::resolve_all, int threads = 16)
        : lookup_{std::move(lookup)}, threads_{threads} {}

    // Waits for those under way, which tell loops of their end: before the loops are destroyed.
    void finish() { threads_.finish(); }
    // [loop] Who asks for a name that is being asked for hears what comes of that. Empty: it has no address.
    Task<Addresses> ask(Address where);

private:
    struct Waiter;
    struct Wait;
    void look_up(const Address& where);
    void conclude(const std::string& name, const Addresses& found);

    const Lookup lookup_;
    std::mutex mutex_;
    std::map<std::string, std::vector<std::shared_ptr<Waiter>>> asking_;  // each name once while it is asked for
    Blocking threads_;  // last: its work uses the rest
};

}  // namespace tollgate::net
