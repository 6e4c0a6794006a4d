// loadtest/verify/command_line.h - the flags of `verify`, and the VerifySettings that they make.
#pragma once

#include "loadtest/verify/settings.h"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace tollgate::loadtest::verify {

// What was said, as written; "" where nothing was.
struct VerifyWords {
    std::string file, keys, key_header, duration, longest, precision, demand, most_rate, identities, takes, cacert;
    std::vector<std::string> urls, routes, requests, headers, outputs, plugins;
    bool brief = false, quotas = false, strict = false, insecure = false, json = false;

    void attach(CLI::App& sub);
};

// Throws UsageError with all mistakes, a line each. Reads the file of keys; finds routes.lua where none is named.
VerifySettings settings_of(const VerifyWords& words);

}  // namespace tollgate::loadtest::verify
