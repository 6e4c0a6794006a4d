// loadtest/verify/settings.h - VerifySettings: what one `loadtester verify` is told, checked and complete.
#pragma once

#include "loadtest/options.h"
#include "loadtest/verify/identities.h"

#include <optional>
#include <string>
#include <vector>

namespace tollgate::loadtest::verify {

struct VerifySettings {
    std::string file;                  // routes.lua
    std::vector<Url> urls;             // of gateways that hold to it together; none: the first `listen`
    std::vector<CallerKey> keys;
    std::string key_header;            // "": as `auth` says
    std::vector<std::string> routes;   // only these, as written in routes.lua; none: all
    std::vector<Target> requests;      // that reach routes whose conditions cannot be guessed
    HeaderLines headers;               // of every request
    std::optional<Nanoseconds> duration;  // of the saturation of each limit; nullopt: what the precision needs
    Nanoseconds longest = std::chrono::seconds{60};
    double precision = 0.02;           // the share by which a limit may be wrong and must be found
    double demand = 3;                 // times the limit
    double most_rate = 3000;           // requests a second, of all that is asked at a time
    unsigned identities = 2;           // at most so many of each tier
    std::optional<Nanoseconds> takes;  // what each request takes at least behind its limits: proves concurrency
    bool quotas = false;               // are driven, and spent
    bool strict = false;               // what was not verified fails
    bool insecure = false;
    std::string authorities;
    bool json = false;                 // on stdout
    std::vector<Output> outputs;
    std::string shown_command;
};

}  // namespace tollgate::loadtest::verify
