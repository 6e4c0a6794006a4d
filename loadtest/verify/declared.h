// loadtest/verify/declared.h - Declared: what a routes.lua says of limits, and of the routes and callers they are for.
//
// Read with the gateway's own reader; nothing is made of it: no plugin is created, no other file is needed.
#pragma once

#include "loadtest/verify/limit.h"

#include <tollgate/settings.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tollgate::plugins {
class Catalogue;
}

namespace tollgate::loadtest::verify {

// One thing that a limit counts by.
struct By {
    enum class Kind : std::uint8_t { caller, client_ip, header, route, constant, unknown };
    Kind kind = Kind::caller;
    std::string name{};  // of the header; of what is unknown its text: "function routes.lua:7"
    int prefix = 32;     // of a client_ip: how many bits of an IPv4 address count
};

// One limit of a use. A use can have a rate, a quota and a concurrency, and more of them in `limits = { ... }`.
struct DeclaredLimit {
    enum class Kind : std::uint8_t { rate, quota, concurrency };
    Kind kind = Kind::rate;
    std::vector<By> by;  // together; never empty
    std::optional<Rate> rate, default_rate, quota;  // as written; without them a caller's tier has a say
    std::optional<double> burst, default_burst, concurrency;
    double cost = 1;
    int ipv4_prefix = 32;                  // of the addresses that it counts by
    std::optional<Algorithm> algorithm;    // nullopt: a word that is not known here
    std::vector<std::string> unknown{};    // what keeps it from being verified: "cost is a function"
    std::string text() const;              // "by caller"
    double price() const;                  // the cost as its counter has it: windows count in thousandths
};

struct DeclaredUse {
    std::string where;   // "routes.lua:24"
    std::string name;    // of its counters, if it says one: uses of one name draw on the same
    std::string mode = "enforce";
    Nanoseconds longest_delay{0};        // mode = "delay"
    bool in_memory = true;               // of each gateway: not in a store that they share
    double lease = 0;                    // of each gateway
    bool refuses() const { return mode != "shadow"; }
    bool tells_headers = true;
    std::vector<DeclaredLimit> limits;
    bool regional = false;               // gateways tell each other afterwards what they have counted
};

struct DeclaredTier {
    std::optional<Rate> rate, quota;
    std::optional<double> burst;
};

// What a key says of itself; a rate goes before its tier's.
struct OwnRate {
    Rate rate;
    std::optional<double> burst;
    std::string text() const;  // "100/60s burst 20"
};

struct DeclaredRoute {
    std::string name, where;
    std::string host;            // that it is for; "": any
    std::string condition;       // the first setting by which it may pass on a request: "when"; "": none
    std::vector<std::size_t> uses;  // of Declared::uses, outermost first
    bool wants_caller = false;   // an `auth` is in its chain
    std::string key_header;      // that it reads, as --key-header has it: "X-API-Key", "Authorization: Bearer"
};

struct Declared {
    std::vector<std::string> listens;  // addresses as written, https:// before those with TLS
    std::map<std::string, DeclaredTier, std::less<>> tiers;
    std::vector<DeclaredUse> uses;
    std::vector<DeclaredRoute> routes;  // in the order written
};

// Throws UsageError with everything that is wrong with the file, a line each, as `tollgate check` tells it.
Declared read_declared(const std::string& file, plugins::Catalogue& catalogue);

// What the limit is for a caller of that tier (null: of none), whose key may have a rate of its own; nullopt, and `why`
// not, where it is not known. A quota of the tier that there is not is no limit: then `why` is "".
std::optional<Limit> limit_for(const DeclaredLimit& declared, const DeclaredTier* tier,
                               const std::optional<OwnRate>& own, std::string& why);

}  // namespace tollgate::loadtest::verify
